"""People and things for an exported model, by their places in its catalogue; needs no torch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import DataError, listed, shown
from fledge.transforms.catalogue import UNKNOWN, Catalogue
from fledge.transforms.reading import Array, Reading
from fledge.transforms.row_frame import Rows, as_frame, is_frame

Places = NDArray[np.int32]


@final
@dataclass(frozen=True)
class PairReading(Reading):
    """A person and a thing as their places, (2,); 0 for whoever or whatever was never met."""

    transform: ClassVar[str] = "pair"
    names = ("pairs",)

    catalogue: Catalogue

    def encode(self, value: Any) -> tuple[Array]:
        user, item = self.parts(value)
        return (np.array([self.catalogue.person(user), self.catalogue.thing(item)], np.int32),)

    def encode_all(self, values: Any) -> tuple[Array]:
        """Pairs, a frame or a list of mappings, as (pairs, 2)."""
        if not is_frame(values):
            return (np.stack([self.encode(each)[0] for each in values]) if len(values) else np.empty((0, 2), np.int32),)
        frame = values.frame if isinstance(values, Rows) else as_frame(values)
        users, items = (frame[self._column(frame.columns, side)] for side in (0, 1))
        for column in (users, items):
            if column.null_count():
                raise DataError(f"row {column.is_null().arg_max()} has no {column.name}", hint="fill it in, or leave it out")
        return (np.stack(self.catalogue.places_of(users, items), 1),)

    def warnings(self, value: Any) -> tuple[str, ...]:
        user, item = self.parts(value)
        found = list(unknown_person(self.catalogue, user))
        if self.catalogue.thing(item) == UNKNOWN:
            near = self.catalogue.near(item)
            found.append(
                f"{self.catalogue.item_name} {shown(str(item), 60)} was not learned"
                + (f" (the nearest is {shown(near, 60)})" if near else "")
            )
        return tuple(found)

    def is_one(self, given: Any) -> bool:
        return isinstance(given, tuple) and len(given) == 2 and not any(isinstance(each, Mapping | tuple) for each in given)

    def parts(self, value: Any) -> tuple[Any, Any]:
        """The person and the thing that are meant."""
        if isinstance(value, Mapping):
            return value[self._column(value.keys(), 0)], value[self._column(value.keys(), 1)]
        if isinstance(value, tuple | list) and len(value) == 2:
            return value[0], value[1]
        raise DataError(
            f"{shown(value)} is no pair of a person and a thing",
            hint=f'try {{"{self.catalogue.user_name}": ..., "{self.catalogue.item_name}": ...}}',
        )

    def given_again(self, places: Places) -> tuple[str, str]:
        """A pair that has these places."""
        person, thing = places.tolist()
        return name_at(self.catalogue.people, person), name_at(self.catalogue.things, thing)

    def _column(self, names: Any, side: int) -> str:
        """Under which of its names a side of the pair stands."""
        own = (self.catalogue.user_name, self.catalogue.item_name)[side]
        for name in (own, ("user", "item")[side]):
            if name in names:
                return name
        raise DataError(
            f"there is no {shown(own)} among {listed(list(names))}", hint=f"give {own!r}, or {('user', 'item')[side]!r}"
        )


@final
@dataclass(frozen=True)
class PersonReading(Reading):
    """Somebody beside every thing there is, all by their places, (1 + things,)."""

    transform: ClassVar[str] = "person"
    names = ("pairs",)

    catalogue: Catalogue

    def encode(self, value: Any) -> tuple[Array]:
        places = np.arange(self.catalogue.places[1], dtype=np.int32)
        places[0] = self.catalogue.person(self.who(value))
        return (places,)

    def encode_all(self, values: Any) -> tuple[Array]:
        """People, or a frame with their column."""
        if is_frame(values):
            values = values if isinstance(values, Rows) else Rows(as_frame(values))
        whole = [self.encode(each)[0] for each in values]
        return (np.stack(whole) if whole else np.empty((0, self.catalogue.places[1]), np.int32),)

    def warnings(self, value: Any) -> tuple[str, ...]:
        return unknown_person(self.catalogue, self.who(value))

    def who(self, value: Any) -> Any:
        """The person that is meant."""
        if not isinstance(value, Mapping):
            return value
        for name in (self.catalogue.user_name, "user"):
            if name in value:
                return value[name]
        raise DataError(
            f"{shown(value)} names no {self.catalogue.user_name}", hint=f'try {{"{self.catalogue.user_name}": ...}}'
        )


def unknown_person(catalogue: Catalogue, user: Any) -> tuple[str, ...]:
    """What is to be said if somebody was never met, the same whether a number came as one or as text."""
    if catalogue.person(user) != UNKNOWN:
        return ()
    return (f"{catalogue.user_name} {shown(str(user), 60)} was not learned: this is for anybody",)


def name_at(names: Iterable[str], place: int) -> str:
    """The name at a place, counted from 1; at place 0 a name that none of them is."""
    known = tuple(names)
    if place:
        return known[place - 1]
    unknown = "?"
    while unknown in known:
        unknown += "?"
    return unknown
