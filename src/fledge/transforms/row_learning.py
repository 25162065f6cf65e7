"""What is learned of the columns of a table together; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Self, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.transforms.column_dates import DATE_KINDS, DATE_MEASURES, DatePart, part_of
from fledge.transforms.column_kinds import ColumnKind
from fledge.transforms.row_columns import CategoryColumn, NumberColumn


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


def _varies(column: pl.Series, part: DatePart) -> bool:
    """Whether a part of a date differs at all: days without hours have none."""
    return len(np.unique(part_of(column.drop_nulls(), part))) > 1
