"""A person and a thing: what a rating is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import polars as pl
import torch
from torch import Tensor, nn

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.pair_reading import PairReading
from fledge.transforms.row_frame import Rows, as_frame
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
    ("what '8' was not learned",)
    """

    catalogue: Catalogue

    @property
    def places(self) -> tuple[int, int]:
        """How many places people and things have."""
        return self.catalogue.places

    def encode(self, value: PairValue) -> Tensor:
        return torch.from_numpy(self._reading.encode(value)[0])

    def encode_all(self, values: Any) -> Tensor:
        """Pairs, a frame or a list of mappings as (pairs, 2)."""
        return torch.from_numpy(self._reading.encode_all(values)[0])

    def decode(self, value: Tensor) -> dict[str, str]:
        person, thing = value.tolist()
        user = self.catalogue.people[person - 1] if person else "unknown"
        return {self.catalogue.user_name: user, self.catalogue.item_name: self.catalogue.title(thing)}

    def warnings(self, value: PairValue) -> tuple[str, ...]:
        return self._reading.warnings(value)

    def is_one(self, value: Any) -> bool:
        return self._reading.is_one(value)

    def reading(self, examples: Tensor | None) -> PairReading:
        return self._reading

    def graph(self) -> nn.Module:
        """Places are what the network takes."""
        return nn.Identity()

    def given_again(self, encoded: Tensor) -> tuple[str, str]:
        return self._reading.given_again(encoded.numpy())

    @cached_property
    def _reading(self) -> PairReading:
        """What reads pairs, with torch and without."""
        return PairReading(self.catalogue)


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
