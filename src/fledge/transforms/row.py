"""Rows of a table as numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Any, final

import polars as pl
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.core.log import log
from fledge.transforms.column_dates import with_dates
from fledge.transforms.column_kinds import USED, ColumnKind, kinds_of
from fledge.transforms.row_columns import FIRST, UNKNOWN, CategoryColumn, NumberColumn
from fledge.transforms.row_frame import Rows, as_frame, is_frame
from fledge.transforms.row_learning import RowColumns
from fledge.transforms.transform import Block, Transform

RowValue = Mapping[str, Any]
"""A row as people have it: values by the names of their columns."""


_COMPARED = 500
"""So many names are looked at for one that is near."""

_LONGEST_COMPARED = 200


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
        self._check_row(value)
        places = [each.place(value[each.source]) for each in self.categories]
        given = [each.number(value[each.source]) for each in self.numbers]
        positions = [each.position(number) for each, number in zip(self.numbers, given, strict=True)]
        flags = [number is None for each, number in zip(self.numbers, given, strict=True) if each.gaps]
        return torch.tensor([*places, *positions, *flags], dtype=torch.float32)

    def encode_all(self, values: Any) -> Tensor:
        """Rows, a frame or a list of mappings as (rows, columns)."""
        if not is_frame(values) and not len(values):
            return torch.empty(0, self.width)
        return torch.from_numpy(self.columns.encoded(self._frame(values)))

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
        self._check_row(value)
        found = [_stranger(each, value[each.source]) for each in self.categories]
        found += [_odd_number(each, value[each.source]) for each in self.numbers]
        return tuple(dict.fromkeys(each for each in found if each))

    @property
    def width(self) -> int:
        """How many numbers a row becomes."""
        return self.columns.width

    def _check_row(self, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise DataError(
                f"a row is given by the names of its columns, not as {shown(value)}", hint=f'try {{"{self.sources[0]}": ...}}'
            )
        self._check_columns(value.keys())

    def _check_columns(self, names: Any) -> None:
        if absent := [name for name in self.sources if name not in names]:
            near = get_close_matches(absent[0], [str(name) for name in islice(names, _COMPARED)], n=1)
            raise DataError(
                f"the row has no column {listed([shown(name) for name in absent])}"
                + (f"; is {shown(near[0])} meant?" if near else ""),
                hint="give every column the model learned from, and None where there is no value",
            )

    def _frame(self, values: Any) -> pl.DataFrame:
        """The columns that are needed, as a plain frame."""
        if isinstance(values, Rows):
            values = values.frame
        if isinstance(values, pl.DataFrame):
            self._check_columns(values.columns)
            return as_frame(values.select(self.sources))
        if is_frame(values):
            frame = as_frame(values)
            self._check_columns(frame.columns)
            return frame.select(self.sources)
        for value in values:
            self._check_row(value)
        return as_frame([{name: value[name] for name in self.sources} for value in values])


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


def _odd_number(column: NumberColumn, value: Any) -> str | None:
    """A number where training had none like it: missing, or beyond all others."""
    number = column.number(value)
    if number is None:
        taken = f": {column.value_at(column.fill):g} is taken" if column.part == "value" else ""
        return None if column.gaps else f"{column.source} is missing, and never was in training{taken}"
    least, most = column.knots[0], column.knots[-1]
    if column.part != "value" or least <= number <= most:
        return None
    nearest = f"{most:g}, the greatest" if number > most else f"{least:g}, the least"
    return f"{column.source}: {number:g} counts as {nearest} in training"


def _stranger(column: CategoryColumn, value: Any) -> str | None:
    text = column.text(value)
    if text is None:
        return None if column.gaps else f"{column.source} is missing, and never was in training"
    if column.places.get(text, UNKNOWN) >= FIRST:
        return None
    near = get_close_matches(text, column.names[:_COMPARED], n=1) if len(text) <= _LONGEST_COMPARED else []
    return f"{column.label}: {shown(text, 60)} was not learned" + (f" (the nearest is {shown(near[0], 60)})" if near else "")
