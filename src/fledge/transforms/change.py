"""Random changes of a batch, before they are drawn."""

from __future__ import annotations

from abc import ABC
from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError, shown
from fledge.core.seeds import Draws

Change = TypeVar("Change")


class PictureChange(ABC):
    """Something that happens to a picture with probability `p`, in a measure drawn from a range."""

    p: float


def within(what: str, value: float, low: float, high: float) -> None:
    """Refuses a setting outside its bounds.

    >>> within("p", 0.5, 0, 1)
    """
    if not low <= value <= high:
        raise UsageError(f"{what} is {value}, outside {low:g} to {high:g}", hint=f"pass a {what} from {low:g} to {high:g}")


def drawn(draws: Draws, purpose: str, p: float, low: float, high: float, otherwise: float) -> NDArray[np.float64]:
    """A number in [low, high) for the items it happens to, `otherwise` for the rest."""
    return np.where(draws.chance(purpose, p), draws.uniform(purpose, low, high), otherwise)


def with_purposes(changes: Sequence[Change], kind: type[Change], thing: str, hint: str) -> tuple[tuple[str, Change], ...]:
    """Each change with the purpose its random numbers are drawn for: its kind, counted where there are several.

    What is no change of such a thing is refused.
    """
    for change in changes:
        if not isinstance(change, kind):
            raise UsageError(f"{shown(change)} is no change of a {thing}", hint=hint)
    kinds = [type(change).__name__ for change in changes]
    return tuple((f"{name} {kinds[:place].count(name)}", changes[place]) for place, name in enumerate(kinds))
