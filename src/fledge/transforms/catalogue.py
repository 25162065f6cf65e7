"""Who and what there is: every person and every thing that was met, and who has had what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from typing import Annotated, Self, final

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, UnknownName, UsageError, shown
from fledge.transforms.lists import Lists
from fledge.transforms.row_frame import value_text
from fledge.transforms.texts import Texts

_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
_COMPARED = 100_000
"""So many titles are looked at for one that is near."""

UNKNOWN = 0
"""The place of whoever and whatever was never met."""


@final
@dataclass(frozen=True, eq=False)
class Catalogue:
    """People and things by their places, counted from 1; place 0 is for those never met.

    `had` says what each person has in the part that was learned from, `also` what besides (held back, say): neither is
    recommended to them again. `titles` are what things are called, if that is not their ids.

    >>> shop = Catalogue.learn(pl.Series("who", ["ann", "bo", "ann"]), pl.Series("what", [7, 7, 9]))
    >>> shop.person("ann"), shop.thing(9), shop.title(2), shop.seen(1).tolist()
    (1, 2, '9', [1, 2])
    """

    people: Texts
    things: Texts
    titles: Texts
    had: Lists
    also: Lists
    user_name: _Line
    item_name: _Line

    def __post_init__(self) -> None:
        if not len(self.people) or not len(self.things) or len(self.titles) not in (0, len(self.things)):
            raise UsageError("a catalogue has people and things, and a title for every thing or for none")
        for each in (self.had, self.also):
            if len(each) != len(self.people) + 1 or each.largest > len(self.things):
                raise UsageError("what people had doesn't fit the people and things there are")

    @classmethod
    def learn(cls, users: pl.Series, items: pl.Series, titles: Mapping[str, str] | None = None) -> Self:
        """Everybody and everything in two columns that belong together; `titles` are found by ids."""
        if not len(users):
            raise DataError("there are no ratings to learn from", hint="pass a table that has some")
        people, things = _distinct(users), _distinct(items)
        names = Texts.of(things)
        bare = cls(
            Texts.of(people),
            names,
            Texts.of(_told_apart(things, titles)) if titles else Texts.of([]),
            _none(len(people)),
            _none(len(people)),
            users.name,
            items.name,
        )
        return replace(bare, had=Lists.of(*bare.places_of(users, items), owners=len(people) + 1))

    def also_had(self, users: pl.Series, items: pl.Series) -> Self:
        """The same, knowing what people have besides; who or what was never met is left out."""
        who, what = self.places_of(users, items)
        known = (who != UNKNOWN) & (what != UNKNOWN)
        return replace(self, also=Lists.of(who[known], what[known], owners=len(self.people) + 1))

    def also_nothing(self) -> Self:
        """The same, knowing nothing but what was learned from: to judge recommendations by what was held back."""
        return replace(self, also=_none(len(self.people)))

    @property
    def places(self) -> tuple[int, int]:
        """How many places people and things have, those for the unknown among them."""
        return len(self.people) + 1, len(self.things) + 1

    def places_of(self, users: pl.Series, items: pl.Series) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """The places in two columns of ids."""
        return _places_in(users, self._person_places), _places_in(items, self._thing_places)

    def person(self, value: object) -> int:
        """A person's place by id; 0 if never met."""
        return self._person_places.get(_text(value, self.user_name), UNKNOWN)

    def thing(self, value: object) -> int:
        """A thing's place by title or id; 0 if never met. A number is an id."""
        return self._thing_places.get(_text(value, self.item_name), UNKNOWN)

    def known_thing(self, value: object) -> int:
        """A thing's place, or an error that names what it may have meant to say."""
        if place := self.thing(value):
            return place
        text = _text(value, self.item_name)
        holding = [title for title in self._names if text.casefold() in title.casefold()]
        raise UnknownName(self.item_name, text, holding or self._names)

    def title(self, place: int) -> str:
        """What a thing is called."""
        return self._names[place - 1] if place else "unknown"

    def near(self, value: object) -> str | None:
        """The title nearest to what is no title."""
        found = get_close_matches(_text(value, self.item_name), self._names[:_COMPARED], n=1)
        return found[0] if found else None

    def seen(self, person: int) -> NDArray[np.int32]:
        """The places of all that a person has had."""
        both: NDArray[np.int32] = np.union1d(self.had[person], self.also[person])
        return both

    @cached_property
    def popularity(self) -> NDArray[np.int64]:
        """How many have had each thing, by its place."""
        return np.bincount(self.had.places, minlength=len(self.things) + 1)

    @cached_property
    def _names(self) -> Sequence[str]:
        return tuple(self.titles if len(self.titles) else self.things)

    @cached_property
    def _person_places(self) -> Mapping[str, int]:
        return {text: place + 1 for text, place in self.people.places.items()}

    @cached_property
    def _thing_places(self) -> Mapping[str, int]:
        """Places by id, and by title; where one thing's id is another's title, a text means the id."""
        titles = {title: place + 1 for title, place in self.titles.places.items()}
        return titles | {text: place + 1 for text, place in self.things.places.items()}


def _distinct(column: pl.Series) -> list[str]:
    """The ids in a column as texts: by size where they are numbers, else in alphabetical order."""
    return list(dict.fromkeys(value_text(each) for each in column.unique().drop_nulls().sort().to_list()))


def _places_in(column: pl.Series, places: Mapping[str, int]) -> NDArray[np.int32]:
    # One look-up for each different id, however many rows have it.
    distinct = column.unique().drop_nulls()
    found = [places.get(value_text(each), UNKNOWN) for each in distinct.to_list()]
    if not found:
        return np.zeros(len(column), np.int32)
    return column.replace_strict(distinct, pl.Series(found, dtype=pl.Int32), default=UNKNOWN, return_dtype=pl.Int32).to_numpy()


def _told_apart(things: Sequence[str], titles: Mapping[str, str]) -> list[str]:
    """Each thing's title; its id where it has none, and its id besides where several have the same."""
    named = [" ".join(titles.get(each, "").split()) for each in things]
    count: dict[str, int] = {}
    for title in named:
        count[title] = count.get(title, 0) + 1
    return [
        each if not title else f"{title} ({each})" if count[title] > 1 else title
        for each, title in zip(things, named, strict=True)
    ]


def _text(value: object, name: str) -> str:
    if value is None or (isinstance(value, float) and value != value) or isinstance(value, list | tuple | dict | set):
        raise DataError(f"{shown(value)} is no {name}", hint="an id is a text or a number")
    return value_text(value)


def _none(people: int) -> Lists:
    empty = np.empty(0, np.int32)
    return Lists.of(empty, empty, owners=people + 1)
