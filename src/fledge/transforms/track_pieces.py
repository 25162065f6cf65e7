"""Movements cut in pieces of a fixed number of events; needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from fledge.transforms.track_states import NOTHING

Events = NDArray[np.float32]

FIELDS = 4
"""What an event is: x and y in widths of the whole movement, seconds since the one before, its kind."""


@final
@dataclass(frozen=True, eq=False)
class CutTrack:
    """A movement that is cut already, (pieces, events, 4): whoever reads it takes it as it is."""

    events: Events


def piece_starts(count: int, events: int, most: int | None) -> list[int]:
    """Where the pieces of so many events begin: one after the other, the last at the end; spread, if there are too many.

    >>> piece_starts(10, 4, None), piece_starts(10, 4, 2), piece_starts(3, 4, 2)
    ([0, 4, 6], [0, 6], [0])
    """
    last = max(0, count - events)
    starts = [*range(0, last, events), last]
    if most is None or len(starts) <= most:
        return starts
    return np.linspace(0, last, most).round().astype(int).tolist() if most > 1 else [last // 2]


def cut(track: Events, starts: Sequence[int], pieces: int, events: int, unit: float) -> Events:
    """The pieces of a whole movement that begin at these places, filled up to so many of so many events; `unit` is a step's."""
    low, high = track[:, :2].min(0), track[:, :2].max(0)
    span = float((high - low).max()) or 1.0
    encoded = np.zeros((pieces, events, FIELDS), np.float32)
    encoded[:, :, 3] = NOTHING
    for piece, start in zip(encoded, starts, strict=False):
        some = track[start : start + events]
        piece[: len(some), :2] = (some[:, :2] - low) / span
        piece[1 : len(some), 2] = some[1:, 2] * unit
        piece[: len(some), 3] = some[:, 3]
    return encoded
