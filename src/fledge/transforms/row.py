"""Rows of a table as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, final

import numpy as np
import polars as pl
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError, listed
from fledge.core.log import log
from fledge.transforms.column_dates import with_dates
from fledge.transforms.column_kinds import USED, ColumnKind, kinds_of
from fledge.transforms.row_columns import CategoryColumn, NumberColumn
from fledge.transforms.row_frame import as_frame, is_frame
from fledge.transforms.row_graph import RowGraph
from fledge.transforms.row_learning import RowColumns
from fledge.transforms.row_reading import RowReading
from fledge.transforms.transform import Block, Transform

_PIECE = 1 << 18
"""So many rows are encoded at once: what it takes besides stays small, however many there are."""

RowValue = Mapping[str, Any]
"""A row as people have it: values by the names of their columns."""


@final
@dataclass(frozen=True)
class Row(Transform[RowValue, Tensor]):
    """One row of a table: the place of each category, the position of each number, and flags for numbers that are missing.

    Columns are known by name, in any order; what else a row holds doesn't matter.

    >>> pets = Row.learn(as_frame([{"kind": "dog", "age": 2}, {"kind": "cat", "age": None}] * 4))
    >>> pets.encode({"age": 2.0, "kind": "dog"})
    tensor([3., 0., 0.])
    >>> pets.warnings({"age": 2, "kind": "dgo"})
    ("kind: 'dgo' was not learned (the nearest is 'dog')",)
    """

    categories: tuple[CategoryColumn, ...] = ()
    numbers: tuple[NumberColumn, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Columns that nothing is learned from, and why."""

    def __post_init__(self) -> None:
        if not self.categories and not self.numbers:
            raise DataError(
                "the table has no column to learn from", hint="name columns yourself: cat_names=[...], cont_names=[...]"
            )

    @classmethod
    def learn(
        cls,
        frame: pl.DataFrame,
        kinds: Sequence[ColumnKind] | None = None,
        *,
        forms: Mapping[str, str] = MappingProxyType({}),
        bins: int = 32,
        least: int = 2,
    ) -> Row:
        """What each column of a plain frame is and holds; kinds that no network learns from are left out.

        `forms` says how the dates of a column were written.
        """
        kinds = kinds_of(frame) if kinds is None else kinds
        found = RowColumns.learn(frame, kinds, forms=forms, bins=bins, least=least)
        return cls(found.categories, found.numbers, {each.name: str(each) for each in kinds if each.kind not in USED})

    @cached_property
    def columns(self) -> RowColumns:
        """The columns alone."""
        return RowColumns(self.categories, self.numbers)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The columns a row needs to have, in order."""
        return self.columns.sources

    @property
    def slots(self) -> tuple[int, ...]:
        """How many places each category has."""
        return tuple(each.slots for each in self.categories)

    @cached_property
    def flagged(self) -> tuple[NumberColumn, ...]:
        """The numbers that were missing at times in training."""
        return self.columns.flagged

    @property
    def steps(self) -> tuple[int, ...]:
        """How many stretches between knots each number has."""
        return tuple(len(each.knots) - 1 for each in self.numbers)

    def encode(self, value: RowValue) -> Tensor:
        self.columns.check_row(value)
        places = [each.place(value[each.source]) for each in self.categories]
        given = [each.number(value[each.source]) for each in self.numbers]
        positions = [each.position(number) for each, number in zip(self.numbers, given, strict=True)]
        flags = [number is None for each, number in zip(self.numbers, given, strict=True) if each.gaps]
        return torch.tensor([*places, *positions, *flags], dtype=torch.float32)

    def encode_all(self, values: Any) -> Tensor:
        """Rows, a frame or a list of mappings as (rows, columns)."""
        if not is_frame(values) and not len(values):
            return torch.empty(0, self.width)
        frame = self.columns.frame(values)
        encoded = np.empty((frame.height, self.width), np.float32)
        for start in range(0, frame.height, _PIECE):
            encoded[start : start + _PIECE] = self.columns.encoded(frame[start : start + _PIECE])
        return torch.from_numpy(encoded)

    def decode(self, value: Tensor) -> dict[str, Any]:
        """The row again, numbers as near as their knots are; None where a value was missing."""
        numbers = value.tolist()
        row: dict[str, Any] = {each.label: each.name_at(number) for each, number in zip(self.categories, numbers, strict=False)}
        after = numbers[len(self.categories) :]
        flags = {each.label for each, flag in zip(self.flagged, after[len(self.numbers) :], strict=True) if flag}
        for each, position in zip(self.numbers, after, strict=False):
            row[each.label] = None if each.label in flags else round(each.value_at(position), 6)
        return row

    def warnings(self, value: RowValue) -> tuple[str, ...]:
        """What about a row was never met in training."""
        return self.columns.warnings(value)

    @property
    def width(self) -> int:
        """How many numbers a row becomes."""
        return self.columns.width

    def reading(self, examples: Tensor | None) -> RowReading:
        return RowReading(self.categories, self.numbers)

    def graph(self) -> RowGraph:
        return RowGraph(self.reading(None))

    def given_again(self, encoded: Tensor) -> Any:
        from fledge.transforms.row_again import row_again  # which is about rows, and so stands above

        return row_again(self, encoded)


@final
@dataclass(frozen=True)
class RowBlock(Block):
    """Rows of a table, `y_names` being the columns that are to be told, which a row is therefore not to show.

    What each column is (number, category, date, ...) is found, unless `cat_names` or `cont_names` say so; `dates` says how
    those of a column are written (`{"born": "%d/%m/%Y"}`) where that could be taken two ways. Numbers are cut at `bins`
    places; names on fewer than `least` rows count as unknown ones.
    """

    y_names: str | Sequence[str] | None = None
    cat_names: Sequence[str] = ()
    cont_names: Sequence[str] = ()
    ignore: Sequence[str] = ()
    dates: Mapping[str, str] = field(default_factory=dict)
    bins: int = 32
    least: int = 2

    def __post_init__(self) -> None:
        if not 2 <= self.bins <= 256:
            raise UsageError(f"bins={self.bins}: numbers are cut at 2 to 256 places")
        if self.least < 1:
            raise UsageError(f"least={self.least}: a name stands on one row at least")

    @property
    def targets(self) -> tuple[str, ...]:
        """The columns to be told."""
        return (self.y_names,) if isinstance(self.y_names, str) else tuple(self.y_names or ())

    def kinds(self, frame: pl.DataFrame) -> tuple[ColumnKind, ...]:
        """The kind of each column but those to be told; those to ignore are left out as they ask."""
        inputs = frame.drop([name for name in self.targets if name in frame.columns])
        ignored = [name for name in self.ignore if name in inputs.columns]
        found = kinds_of(inputs.drop(ignored), cat_names=self.cat_names, cont_names=self.cont_names)
        return (*found, *(ColumnKind(name, "ignored", "you said so") for name in ignored))

    def learn(self, values: Any, steps: Sequence[Any] = ()) -> Row:
        if self.y_names is None:
            raise UsageError(
                "nothing says which column is to be told, and a row that shows it would give the answer away",
                hint='name it: RowBlock("salary"), or RowBlock(y_names=()) if the rows come without it',
            )
        if steps:
            raise UsageError(f"rows take no item_tfms, and {listed(steps)} were given")
        frame, forms = with_dates(as_frame(values), self.dates, leave=(*self.targets, *self.cat_names, *self.ignore))
        kinds = self.kinds(frame)
        for each in kinds:
            log.info("%s%s", each, "" if each.kind in USED else ", left out")
        return Row.learn(frame, kinds, forms=forms, bins=self.bins, least=self.least)


TabularBlock = RowBlock
"""The same, under the name that users of other libraries look for."""
