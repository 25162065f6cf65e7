"""Movements of a mouse, a pen or a finger as tensors."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, final

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.core.errors import UnreadableItem, UsageError, shown
from fledge.core.log import log
from fledge.core.seeds import Draws
from fledge.transforms.row_frame import is_frame
from fledge.transforms.track_augment import TrackPlan
from fledge.transforms.track_columns import TrackColumns
from fledge.transforms.track_drawing import Canvas
from fledge.transforms.track_file import ReadTrack, read_track
from fledge.transforms.track_pieces import CutTrack, cut, piece_starts
from fledge.transforms.track_reading import TrackReading, track_warnings
from fledge.transforms.track_states import MOVE
from fledge.transforms.transform import Block, Transform

Events = Annotated[int, msgspec.Meta(ge=2, le=65_536)]
Pieces = Annotated[int, msgspec.Meta(ge=1, le=1024)]
Unit = Annotated[float, msgspec.Meta(gt=0, le=3600)]

_READING = 1
"""Goes up when the same file gives other events than before, so that no cache of old ones is taken for new."""
_LOOKED_AT = 100
_USUAL = 128
"""Events of a piece where none are asked for, or as many as nearly all movements have where those are short."""
_MOST_PIECES = 32
_LARGEST = 1 << 24
_SHOWN = 9
"""Pieces that a picture of a movement shows."""


@final
@dataclass(frozen=True)
class Stretch:
    """A piece of a movement: from when to when, in seconds, and its events as `encode` would give them."""

    start: float
    end: float
    encoded: Tensor


@final
@dataclass(frozen=True)
class Track(Transform[Any, Tensor]):
    """A movement as a fixed number of pieces of `events` events each: (pieces, events, 4).

    Places are measured from the movement's upper left corner in its own width (or height, if that is more), so the screen's
    size makes no difference. A movement of more events than all pieces hold is seen in pieces spread over it; where there are
    fewer, pieces are filled up, and the events that are none say so by their kind. While training a piece begins anywhere.

    >>> track = Track(events=4, pieces=2)
    >>> encoded = track.encode(np.array([[0.0, 10, 10], [0.1, 30, 20], [0.2, 50, 10]]))
    >>> encoded.shape, encoded[0, :, 0].tolist(), encoded[:, :, 3].tolist()
    (torch.Size([2, 4, 4]), [0.0, 0.5, 1.0, 0.0], [[0.0, 0.0, 0.0, -1.0], [-1.0, -1.0, -1.0, -1.0]])
    """

    eager: ClassVar[bool] = False

    columns: TrackColumns = field(default_factory=TrackColumns)
    unit: Unit = 1.0
    """How many seconds a step of the column of times is."""
    events: Events = _USUAL
    pieces: Pieces = 1
    canvas: Canvas = field(default_factory=Canvas)

    def __post_init__(self) -> None:
        if self.events < 2 or self.pieces < 1 or self.events * self.pieces > _LARGEST:
            raise UsageError(f"{self.pieces} pieces of {self.events} events", hint=f"events={_USUAL}")
        if not 0 < self.unit <= 3600:
            raise UsageError(f"unit={self.unit}: so many seconds is a step of the times", hint="unit=0.001 for milliseconds")

    def encode(self, value: Any) -> Tensor:
        if isinstance(value, CutTrack):
            return torch.from_numpy(value.events)
        return self.rest(self.front(value), None)

    def front(self, value: Any) -> Tensor:
        """All events, as they stand in the file."""
        return torch.from_numpy(read_track(value, self.columns).events)

    def rest(self, front: Tensor, draws: Draws | None) -> Tensor:
        starts = self._starts(len(front))
        if draws is not None:  # another view of it: all pieces begin a little later, or earlier
            by = (float(draws.uniform("piece")[0]) - 0.5) * self.events
            starts = [min(max(0, round(start + by)), max(0, len(front) - self.events)) for start in starts]
        return self._cut(front, starts, self.pieces)

    def count_pieces(self, front: Tensor) -> int:
        return len(self._starts(len(front), most=None))

    def piece(self, front: Tensor, number: int, draws: Draws | None) -> Tensor:
        if draws is None:
            return self._cut(front, [self._starts(len(front), most=None)[number]], 1)
        return self._cut(front, [int(draws.uniform("piece")[0] * (max(0, len(front) - self.events) + 1))], 1)

    def front_settings(self) -> str:
        return json.dumps({"reading": _READING, "track": str(self.columns)})

    def plan(self, changes: Sequence[Any], draws: Draws, batch: Tensor) -> TrackPlan:
        return TrackPlan.of(changes, draws)

    def augment(self, batch: Tensor, plan: TrackPlan) -> Tensor:
        return plan.changed(batch)

    def is_one(self, value: Any) -> bool:
        return is_frame(value)

    def warnings(self, value: Any) -> tuple[str, ...]:
        return track_warnings(value, self.columns)

    def decode(self, value: Tensor) -> NDArray[np.uint8]:
        """The pieces of an encoded movement as drawn, side by side: at most nine, spread over it."""
        value = value.detach().cpu()
        pieces = value[(value[:, 0, 3] >= 0)] if value.ndim == 3 else value[None]
        chosen = pieces[np.linspace(0, len(pieces) - 1, min(_SHOWN, len(pieces))).round().astype(int)]
        drawn = [self.canvas.in_colours(each) for each in self.canvas(chosen)]
        across = math.ceil(math.sqrt(len(drawn)))
        blank = np.full_like(drawn[0], 255)
        rows = [np.concatenate([*row, *[blank] * (across - len(row))], 1) for row in _in_rows(drawn, across)]
        return np.concatenate(rows, 0)

    def windows(self, value: Any, every: float | None = None) -> list[Stretch]:
        """A long movement cut in its pieces, one after the other; they are as long as their events take."""
        if every is not None:
            raise UsageError("a movement is cut by its events, not by the clock", hint="leave every out")
        front = self.front(value)
        passed = (front[:, 2].double() * self.unit).cumsum(0).tolist()
        starts = self._starts(len(front), most=None)
        ends = [min(start + self.events, len(front)) - 1 for start in starts]
        return [
            Stretch(passed[start], passed[end], self._cut(front, [start], 1)) for start, end in zip(starts, ends, strict=True)
        ]

    def reading(self, examples: Tensor | None) -> TrackReading:
        pressed = examples is not None and bool((examples[..., 3] > MOVE).any())
        return TrackReading(self.columns, self.unit, self.events, self.pieces, pressed)

    def graph(self) -> nn.Module:
        """Nothing has to be done to pieces: what draws them is the network's own."""
        return nn.Identity()

    def given_again(self, encoded: Tensor) -> CutTrack:
        return CutTrack(encoded.numpy())

    def _starts(self, count: int, most: int | None = -1) -> list[int]:
        return piece_starts(count, self.events, self.pieces if most == -1 else most)

    def _cut(self, front: Tensor, starts: Sequence[int], pieces: int) -> Tensor:
        """The pieces that begin at these places, filled up to so many."""
        return torch.from_numpy(cut(front.numpy(), starts, pieces, self.events, self.unit))


@final
@dataclass(frozen=True)
class TrackBlock(Block):
    """Movements, from wherever `read_track` can read them.

    `columns` names what isn't told by its name. What is None is learned from the training part: `events` of a piece (128, or
    fewer where movements are short), `pieces` so that nearly all movements are seen in full (up to 32), and `unit`, the seconds
    of a step of the times, by how far events lie apart.

    >>> TrackBlock(events=64).learn([np.array([[0, 1, 1], [16, 2, 2], [33, 3, 1]])]).unit
    0.001
    """

    columns: TrackColumns = field(default_factory=TrackColumns)
    unit: float | None = None
    events: int | None = None
    pieces: int | None = None
    canvas: Canvas = field(default_factory=Canvas)

    def learn(self, values: Sequence[Any], steps: Sequence[Any] = ()) -> Track:
        track = self.reader(steps)
        read = _some_read(values, self.columns)
        counts = np.array([len(each.events) for each in read])
        events = self.events or int(min(_USUAL, max(2, np.quantile(counts, 0.95))))
        usual = math.ceil(float(np.quantile(counts, 0.95)) / events)
        pieces = min(_MOST_PIECES, max(1, usual)) if self.pieces is None else self.pieces
        log.info("movements: %s", read[0].columns)
        return replace(track, events=events, pieces=pieces, unit=_unit(read) if self.unit is None else self.unit)

    def reader(self, steps: Sequence[Any] = ()) -> Track:
        if steps:
            raise UsageError(
                f"{shown(steps[0])} is a step for pictures, and the inputs are movements", hint="leave item_tfms out"
            )
        return Track(self.columns, self.unit or 1.0, self.events or _USUAL, self.pieces or 1, self.canvas)


def _some_read(values: Sequence[Any], columns: TrackColumns) -> list[ReadTrack]:
    """Some of the movements, from all over them."""
    if not len(values):
        raise UsageError("there are no movements to learn from")
    places = np.linspace(0, len(values) - 1, min(_LOOKED_AT, len(values))).round().astype(int)
    read = []
    for place in places:
        with suppress(UnreadableItem):
            read.append(read_track(values[place], columns))
    return read or [read_track(values[places[0]], columns)]


def _unit(read: Sequence[ReadTrack]) -> float:
    """Seconds of a step of the times: hands are reported some ten to a thousand times a second, however times are counted."""
    named = (read[0].columns.time or "").lower()
    if "milli" in named or named.endswith("ms") or named.startswith("ms"):
        return 1e-3
    since = np.concatenate([each.events[:, 2] for each in read])
    steps = since[since > 0]
    apart = float(np.median(steps)) if len(steps) else 1.0
    return next((unit for unit in (1.0, 1e-3, 1e-6) if apart * unit < 1.0), 1e-9) if len(steps) else 1.0


def _in_rows(pictures: list[NDArray[np.uint8]], across: int) -> list[list[NDArray[np.uint8]]]:
    return [pictures[start : start + across] for start in range(0, len(pictures), across)]
