"""Reading a movement, wherever it comes from: the one way for training, calls, the command line and the server."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import FledgeError, UnreadableItem, shown
from fledge.transforms.row_frame import as_frame, is_frame
from fledge.transforms.track_columns import TrackColumns
from fledge.transforms.track_states import events_of
from fledge.transforms.track_text import table_of

Floats = NDArray[np.float64]

MOST_EVENTS = 2_000_000
_MOST_BYTES = 1 << 28
_LARGEST = 1e12
_OFF = 32_000
"""Beyond it lie places that a 16-bit number of a device says when the pointer is on no screen (65535)."""
_FEW = 0.05
"""The share of events up to which such places are slips; where there are more, the coordinates are of that size."""


@final
@dataclass(frozen=True, eq=False)
class ReadTrack:
    """A movement as it was read: the columns it came from, and how many places were off the screen."""

    events: NDArray[np.float32]
    """(events, 4), float32: x and y as they stand in the file, the time since the event before in its unit, its kind."""
    columns: TrackColumns
    off_screen: int
    called: str = ""
    """What it is called where it is no file: a movement out of a table of several."""

    def __str__(self) -> str:
        return self.called or f"a movement of {len(self.events)} events"

    def tobytes(self) -> bytes:
        """All that it holds, to be known by."""
        return self.events.tobytes()

    @property
    def said(self) -> str:
        """What was done that may surprise, or nothing."""
        if not self.off_screen:
            return ""
        return f"{self.off_screen} of {len(self.events)} places were off the screen and are taken to be at its edge"


@final
@dataclass(frozen=True)
class UnreadTrack:
    """A movement out of a table that can't be read, and why."""

    called: str
    reason: str
    hint: str | None = None

    def __str__(self) -> str:
        return self.called


def read_track(source: Any, columns: TrackColumns | None = None) -> ReadTrack:
    """A movement from a path or the bytes of a CSV (`.gz` too), a binary file object, a frame, or an array (events, 3 or 4).

    A frame or a file has a column each for time, x and y, and perhaps for the button or its state; an array has them in this
    order. Times never go backwards; several events may have the same.

    >>> read_track({"t": [0.0, 0.1], "x": [3, 4], "y": [5, 5]}).events.tolist()[1]
    [4.0, 5.0, 0.10000000149011612, 0.0]
    """
    if isinstance(source, ReadTrack):
        return source
    if isinstance(source, UnreadTrack):
        raise UnreadableItem(f"{source.called} can't be read: {source.reason}", hint=source.hint)
    try:
        frame = _frame(source)
        return _read(frame, (columns or TrackColumns()).among(frame.columns), 2 if _is_text(source) else 0)
    except UnreadableItem as error:
        raise UnreadableItem(f"{track_name(source)} can't be read: {error.message}", hint=error.hint) from error.__cause__


def track_name(source: Any) -> str:
    """What a source is called in a message.

    >>> track_name(b"t,x,y")
    'a movement of 5 bytes'
    """
    match source:
        case str() | Path():
            return shown(str(source), limit=300)
        case bytes() | bytearray() | memoryview():
            return f"a movement of {len(source)} bytes"
    named = getattr(source, "name", None)
    return shown(named, limit=300) if isinstance(named, str) and named else f"a movement ({type(source).__name__})"


def _is_text(source: Any) -> bool:
    return isinstance(source, str | Path | bytes | bytearray | memoryview) or hasattr(source, "read")


def _frame(source: Any) -> pl.DataFrame:
    if _is_text(source):
        return table_of(_bytes(source), _MOST_BYTES)
    if hasattr(source, "detach"):  # a tensor, told without torch
        return _from_array(source.detach().cpu().numpy())
    if isinstance(source, np.ndarray):
        return _from_array(source)
    if is_frame(source) or isinstance(source, Mapping):
        try:
            return as_frame(source)
        except (FledgeError, pl.exceptions.PolarsError) as error:
            raise UnreadableItem(str(error).splitlines()[0]) from error
    raise UnreadableItem(f"{shown(source)} is no movement", hint="pass a path, bytes, a frame, or an array of (time, x, y)")


def _bytes(source: Any) -> bytes:
    """The content of what can be opened, if there is not too much of it."""
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if hasattr(source, "read"):
        found = source.read(_MOST_BYTES + 1)
        if not isinstance(found, bytes):
            raise UnreadableItem("it is opened as text", hint='open it as bytes: open(path, "rb")')
        return found
    try:
        about = Path(source).stat()
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableItem("it is no regular file")
        if about.st_size > _MOST_BYTES:
            raise UnreadableItem(f"it has {about.st_size:,} bytes; up to {_MOST_BYTES:,} are read")
        return Path(source).read_bytes()
    except (OSError, ValueError) as error:
        raise UnreadableItem(getattr(error, "strerror", None) or str(error)) from error


def _from_array(array: NDArray[Any]) -> pl.DataFrame:
    if array.ndim != 2 or array.shape[1] not in (3, 4) or array.dtype.kind not in "iuf":
        raise UnreadableItem(
            f"an array {array.shape} of {array.dtype} is no movement",
            hint="give (events, 3): time, x, y; a fourth is the state",
        )
    return pl.DataFrame({name: array[:, place] for place, name in enumerate(("time", "x", "y", "state")[: array.shape[1]])})


def _read(frame: pl.DataFrame, columns: TrackColumns, first: int) -> ReadTrack:
    """The events of a table whose first row stands in line `first` of a file."""
    if frame.height < 2:
        raise UnreadableItem(f"it has {'no events' if not frame.height else 'one event'}, and a movement has at least two")
    if frame.height > MOST_EVENTS:
        raise UnreadableItem(f"it has {frame.height:,} events; up to {MOST_EVENTS:,} are read", hint="cut it in sessions")
    time, x, y = (_numbers(frame, name, first) for name in (columns.time, columns.x, columns.y))
    since = np.diff(time, prepend=time[0])
    if (since < 0).any():
        at = int((since < 0).argmax())
        raise UnreadableItem(f"time goes backwards in {_row(at, first)}: {time[at]:g} after {time[at - 1]:g}")
    off = _off_screen(x) | _off_screen(y)
    kinds = events_of(frame, columns.button, columns.state)
    events = np.stack([_within(x), _within(y), since, kinds], 1)
    if np.abs(events).max() > _LARGEST:
        raise UnreadableItem(f"it holds numbers above {_LARGEST:g}, too large for a movement")
    return ReadTrack(events.astype(np.float32), columns, int(off.sum()))


def _numbers(frame: pl.DataFrame, name: str | None, first: int) -> Floats:
    """A column as finite numbers, or an error that names the line where one isn't."""
    assert name is not None, "time, x and y have been found by now"
    column = frame[name]
    if column.dtype == pl.Boolean or column.dtype.is_temporal():
        raise UnreadableItem(f"the column {shown(name)} holds {column.dtype}, and not numbers")
    found: Floats = column.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    wrong = ~np.isfinite(found)
    if wrong.any():
        at = int(wrong.argmax())
        value = column[at]
        what = "is missing" if value is None or value == "" else f"is {shown(value)}, not a finite number"
        raise UnreadableItem(f"{shown(name)} {what} in {_row(at, first)}")
    return found


def _row(place: int, first: int) -> str:
    return f"line {place + first}" if first else f"event {place}"


def _off_screen(values: Floats) -> NDArray[np.bool_]:
    off = np.abs(values) > _OFF
    return off if off.mean() <= _FEW else np.zeros(len(values), bool)


def _within(values: Floats) -> Floats:
    """Places off the screen, brought to the edge of where the others are."""
    off = _off_screen(values)
    if not off.any():
        return values
    return np.clip(values, values[~off].min(), values[~off].max())
