"""Ending a run that gets no better."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, final

from fledge.core.errors import UsageError
from fledge.training.callback import Callback, State
from fledge.training.judging import badness, check_metric
from fledge.training.run import Run


@final
@dataclass(eq=False)
class EarlyStop(Callback):
    """Ends the run once `metric` has not got better, by more than `min_delta`, for `patience` epochs.

    Each stage is given this patience anew. Together with `KeepBest` the weights are then those of the best epoch.
    """

    metric: str = "valid_loss"
    patience: int = 3
    min_delta: float = 0.0

    def __post_init__(self) -> None:
        if self.patience < 1:
            raise UsageError(f"patience={self.patience}: at least one epoch has to be waited for", hint="try patience=3")
        if not 0 <= self.min_delta < inf:
            raise UsageError(f"min_delta={self.min_delta}: it is a number from 0 on", hint="try min_delta=0.001")
        self._best, self._waited = inf, 0

    def fit_start(self, run: Run) -> None:
        check_metric(run, self.metric)
        self._best, self._waited = inf, 0

    def stage_start(self, run: Run) -> None:
        self._waited = 0

    def epoch_end(self, run: Run) -> None:
        value = badness(run, self.metric)
        if value < self._best - self.min_delta:
            self._best, self._waited = value, 0
            return
        self._waited += 1
        if self._waited >= self.patience:
            run.stop(f"{self.metric} has not got better than {abs(self._best):.4g} for {self._waited} epochs")

    def state(self) -> State:
        return {"best": None if self._best == inf else self._best, "waited": self._waited}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._best, self._waited = inf if state["best"] is None else float(state["best"]), int(state["waited"])
