"""A stretch of training under one set of rules; a fit is one or several of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from fledge.core.errors import UsageError
from fledge.core.names import Table
from fledge.training.schedule import Schedule

Rates = float | slice | Sequence[float]
"""One rate, `slice(low, high)` spread evenly in ratio over the groups, `slice(high)`, or one for each group."""


@final
@dataclass(frozen=True)
class Stage:
    """What is trained for how long: plain numbers, so that a checkpoint can hold it."""

    epochs: int
    rates: tuple[float, ...]
    schedule: Schedule
    weight_decay: float = 0.01
    frozen: int = 0
    """How many groups of parameters, from the input side, are not trained."""
    on_features: bool = False
    """Whether the frozen body's features are computed once, and the head alone is trained on them."""


STAGES = Table("stage", {"stage": "fledge.training.stage:Stage"})


def spread(rates: Rates, groups: int) -> tuple[float, ...]:
    """A rate for each group, the input side first.

    >>> spread(slice(1e-4, 1e-2), 3)
    (0.0001, 0.001, 0.01)
    >>> spread(slice(1e-2), 3)
    (0.001, 0.001, 0.01)
    """
    if isinstance(rates, slice):
        return _from_slice(rates, groups)
    if isinstance(rates, int | float):
        return (_positive(rates),) * groups
    if len(rates) != groups:
        raise UsageError(
            f"{len(rates)} learning rates for {groups} groups of parameters",
            hint=f"pass one rate, slice(low, high), or {groups} rates",
        )
    return tuple(_positive(rate) for rate in rates)


def _from_slice(rates: slice, groups: int) -> tuple[float, ...]:
    high = _positive(rates.stop)
    if rates.start is None:
        return (high / 10,) * (groups - 1) + (high,)
    low = _positive(rates.start)
    if groups == 1:
        return (high,)
    return tuple(float(f"{low * (high / low) ** (place / (groups - 1)):.12g}") for place in range(groups))


def _positive(rate: float) -> float:
    if not isinstance(rate, int | float) or not 0 < rate < float("inf"):
        raise UsageError(f"a learning rate must be a number above 0, not {rate!r}")
    return float(rate)
