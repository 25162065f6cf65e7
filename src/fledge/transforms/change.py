"""A random change of a batch of pictures, before it is drawn."""

from __future__ import annotations

from abc import ABC

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws


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
