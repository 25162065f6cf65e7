"""What a person says of the rows of a table, where looking at them would give something else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import final

from fledge.core.errors import UnknownName, UsageError, listed, shown


@final
@dataclass(frozen=True)
class RowOptions:
    """Which rows are held back, and what columns are.

    `part` is a column that says it of each row, `group` one whose groups stay together, `latest` one of dates or numbers of
    which the largest are held back. `category`, `number` and `ignore` are columns that are to be taken as such.

    Of ratings: `user`, `item` and `rating` are their columns, `items` is a table of what things are called, `last` is how many
    of everybody's last rows are held back, and `likes` takes every row for a like.
    """

    part: str | None = None
    group: str | None = None
    latest: str | None = None
    category: tuple[str, ...] = ()
    number: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    user: str | None = None
    item: str | None = None
    rating: str | None = None
    items: str | None = None
    last: int | None = None
    likes: bool = False

    def __post_init__(self) -> None:
        given = [name for name in ("part", "group", "latest", "last") if getattr(self, name) is not None]
        if len(given) > 1:
            raise UsageError(f"{listed(given)} say each which rows are held back", hint="give one of them")
        if twice := set(self.category) & set(self.number):
            raise UsageError(f"the column {shown(min(twice))} is named as a category and as a number", hint="name it once")

    @property
    def of_ratings(self) -> tuple[str, ...]:
        """The names of what was said that is about ratings alone."""
        return tuple(name for name in ("user", "item", "rating", "items", "last") if getattr(self, name) is not None)

    @property
    def of_rows(self) -> tuple[str, ...]:
        """The names of what was said that is about other tables alone."""
        return tuple(name for name in self.given if name in ("part", "group", "category", "number", "ignore"))

    @property
    def given(self) -> tuple[str, ...]:
        """The names of what was said."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) != each.default)

    @property
    def given_split(self) -> bool:
        """Whether it was said which rows are held back."""
        return self.part is not None or self.group is not None or self.latest is not None

    @property
    def named(self) -> tuple[str, ...]:
        """All columns that are named."""
        one = [name for name in (self.part, self.group, self.latest) if name is not None]
        return (*one, *self.category, *self.number, *self.ignore)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The columns that nothing is to be learned from: a part or a group is not known of a new row."""
        return tuple(dict.fromkeys([*self.ignore, *(name for name in (self.part, self.group) if name is not None)]))

    def check(self, columns: Sequence[str], targets: Sequence[str]) -> None:
        """An error unless each column is there, and none is what is to be told."""
        for name in self.named:
            if name not in columns:
                raise UnknownName("column", name, columns)
            if name in targets:
                raise UsageError(f"the column {shown(name)} is what is to be told", hint="name another --target")
