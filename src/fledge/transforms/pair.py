"""A person and a thing: what a rating is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import polars as pl
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.transforms.catalogue import UNKNOWN, Catalogue
from fledge.transforms.row_frame import Rows, as_frame, is_frame
from fledge.transforms.transform import Block, Transform

PairValue = Mapping[str, Any] | tuple[Any, Any]
"""A pair as people have it: by the names of its columns, by `user` and `item`, or in that order."""


@final
@dataclass(frozen=True)
class Pair(Transform[PairValue, Tensor]):
    """A person and a thing as their places in the catalogue; 0 for whoever or whatever was never met.

    >>> pair = PairBlock("who", "what").learn([{"who": "ann", "what": 7}, {"who": "bo", "what": 9}])
    >>> pair.encode({"who": "bo", "what": 7}), pair.encode(("bo", 8))
    (tensor([2, 1], dtype=torch.int32), tensor([2, 0], dtype=torch.int32))
    >>> pair.warnings(("bo", 8))
    ('what 8 was not learned',)
    """

    catalogue: Catalogue

    @property
    def places(self) -> tuple[int, int]:
        """How many places people and things have."""
        return self.catalogue.places

    def encode(self, value: PairValue) -> Tensor:
        user, item = self._parts(value)
        return torch.tensor([self.catalogue.person(user), self.catalogue.thing(item)], dtype=torch.int32)

    def encode_all(self, values: Any) -> Tensor:
        """Pairs, a frame or a list of mappings as (pairs, 2)."""
        if not is_frame(values):
            return torch.stack([self.encode(each) for each in values]) if len(values) else torch.empty(0, 2, dtype=torch.int32)
        frame = values.frame if isinstance(values, Rows) else as_frame(values)
        users, items = (frame[self._column(frame.columns, side)] for side in (0, 1))
        for column in (users, items):
            if column.null_count():
                raise DataError(f"row {column.is_null().arg_max()} has no {column.name}", hint="fill it in, or leave it out")
        return torch.stack([torch.from_numpy(each.copy()) for each in self.catalogue.places_of(users, items)], 1)

    def decode(self, value: Tensor) -> dict[str, str]:
        person, thing = value.tolist()
        user = self.catalogue.people[person - 1] if person else "unknown"
        return {self.catalogue.user_name: user, self.catalogue.item_name: self.catalogue.title(thing)}

    def warnings(self, value: PairValue) -> tuple[str, ...]:
        user, item = self._parts(value)
        found = []
        if self.catalogue.person(user) == UNKNOWN:
            found.append(f"{self.catalogue.user_name} {shown(user, 60)} was not learned: this is for anybody")
        if self.catalogue.thing(item) == UNKNOWN:
            near = self.catalogue.near(item)
            found.append(
                f"{self.catalogue.item_name} {shown(item, 60)} was not learned"
                + (f" (the nearest is {shown(near, 60)})" if near else "")
            )
        return tuple(found)

    def is_one(self, value: Any) -> bool:
        return isinstance(value, tuple) and len(value) == 2 and not any(isinstance(each, Mapping | tuple) for each in value)

    def _parts(self, value: Any) -> tuple[Any, Any]:
        if isinstance(value, Mapping):
            return value[self._column(value.keys(), 0)], value[self._column(value.keys(), 1)]
        if isinstance(value, tuple | list) and len(value) == 2:
            return value[0], value[1]
        raise DataError(
            f"{shown(value)} is no pair of a person and a thing",
            hint=f'try {{"{self.catalogue.user_name}": ..., "{self.catalogue.item_name}": ...}}',
        )

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
class PairBlock(Block):
    """Rows with a person and a thing each; `titles` says what things are called, by their ids."""

    user_name: str = "user"
    item_name: str = "item"
    titles: Mapping[str, str] | None = None

    def learn(self, values: Any, steps: Sequence[Any] = ()) -> Pair:
        if steps:
            raise UsageError(f"pairs take no item_tfms, and {listed(steps)} were given")
        return Pair(self.catalogue(values))

    def catalogue(self, values: Any) -> Catalogue:
        """Who and what stands in the rows."""
        frame: pl.DataFrame = values.frame if isinstance(values, Rows) else as_frame(values)
        for name in (self.user_name, self.item_name):
            if name not in frame.columns:
                raise DataError(f"the rows have no column {shown(name)}", hint=f"their columns are {listed(frame.columns)}")
        return Catalogue.learn(frame[self.user_name], frame[self.item_name], self.titles)
