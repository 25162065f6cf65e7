"""How the learning rate and the momentum move over a stage."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import final

from fledge.core.names import Table


class Schedule(ABC):
    """Factors at a place between 0 (the stage's first step) and 1 (its end)."""

    @abstractmethod
    def rate(self, place: float) -> float:
        """What the stage's learning rates are multiplied with."""

    def momentum(self, place: float) -> float | None:
        """The momentum (Adam's first beta), or nothing to leave it alone."""
        return None


def cosine(start: float, end: float, place: float) -> float:
    """Half a cosine wave from start to end."""
    return end + (start - end) * (1 + math.cos(math.pi * place)) / 2


@final
@dataclass(frozen=True)
class Constant(Schedule):
    """The same rate throughout."""

    def rate(self, place: float) -> float:
        return 1.0


@final
@dataclass(frozen=True)
class OneCycle(Schedule):
    """Up to the full rate, then down to almost nothing; momentum the other way round.

    >>> cycle = OneCycle(rise=0.25, first=25.0)
    >>> round(cycle.rate(0.0), 3), cycle.rate(0.25), cycle.momentum(0.25)
    (0.04, 1.0, 0.85)
    """

    rise: float = 0.25
    first: float = 25.0
    last: float = 1e5
    high_momentum: float = 0.95
    low_momentum: float = 0.85

    def rate(self, place: float) -> float:
        if place < self.rise:
            return cosine(1 / self.first, 1.0, place / self.rise)
        return cosine(1.0, 1 / self.last, (place - self.rise) / (1 - self.rise))

    def momentum(self, place: float) -> float | None:
        if place < self.rise:
            return cosine(self.high_momentum, self.low_momentum, place / self.rise)
        return cosine(self.low_momentum, self.high_momentum, (place - self.rise) / (1 - self.rise))


@final
@dataclass(frozen=True)
class FlatCosine(Schedule):
    """The full rate for a while, then down to almost nothing."""

    flat: float = 0.75
    last: float = 1e5

    def rate(self, place: float) -> float:
        return 1.0 if place < self.flat else cosine(1.0, 1 / self.last, (place - self.flat) / (1 - self.flat))


@final
@dataclass(frozen=True)
class Exponential(Schedule):
    """From the full rate to `last` times it, in equal ratios: how lr_find tries rates."""

    last: float

    def rate(self, place: float) -> float:
        return float(self.last**place)


SCHEDULES = Table(
    "schedule",
    {
        "constant": "fledge.training.schedule:Constant",
        "one-cycle": "fledge.training.schedule:OneCycle",
        "flat-cosine": "fledge.training.schedule:FlatCosine",
        "exponential": "fledge.training.schedule:Exponential",
    },
)
