"""The latest rows held back: a model for tomorrow is judged by what came last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import polars as pl

from fledge.core.errors import DataError, UsageError, shown
from fledge.data.labels import cell
from fledge.data.split import Split, made
from fledge.data.splits import Splitter
from fledge.transforms.column_dates import with_dates
from fledge.transforms.column_values import Values
from fledge.transforms.columnar import ManyRows
from fledge.transforms.row_frame import as_frame, column_of


@final
@dataclass(frozen=True)
class TimeSplitter(Splitter):
    """Holds back the latest share of the rows by a column of dates or numbers; rows of one moment stay together.

    >>> TimeSplitter("year", valid_pct=0.5)([{"year": 2003}, {"year": 2001}, {"year": 2002}, {"year": 2003}])
    ([1, 2], [0, 3])
    """

    col: str
    valid_pct: float = 0.2

    def __post_init__(self) -> None:
        if not 0 < self.valid_pct < 1:
            raise UsageError(f"valid_pct={self.valid_pct} is no share", hint="0.2 holds back a fifth; it lies between 0 and 1")

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        moments = self._moments(items)
        order = np.sort(moments)
        cut = order[len(order) - min(max(1, round(self.valid_pct * len(order))), len(order) - 1)]
        if cut == order[0]:
            later = order[order > cut]
            if not len(later):
                raise DataError(f"all {len(items)} rows have the same {shown(self.col)}, so none is the latest")
            cut = later[0]
        return made(len(items), np.flatnonzero(moments < cut), np.flatnonzero(moments >= cut))

    def _moments(self, items: Sequence[Any]) -> np.ndarray[tuple[int], np.dtype[Any]]:
        if isinstance(items, ManyRows):
            values = items.column(self.col)
            assert isinstance(values, Values), "the columns of a table have values"
            column = values.columns[0]
        else:
            column = column_of(self.col, [cell(item, self.col) for item in items])
        column = with_dates(as_frame(column.to_frame()), {})[0][self.col]
        if column.null_count():
            row = int(column.is_null().arg_max() or 0)
            raise DataError(f"row {row} has no {shown(self.col)} to split by", hint="fill it in, or leave such rows out")
        if not (column.dtype.is_numeric() or isinstance(column.dtype, pl.Datetime)):
            raise DataError(
                f"the column {shown(self.col)} holds {shown(column[0])}, and a date or a number tells what comes later",
                hint="write dates as 2024-12-31",
            )
        return column.to_physical().to_numpy()
