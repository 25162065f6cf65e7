"""Movements for an exported model: events cut in pieces, of which the graph draws pictures itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

import msgspec

from fledge.core.errors import UsageError
from fledge.transforms.reading import Array, Reading
from fledge.transforms.row_frame import is_frame
from fledge.transforms.track_columns import TrackColumns
from fledge.transforms.track_file import read_track
from fledge.transforms.track_pieces import CutTrack, cut, piece_starts

_MOST = 1 << 24


@final
@dataclass(frozen=True)
class TrackReading(Reading):
    """A movement as its pieces (pieces, events, 4), read and cut by the same code as in training.

    >>> import numpy as np
    >>> track = TrackReading(TrackColumns(), unit=1.0, events=4, pieces=2)
    >>> track.encode(np.array([[0.0, 10, 10], [0.1, 30, 20], [0.2, 50, 10]]))[0].shape
    (2, 4, 4)
    """

    transform: ClassVar[str] = "track"
    names = ("events",)

    columns: TrackColumns
    unit: Annotated[float, msgspec.Meta(gt=0, le=3600)]
    events: Annotated[int, msgspec.Meta(ge=2, le=65_536)]
    pieces: Annotated[int, msgspec.Meta(ge=1, le=1024)]
    pressed: bool = False
    """Whether buttons were pressed in training."""

    def __post_init__(self) -> None:
        if self.events * self.pieces > _MOST:
            raise UsageError(f"{self.pieces} pieces of {self.events} events are more than a graph takes")

    def encode(self, value: Any) -> tuple[Array]:
        if isinstance(value, CutTrack):
            return (value.events,)
        track = read_track(value, self.columns).events
        return (cut(track, piece_starts(len(track), self.events, self.pieces), self.pieces, self.events, self.unit),)

    def is_one(self, given: Any) -> bool:
        return is_frame(given)

    def warnings(self, value: Any) -> tuple[str, ...]:
        return track_warnings(value, self.columns)


def track_warnings(value: Any, columns: TrackColumns) -> tuple[str, ...]:
    """What was done to a movement that may surprise."""
    if hasattr(value, "read") or isinstance(value, CutTrack):  # an open file has been read by now
        return ()
    said = read_track(value, columns).said
    return (said,) if said else ()
