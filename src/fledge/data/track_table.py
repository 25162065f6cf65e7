"""Movements out of one table of all their events: which column says which movement a row belongs to, and whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, final

import polars as pl

from fledge.core.errors import DataError, UnknownName, UnreadableItem, listed, shown
from fledge.transforms.track_columns import TrackColumns
from fledge.transforms.track_file import ReadTrack, UnreadTrack, read_track

_TRACKS = ("track", "session", "movement", "trajectory", "gesture", "stroke", "recording", "trial", "trace")
"""What a column that tells movements apart is usually called, alone or with "id" or "number" behind it."""

_OWNERS = ("label", "class", "target", "person", "user", "userid", "username", "owner", "who", "subject", "participant")
"""What a column that says whose a movement is, or what it is, is usually called."""

_EVENTS = 5
"""With fewer events to a movement on average, a column tells something else."""


@final
@dataclass(frozen=True)
class TrackTable:
    """Which columns of a table say which movement a row belongs to, whose it is, and in which part of the data, if one does."""

    track: str
    label: str
    part: str | None = None

    def __post_init__(self) -> None:
        if twice := {each for each in self._used() if self._used().count(each) > 1}:
            raise DataError(f"the column {shown(min(twice))} can't say two things about a movement", hint="name another")

    def check(self, names: Sequence[str]) -> None:
        """An error unless all are among these columns."""
        for name in self._used():
            if name not in names:
                raise UnknownName("column", name, names)

    def events(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The columns that are left: those of the events."""
        return frame.drop(self._used())

    def _used(self) -> list[str]:
        return [each for each in (self.track, self.label, self.part) if each is not None]


def guess_track(frame: pl.DataFrame, leave: Sequence[str] = ()) -> str | None:
    """The column that tells movements apart, if one is called so and has several rows for each of its values.

    >>> guess_track(pl.DataFrame({"session_id": [1] * 9 + [2] * 9, "x": range(18)}))
    'session_id'
    """
    for name in frame.columns:
        plain = re.sub(r"(id|no|nr|number)$", "", re.sub(r"[^a-z]", "", name.lower()))
        if plain in _TRACKS and name not in leave and _EVENTS * frame[name].n_unique() <= frame.height:
            return name
    return None


def guess_label(names: Sequence[str]) -> str | None:
    """The column that says whose a movement is, by its name.

    >>> guess_label(["session", "t", "x", "y", "User ID"])
    'User ID'
    """
    plain = {re.sub(r"[^a-z]", "", name.lower()): name for name in reversed(names)}
    return next((plain[each] for each in _OWNERS if each in plain), None)


def tracks_of(frame: pl.DataFrame, table: TrackTable, columns: TrackColumns) -> list[tuple[Any, Any, str | None]]:
    """Each movement of a table, with its label and its part, in the order they begin.

    What is no movement is an `UnreadTrack`, which says why to whoever reads it.
    """
    table.check(frame.columns)
    found = []
    for (track,), rows in frame.group_by([table.track], maintain_order=True):
        label, part = (_only(rows, track, name) for name in (table.label, table.part))
        item = read_once(table.events(rows), columns, f"{table.track} {track}")
        found.append((item, label, None if part is None else str(part)))
    return found


def each_track(frame: pl.DataFrame, track: str, columns: TrackColumns) -> Iterator[ReadTrack | UnreadTrack]:
    """Each movement of a table without labels, in the order they begin."""
    if track not in frame.columns:
        raise UnknownName("column", track, frame.columns)
    for (name,), rows in frame.group_by([track], maintain_order=True):
        yield read_once(rows.drop(track), columns, f"{track} {name}")


def read_once(events: pl.DataFrame, columns: TrackColumns, called: str) -> ReadTrack | UnreadTrack:
    """The movement as it is read, under its name."""
    try:
        read = read_track(events, columns)
    except UnreadableItem as error:
        return UnreadTrack(called, error.message.partition(" can't be read: ")[2] or error.message, error.hint)
    return ReadTrack(read.events, read.columns, read.off_screen, called)


def varying(frame: pl.DataFrame, track: str, name: str) -> bool:
    """Whether a column says different things of one movement."""
    return frame.select(track, name).unique().height > frame[track].n_unique()


def _only(rows: pl.DataFrame, track: Any, name: str | None) -> Any:
    """What a column says of all rows of a movement."""
    if name is None:
        return None
    told = rows[name].unique(maintain_order=True).to_list()
    if len(told) > 1:
        raise DataError(
            f"the movement {shown(track)} has several labels in {shown(name)}: {listed([shown(each) for each in told])}",
            hint="give every movement a number of its own",
        )
    return told[0]
