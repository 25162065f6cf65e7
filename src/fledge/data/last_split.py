"""The last few of everybody held back: a model of people is judged by what each did next."""

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
from fledge.transforms.row_frame import Rows, as_frame, column_of


@final
@dataclass(frozen=True)
class LastSplitter(Splitter):
    """Holds back the last `count` rows of everybody, by a column of time, or as they stand; whoever has no more keeps them all.

    >>> rows = [{"who": "ann", "day": 3}, {"who": "ann", "day": 1}, {"who": "ann", "day": 2}, {"who": "bo", "day": 9}]
    >>> LastSplitter("who", time="day")(rows)
    ([1, 2, 3], [0])
    """

    col: str
    count: int = 1
    time: str | None = None

    def __post_init__(self) -> None:
        if self.count < 1:
            raise UsageError(f"the last {self.count} of everybody are none", hint="hold back one at least")

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        who = _column(items, self.col)
        when = pl.Series("\0when", np.arange(len(items))) if self.time is None else self._moments(items)
        order = pl.DataFrame({"who": who, "when": when}).with_row_index("row").sort("when", maintain_order=True)
        left = pl.len().over("who") - pl.int_range(pl.len()).over("who")  # 1 for the last of somebody
        held = (
            order.select("row", (left <= self.count) & (pl.len().over("who") > self.count)).sort("row").to_series(1).to_numpy()
        )
        if not held.any():
            raise DataError(f"nobody has more than {self.count} rows, so none can be held back", hint="hold back fewer")
        return made(len(items), np.flatnonzero(~held), np.flatnonzero(held))

    def _moments(self, items: Sequence[Any]) -> pl.Series:
        assert self.time is not None
        column = with_dates(_column(items, self.time).to_frame(), {})[0][self.time]
        if column.null_count() or not (column.dtype.is_numeric() or isinstance(column.dtype, pl.Datetime)):
            raise DataError(
                f"the column {shown(self.time)} doesn't tell of every row when it was", hint="a date or a number is meant there"
            )
        return column.to_physical().rename("when")


def _column(items: Sequence[Any], name: str) -> pl.Series:
    if isinstance(items, Rows) and name in items.frame.columns:
        return items.frame[name]
    column = column_of(name, [cell(item, name) for item in items])
    return as_frame(column.to_frame())[name]
