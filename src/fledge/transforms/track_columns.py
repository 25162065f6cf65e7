"""Which columns of a table hold a movement's events."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, Self, final

import msgspec

from fledge.core.errors import UnreadableItem, listed, shown

ColumnName = Annotated[str, msgspec.Meta(max_length=200)]

_PLACE = ("{}", "pos{}", "{}pos", "position{}", "coord{}", "{}coord", "{}coordinate", "client{}", "page{}", "screen{}")
_PLACES = (*_PLACE, "mouse{}", "cursor{}", "touch{}", "pointer{}", "pen{}", "offset{}", "{}px")
_KNOWN: Mapping[str, tuple[str, ...]] = {
    "x": tuple(each.format("x") for each in _PLACES),
    "y": tuple(each.format("y") for each in _PLACES),
    "time": (
        *("time", "t", "clienttimestamp", "timestamp", "recordtimestamp", "ts", "timems", "timestampms", "ms", "millis"),
        *("milliseconds", "elapsed", "elapsedms", "seconds", "sec", "times"),
    ),
    "button": ("button", "buttons", "mousebutton", "btn"),
    "state": ("state", "event", "eventtype", "type", "action", "pressed", "down", "isdown", "touching", "pressure"),
}
"""Names without case, blanks and marks, the likeliest first."""

_NEEDED = ("time", "x", "y")


@final
@dataclass(frozen=True)
class TrackColumns:
    """The names of the columns of a movement; what is None is told by its name where a table is read.

    `button` says which button is meant, `state` what happened (pressed, released, moved, scrolled) or how hard a pen presses;
    both may be absent.

    >>> TrackColumns(time="record timestamp").among(["record timestamp", "client timestamp", "X", "Y"]).x
    'X'
    """

    time: ColumnName | None = None
    x: ColumnName | None = None
    y: ColumnName | None = None
    button: ColumnName | None = None
    state: ColumnName | None = None

    def among(self, names: Sequence[str]) -> Self:
        """With every name that a table has; an error where time, x or y is not among them."""
        found = {each.name: getattr(self, each.name) or _guessed(each.name, names) for each in fields(self)}
        for what, name in found.items():
            if name is not None and name not in names:
                raise UnreadableItem(f"it has no column {shown(name)} ({what}), only {listed([shown(n) for n in names])}")
            if name is None and what in _NEEDED:
                raise UnreadableItem(
                    f"none of its columns {listed([shown(n) for n in names])} is known to hold {what}",
                    hint=f'name it: TrackBlock(columns=TrackColumns({what}="..."))',
                )
        return type(self)(**found)

    def __str__(self) -> str:
        named = {each.name: getattr(self, each.name) for each in fields(self)}
        return listed([f"{what} from {shown(name)}" for what, name in named.items() if name is not None])


def looks_like_a_track(names: Sequence[str]) -> bool:
    """Whether columns of these names hold places over time."""
    return all(_guessed(what, names) is not None for what in _NEEDED)


def _guessed(what: str, names: Sequence[str]) -> str | None:
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(names)}
    return next((plain[each] for each in _KNOWN[what] if each in plain), None)
