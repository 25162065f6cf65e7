"""What is learned of the columns of a table together; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import islice
from types import MappingProxyType
from typing import Any, Self, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, listed, shown
from fledge.transforms.column_dates import DATE_KINDS, DATE_MEASURES, DatePart, part_of
from fledge.transforms.column_kinds import ColumnKind
from fledge.transforms.row_columns import FIRST, UNKNOWN, CategoryColumn, NumberColumn
from fledge.transforms.row_frame import Rows, as_frame, is_frame

_COMPARED = 500
"""So many names are looked at for one that is near."""

_LONGEST_COMPARED = 200


@final
@dataclass(frozen=True)
class RowColumns:
    """The columns that are learned from: names by their place, numbers by their position.

    >>> RowColumns.learn(pl.DataFrame({"age": [3, 4]}), [ColumnKind("age", "number", "")]).labels
    ('age',)
    """

    categories: tuple[CategoryColumn, ...] = ()
    numbers: tuple[NumberColumn, ...] = ()

    @classmethod
    def learn(
        cls,
        frame: pl.DataFrame,
        kinds: Sequence[ColumnKind],
        *,
        forms: Mapping[str, str] = MappingProxyType({}),
        bins: int = 32,
        least: int = 2,
    ) -> Self:
        """What each column of a plain frame holds, by its kind; `forms` says how the dates of a column were written."""
        categories: list[CategoryColumn] = []
        numbers: list[NumberColumn] = []
        for each in kinds:
            column = frame[each.name]
            if each.kind == "category":
                categories.append(CategoryColumn.learn(column, least=least))
            elif each.kind == "number":
                numbers.append(NumberColumn.learn(column, bins=bins))
            elif each.kind == "date":
                form = forms.get(each.name, "")
                kinds_of_day = [part for part in DATE_KINDS if _varies(column, part)]
                measures = [part for part in DATE_MEASURES if _varies(column, part)]
                categories += [CategoryColumn.learn(column, part=part, form=form, least=1) for part in kinds_of_day]
                numbers += [NumberColumn.learn(column, part=part, form=form, bins=bins) for part in measures]
        return cls(tuple(categories), tuple(numbers))

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """The columns a row needs to have, in order."""
        return tuple(dict.fromkeys([each.source for each in self.categories] + [each.source for each in self.numbers]))

    @property
    def labels(self) -> tuple[str, ...]:
        """What each place and position is called."""
        return (*(each.label for each in self.categories), *(each.label for each in self.numbers))

    @cached_property
    def flagged(self) -> tuple[NumberColumn, ...]:
        """The numbers that were missing at times in training."""
        return tuple(each for each in self.numbers if each.gaps)

    @property
    def width(self) -> int:
        """How many numbers a row becomes."""
        return len(self.categories) + len(self.numbers) + len(self.flagged)

    def encoded(self, frame: pl.DataFrame) -> NDArray[np.float32]:
        """A plain frame as (rows, width): places of categories, positions of numbers, flags for those that are missing."""
        found = np.empty((frame.height, self.width), np.float32)
        flag = len(self.categories) + len(self.numbers)
        for place, category in enumerate(self.categories):
            found[:, place] = category.column(frame[category.source])
        for place, number in enumerate(self.numbers, len(self.categories)):
            found[:, place], missing = number.column(frame[number.source])
            if number.gaps:
                found[:, flag] = missing
                flag += 1
        return found

    def frame(self, values: Any) -> pl.DataFrame:
        """The columns that are needed, as a plain frame: of a frame of any make, or of a list of rows."""
        if isinstance(values, Rows):
            values = values.frame
        if isinstance(values, pl.DataFrame):
            self.check_names(values.columns)
            return as_frame(values.select(self.sources))
        if is_frame(values):
            frame = as_frame(values)
            self.check_names(frame.columns)
            return frame.select(self.sources)
        for value in values:
            self.check_row(value)
        return as_frame([{name: value[name] for name in self.sources} for value in values])

    def check_row(self, value: Any) -> None:
        """Refuses what is no row with every column that is needed."""
        if not isinstance(value, Mapping):
            raise DataError(
                f"a row is given by the names of its columns, not as {shown(value)}", hint=f'try {{"{self.sources[0]}": ...}}'
            )
        self.check_names(value.keys())

    def check_names(self, names: Any) -> None:
        """Refuses names of columns among which one that is needed is missing."""
        if absent := [name for name in self.sources if name not in names]:
            near = get_close_matches(absent[0], [str(name) for name in islice(names, _COMPARED)], n=1)
            raise DataError(
                f"the row has no column {listed([shown(name) for name in absent])}"
                + (f"; is {shown(near[0])} meant?" if near else ""),
                hint="give every column the model learned from, and None where there is no value",
            )

    def warnings(self, value: Any) -> tuple[str, ...]:
        """What about a row was never met in training."""
        self.check_row(value)
        found = [_stranger(each, value[each.source]) for each in self.categories]
        found += [_odd_number(each, value[each.source]) for each in self.numbers]
        return tuple(dict.fromkeys(each for each in found if each))


def _varies(column: pl.Series, part: DatePart) -> bool:
    """Whether a part of a date differs at all: days without hours have none."""
    return len(np.unique(part_of(column.drop_nulls(), part))) > 1


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
