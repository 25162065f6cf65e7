"""What a person says of movements, where looking at them would give something else, or can't tell."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import final

from fledge.core.errors import UnknownName, UsageError, shown
from fledge.transforms.track_columns import TrackColumns

_PARTS = tuple(each.name for each in fields(TrackColumns))


@final
@dataclass(frozen=True)
class TrackOptions:
    """`track` is the column of a table that says which movement a row belongs to; `columns` names those of its events, such as
    `x=posX`; with `owner` the question is whether a movement is this person's. `rows` takes a table for rows in any case.
    """

    track: str | None = None
    columns: tuple[str, ...] = ()
    owner: str | None = None
    rows: bool = False

    def __post_init__(self) -> None:
        self.named  # which checks what was said  # noqa: B018
        if self.owner is not None and not self.owner.strip():
            raise UsageError("an owner needs a name", hint="--owner ann")

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what was said that is about movements alone."""
        return tuple(name for name in ("track", "columns", "owner") if getattr(self, name))

    @property
    def named(self) -> TrackColumns:
        """The columns of the events, as far as they were said."""
        said: dict[str, str] = {}
        for each in self.columns:
            what, sign, name = each.partition("=")
            if not sign or not name:
                raise UsageError(f"{shown(each)} names no column of movements", hint="write it as x=posX")
            if what not in _PARTS:
                raise UnknownName("part of a movement", what, _PARTS)
            if what in said:
                raise UsageError(f"{what} is said to be in two columns: {shown(said[what])} and {shown(name)}")
            said[what] = name
        return TrackColumns(**said)
