"""Rows of a table for an exported model: a value for each column, of which the graph makes numbers itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Literal, final

import numpy as np
import polars as pl

from fledge.core.errors import UsageError
from fledge.transforms.reading import Array, Reading
from fledge.transforms.row_columns import CategoryColumn, NumberColumn, category_texts, moment_of, moments_of, numbers_of
from fledge.transforms.row_learning import RowColumns

Kind = Literal["name", "number", "date"]

_FIRST_MOMENT = datetime(1970, 1, 1)
_NAN = float("nan")


@final
@dataclass(frozen=True)
class RowReading(Reading):
    """A row as its columns: names as text ("" where missing), numbers and seconds since 1970 as floats (NaN where missing).

    >>> row = RowReading((CategoryColumn("kind", ("cat", "dog")),), (NumberColumn("age", (1.0, 9.0), 0.5),))
    >>> row.names, [str(each) for each in row.encode({"age": "3", "kind": " dog "})]
    (('kind', 'age'), ['dog', '3.0'])
    """

    transform: ClassVar[str] = "row"

    categories: tuple[CategoryColumn, ...] = ()
    numbers: tuple[NumberColumn, ...] = ()

    def __post_init__(self) -> None:
        if not self.categories and not self.numbers:
            raise UsageError("a row without columns says nothing")

    @cached_property
    def columns(self) -> RowColumns:
        """The columns as they were learned."""
        return RowColumns(self.categories, self.numbers)

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns a row needs to have, in order."""
        return self.columns.sources

    @property
    def names(self) -> tuple[str, ...]:  # type: ignore[override]  # others have a constant
        """What the graph calls its inputs: a column's own name, unless that is blank."""
        return tuple(name if name.strip() else f"column {place}" for place, name in enumerate(self.sources, start=1))

    @cached_property
    def kinds(self) -> Mapping[str, tuple[Kind, CategoryColumn | NumberColumn]]:
        """What each column holds, and one of what was learned of it."""
        found: dict[str, tuple[Kind, CategoryColumn | NumberColumn]] = {}
        columns: tuple[CategoryColumn | NumberColumn, ...] = (*self.categories, *self.numbers)
        for each in columns:
            kind: Kind = "date" if each.part != "value" else "name" if isinstance(each, CategoryColumn) else "number"
            found.setdefault(each.source, (kind, each))
        return {source: found[source] for source in self.sources}

    def encode(self, value: Any) -> tuple[Array, ...]:
        self.columns.check_row(value)
        return tuple(_one(value[source], *kind) for source, kind in self.kinds.items())

    def encode_all(self, values: Any) -> tuple[Array, ...]:
        """Rows, a frame or a list of mappings, column by column."""
        frame = self.columns.frame(values)
        return tuple(_all(frame[source], *kind) for source, kind in self.kinds.items())

    def warnings(self, value: Any) -> tuple[str, ...]:
        return self.columns.warnings(value)


def _one(value: Any, kind: Kind, column: CategoryColumn | NumberColumn) -> Array:
    if isinstance(column, CategoryColumn) and kind == "name":
        return np.array(column.text(value) or "", object)
    if isinstance(column, NumberColumn) and kind == "number":
        number = column.number(value)
        return np.array(_NAN if number is None else number)
    missing = (column.text(value) if isinstance(column, CategoryColumn) else column.number(value)) is None
    return np.array(_NAN if missing else (moment_of(column.source, value, column.form) - _FIRST_MOMENT).total_seconds())


def _all(values: pl.Series, kind: Kind, column: CategoryColumn | NumberColumn) -> Array:
    if kind == "name":
        return np.array(category_texts(values).fill_null("").to_list(), object)
    if kind == "number":
        numbers = numbers_of(values).cast(pl.Float64).fill_null(_NAN).to_numpy()
        return np.where(np.isfinite(numbers), numbers, _NAN)
    moments = moments_of(values, column.form).dt.epoch("us")
    return moments.cast(pl.Float64).fill_null(_NAN).to_numpy() / 1e6
