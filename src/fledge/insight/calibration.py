"""Whether a model is as often right as it says."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, floor, lgamma, log
from typing import final

from torch import Tensor

from fledge.core.errors import UsageError
from fledge.insight.interpretation import Interpretation
from fledge.scoring.figure import Figure
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.owner import OneClass

BINS = 10


@final
@dataclass(frozen=True)
class Bin:
    """The answers with a probability from `low` to `high`: what they said on average, and the share that came true."""

    low: float
    high: float
    said: float
    came_true: Figure


@final
@dataclass(frozen=True)
class Calibration:
    """Probabilities held against what came true.

    `error` is the expected calibration error: how far the two are apart in each bin, averaged over the answers. A model
    whose probabilities are exactly right shows an error of about `by_chance` on so few answers.

    >>> import torch
    >>> print(calibrate(torch.tensor([0.9, 0.8, 0.95, 0.75]), torch.tensor([True, True, True, False])))
    says 85.0 % on average, and 75.0 % of 4 (30.1 to 95.4 %) come true: as sure as it should be
    """

    bins: tuple[Bin, ...]
    error: float
    by_chance: float
    said: float
    came_true: Figure

    @property
    def verdict(self) -> str:
        """Whether what it says lies within the interval of what came true."""
        low, high = self.came_true.low, self.came_true.high
        assert low is not None
        assert high is not None
        if self.said > high:
            return "surer than it should be"
        return "less sure than it could be" if self.said < low else "as sure as it should be"

    def __str__(self) -> str:
        return f"says {100 * self.said:.1f} % on average, and {self.came_true} come true: {self.verdict}"


def calibration_of(result: Interpretation) -> Calibration:
    """The predicted class's probability against whether it is right, or each tag's against whether it is there."""
    probabilities, targets, target = result.predictions.probabilities.cpu(), result.predictions.targets, result.codec.target
    if targets is None or not isinstance(target, OneClass | MultiCategory):
        raise UsageError(
            "calibration holds probabilities against what is true, and these predictions have no such things",
            hint="interpret items that have labels, one or several each",
        )
    if isinstance(target, MultiCategory):
        return calibrate(probabilities, targets.cpu() > 0.5)
    sure, said = probabilities.max(1)
    return calibrate(sure, said == targets.cpu())


def calibrate(probabilities: Tensor, came_true: Tensor, bins: int = BINS) -> Calibration:
    """Probabilities against what came true, in `bins` bins of equal width; empty ones are left out."""
    said, true = probabilities.double().flatten(), came_true.bool().flatten()
    if said.shape != true.shape or not len(said):
        raise UsageError(f"{len(said)} probabilities and {len(true)} outcomes can't be compared: pass as many of each")
    # A softmax in half precision may be a hair above 1.
    if not ((said >= -1e-3) & (said <= 1 + 1e-2)).all():
        raise UsageError("these are not probabilities: some lie outside 0 to 1")
    said = said.clamp(0, 1)
    places = (said * bins).long().clamp(max=bins - 1)
    kept = [_bin(place / bins, (place + 1) / bins, said[places == place], true[places == place]) for place in range(bins)]
    full = [each for each in kept if each is not None]
    count = len(said)
    error = sum(each.came_true.count * abs(each.said - each.came_true.value) for each in full) / count
    chance = sum(_deviation(each.came_true.count, each.said) for each in full) / count
    return Calibration(tuple(full), error, chance, float(said.mean()), Figure.of_share(int(true.sum()), count))


def _bin(low: float, high: float, said: Tensor, true: Tensor) -> Bin | None:
    return Bin(low, high, float(said.mean()), Figure.of_share(int(true.sum()), len(true))) if len(true) else None


def _deviation(count: int, share: float) -> float:
    """How far from `count * share` so many tosses land on average (De Moivre).

    >>> round(_deviation(2, 0.5), 6)
    0.5
    """
    if not 0 < share < 1:
        return 0.0
    middle = min(floor(count * share) + 1, count)
    ways = lgamma(count + 1) - lgamma(middle + 1) - lgamma(count - middle + 1)
    return 2 * middle * exp(ways + middle * log(share) + (count - middle + 1) * log(1 - share))
