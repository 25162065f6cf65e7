"""Two models on the same examples: how far apart, and whether that is more than noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.core.seeds import generator
from fledge.scoring.figure import SURE, wilson

RESAMPLES = 2000


@final
@dataclass(frozen=True)
class Difference:
    """How much higher the first scores than the second on the same `count` examples, with its 95 % interval.

    `chance` is how often a difference this large comes about where there is none (the p-value).

    >>> print(difference([1] * 90 + [0] * 10, [1] * 70 + [0] * 30))
    +20.0 points on the same 100 (+12.0 to +28.4): beyond noise
    """

    value: float
    count: int
    low: float
    high: float
    chance: float
    share: bool = False

    @property
    def beyond_noise(self) -> bool:
        """Whether both the test and the interval speak against chance."""
        return self.chance < 1 - SURE and not self.low <= 0 <= self.high

    def __str__(self) -> str:
        texts = [f"{100 * each:+.1f}" if self.share else f"{each:+.4g}" for each in (self.value, self.low, self.high)]
        unit = " points" if self.share else ""  # per cent of what would be the question
        said = "beyond noise" if self.beyond_noise else "within noise"
        return f"{texts[0]}{unit} on the same {self.count:,} ({texts[1]} to {texts[2]}): {said}"


def difference(first: Sequence[float] | NDArray[np.float64], second: Sequence[float] | NDArray[np.float64]) -> Difference:
    """The first's scores less the second's, item by item on the same examples.

    Where all scores are 0 or 1 (wrong or right), McNemar's exact test and Newcombe's paired interval; else a
    paired bootstrap.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.shape != b.shape or a.ndim != 1 or not len(a):
        raise UsageError(f"scores of the same examples are needed, one each: there are {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise UsageError("scores have to be finite to be compared")
    return _of_rights(a == 1, b == 1) if np.isin(np.concatenate([a, b]), (0.0, 1.0)).all() else _of_numbers(a - b)


def _of_rights(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> Difference:
    count = len(a)
    only_a, only_b = int((a & ~b).sum()), int((~a & b).sum())
    low, high = _newcombe(int((a & b).sum()), only_a, only_b, count)
    return Difference((only_a - only_b) / count, count, low, high, mcnemar(only_a, only_b), share=True)


def mcnemar(only_first: int, only_second: int) -> float:
    """How often examples that only one got right split this unevenly, or more so, when a coin decides.

    >>> mcnemar(9, 1)
    0.021484375
    """
    tossed, ways, term = only_first + only_second, 0, 1
    for wins in range(min(only_first, only_second) + 1):
        ways += term
        term = term * (tossed - wins) // (wins + 1)
    return min(1.0, float(2 * ways / 2**tossed))


def _newcombe(both: int, only_a: int, only_b: int, count: int) -> tuple[float, float]:
    """Newcombe's interval for paired shares (1998, method 10): both Wilson intervals, joined by how the two go together."""
    a, b = (both + only_a) / count, (both + only_b) / count
    (a_low, a_high), (b_low, b_high) = wilson(a, count), wilson(b, count)
    together = _correlation(both, only_a, only_b, count - both - only_a - only_b)
    down, up = (a - a_low, b_high - b), (a_high - a, b - b_low)
    reach = [sqrt(max(x * x - 2 * together * x * y + y * y, 0.0)) for x, y in (down, up)]
    return a - b - reach[0], a - b + reach[1]


def _correlation(both: int, only_a: int, only_b: int, neither: int) -> float:
    spread = (both + only_a) * (only_b + neither) * (both + only_b) * (only_a + neither)
    product = both * neither - only_a * only_b
    if spread == 0:
        return 0.0
    # Newcombe's correction for few examples, where the two go together.
    count = both + only_a + only_b + neither
    return (max(product - count / 2, 0.0) if product > 0 else product) / sqrt(spread)


def _of_numbers(apart: NDArray[np.float64]) -> Difference:
    numbers = generator("difference", len(apart))
    means = np.array([apart[numbers.integers(len(apart), size=len(apart))].mean() for _ in range(RESAMPLES)])
    low, high = np.quantile(means, [0.5 - SURE / 2, 0.5 + SURE / 2]).tolist()
    one_sided = min(float((means <= 0).mean()), float((means >= 0).mean()))
    return Difference(float(apart.mean()), len(apart), low, high, min(1.0, 2 * one_sided))
