"""Counts of what a server did, as Prometheus reads them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from itertools import accumulate
from typing import final

TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@final
class Metrics:
    """What was asked and how it went. `worker` tells the processes of one server apart."""

    def __init__(self, worker: int = 0) -> None:
        self._worker = worker
        self._requests: Counter[tuple[str, int]] = Counter()
        self._durations = [0] * (len(_SECONDS) + 1)
        self._seconds = 0.0

    def count(self, path: str, status: int, seconds: float) -> None:
        """Counts one request; `path` is one of ours, so that no sender can make up series."""
        self._requests[path, status] += 1
        if path == "/predict" and status == 200:
            self._durations[bisect_left(_SECONDS, seconds)] += 1
            self._seconds += seconds

    def text(self, now: Mapping[str, float]) -> str:
        """All of it; `now` holds further values by name, those that only grow ending in `_total`.

        >>> metrics = Metrics()
        >>> metrics.count("/predict", 200, 0.02)
        >>> print(metrics.text({"waiting": 3}).splitlines()[1])
        fledge_requests_total{worker="0",path="/predict",status="200"} 1
        """
        own = f'worker="{self._worker}"'
        lines = ["# TYPE fledge_requests_total counter"]
        for (path, status), count in sorted(self._requests.items()):
            lines.append(f'fledge_requests_total{{{own},path="{path}",status="{status}"}} {count}')
        lines.append("# TYPE fledge_predict_seconds histogram")
        total = sum(self._durations)
        for bound, count in zip([*map(str, _SECONDS), "+Inf"], accumulate(self._durations), strict=True):
            lines.append(f'fledge_predict_seconds_bucket{{{own},le="{bound}"}} {count}')
        lines.append(f"fledge_predict_seconds_sum{{{own}}} {self._seconds:.6f}")
        lines.append(f"fledge_predict_seconds_count{{{own}}} {total}")
        for name, value in now.items():
            lines.append(f"# TYPE fledge_{name} {'counter' if name.endswith('_total') else 'gauge'}")
            lines.append(f"fledge_{name}{{{own}}} {value:g}")
        return "\n".join(lines) + "\n"
