"""What a metric has gathered so far, batch by batch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from math import isfinite, nan, sqrt
from typing import final

import numpy as np
import torch
from torch import Tensor

from fledge.core.seeds import generator
from fledge.scoring.figure import SURE, Figure, wilson

RESAMPLES = 200
"""How many samples, drawn from the held-back items, show how much a metric of the whole varies."""

DRAWS = 1000
"""How often items are drawn anew where their counts are all that has to be added up."""

LARGEST_SAMPLE = 1000
"""How many items such a sample has at most, so that a figure takes no longer than it must."""


class Tally(ABC):
    """Batches go in, a figure comes out; tensors stay where they are, and adding never waits for the device."""

    @abstractmethod
    def add(self, outputs: Tensor, targets: Tensor) -> None:
        """Takes in one batch."""

    @abstractmethod
    def value(self) -> float:
        """The metric of all that was added; `nan` where there is none to tell, such as before anything was."""

    @abstractmethod
    def figure(self) -> Figure:
        """The value with its count and 95 % interval."""


@final
class ItemTally(Tally):
    """The score of each item, in the order they were added."""

    def __init__(self, score: Callable[[Tensor, Tensor], Tensor], *, share: bool) -> None:
        self._score = score
        self._share = share
        self._scores: list[Tensor] = []

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        self._scores.append(self._score(outputs.detach(), targets.detach()))

    def scores(self) -> Tensor:
        """Every item's score, on the CPU: to compare two models item by item."""
        return torch.cat(self._scores).cpu().double() if self._scores else torch.zeros(0, dtype=torch.float64)

    def value(self) -> float:
        return float(self.scores().mean())

    def figure(self) -> Figure:
        scores = self.scores()
        if self._share:
            return Figure.of_share(float(scores.sum()), len(scores))
        return Figure.of_mean(float(scores.mean()), float(scores.std(correction=min(1, len(scores) - 1))), len(scores))


@final
class CountTally(Tally):
    """Counts of each item, (items, classes, kinds), which a formula takes when they are added up over items.

    The interval comes from drawing the items anew: the places of one picture hang together, and are no examples of their own.
    """

    def __init__(self, count: Callable[[Tensor, Tensor], Tensor], formula: Callable[[Tensor], Tensor]) -> None:
        self._count = count
        self._formula = formula
        self._counts: list[Tensor] = []

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        self._counts.append(self._count(outputs.detach(), targets.detach()))

    def scores(self) -> Tensor:
        """Every item's own score, on the CPU; 0 for an item in which nothing counts."""
        return self._formula(self._all()).nan_to_num(0.0) if self._counts else torch.zeros(0, dtype=torch.float64)

    def value(self) -> float:
        return float(self._formula(self._all().sum(0))) if self._counts else nan

    def figure(self) -> Figure:
        if not self._counts:
            return Figure.of_share(0, 0)
        counts, value = self._all(), self.value()
        if value in (0.0, 1.0):
            return Figure.of_share(value * len(counts), len(counts))  # at its end it is the same however they are drawn
        if not isfinite(value):
            return Figure(value, len(counts), share=True)
        drawn = torch.from_numpy(
            generator("resample", len(counts)).multinomial(len(counts), [1 / len(counts)] * len(counts), DRAWS)
        )
        found = self._formula(torch.einsum("di,ick->dck", drawn.double(), counts))
        found = found[found.isfinite()]
        if len(counts) < 2 or len(found) < DRAWS // 2:
            return Figure(value, len(counts), share=True)
        ends = torch.tensor([0.5 - SURE / 2, 0.5 + SURE / 2], dtype=torch.float64)
        low, high = torch.quantile(found, ends).tolist()
        return Figure(value, len(counts), min(low, value), max(high, value), share=True)

    def _all(self) -> Tensor:
        return torch.cat(self._counts).cpu().double()


@final
class WholeTally(Tally):
    """All outputs and targets, in the order they were added."""

    def __init__(self, measure: Callable[[Tensor, Tensor], float], *, bounded: bool) -> None:
        self._measure = measure
        self._bounded = bounded
        self._batches: list[tuple[Tensor, Tensor]] = []

    def add(self, outputs: Tensor, targets: Tensor) -> None:
        self._batches.append((outputs.detach(), targets.detach()))

    def value(self) -> float:
        return self._measure(*self._all()) if self._batches else nan

    def figure(self) -> Figure:
        """The value, and how far it moves when the items are drawn anew."""
        if not self._batches:
            return Figure.of_share(0, 0)
        outputs, targets = (each.cpu() for each in self._all())
        value = self._measure(outputs, targets)
        low, high = self._interval(outputs, targets, value)
        return Figure(value, len(targets), low, high)

    def _interval(self, outputs: Tensor, targets: Tensor, value: float) -> tuple[float | None, float | None]:
        if self._bounded and value in (0.0, 1.0):
            return wilson(value, len(targets))  # at its end a metric is the same in every sample drawn
        found = [each for each in self._resampled(outputs, targets) if isfinite(each)]
        if len(found) < RESAMPLES // 2 or min(found) == max(found):
            return None, None
        lowest, middle, highest = np.quantile(found, [0.5 - SURE / 2, 0.5, 0.5 + SURE / 2]).tolist()
        # What a metric strays by falls with the root of the number of items, so small samples tell of the whole.
        closer = sqrt(min(len(targets), LARGEST_SAMPLE) / len(targets))
        low, high = value + (lowest - middle) * closer, value + (highest - middle) * closer
        return (max(low, 0.0), min(high, 1.0)) if self._bounded else (low, high)

    def _resampled(self, outputs: Tensor, targets: Tensor) -> Iterator[float]:
        """The metric of samples drawn from the items, each item as often as it happens to be drawn."""
        numbers = generator("resample", len(targets))
        for _ in range(RESAMPLES):
            rows = torch.from_numpy(numbers.integers(len(targets), size=min(len(targets), LARGEST_SAMPLE)))
            yield self._measure(outputs[rows], targets[rows])

    def _all(self) -> tuple[Tensor, Tensor]:
        outputs, targets = (torch.cat(each) for each in zip(*self._batches, strict=True))
        return outputs.float(), targets
