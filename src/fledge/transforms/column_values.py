"""The values of a table's columns as a sequence, worked on as columns wherever that is possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import Any, final, overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.transforms.columnar import LabelColumn


@final
class Values(LabelColumn):
    """What stands in a column, or side by side in several; None where a row has none, and no object before it is asked for.

    >>> ages = Values(pl.Series("age", [3, None, 4, 3]))
    >>> ages[0], list(ages[1:]), len(ages.take([0, 2])), ages.distinct()
    (3, [None, 4, 3], 2, [3, 4])
    """

    def __init__(self, *columns: pl.Series) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0])

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> Values: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return Values(*(column[place] for column in self.columns))
        if not -len(self) <= place < len(self):
            raise IndexError(f"there is no value {place} of {len(self)}")
        return _one([column[int(place)] for column in self.columns])

    def __iter__(self) -> Iterator[Any]:
        if len(self.columns) == 1:
            return iter(self.columns[0])
        return (_one(row) for row in zip(*self.columns, strict=True))

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """As numpy knows them, (rows,) or (rows, columns); of numbers, nan where there is none."""
        arrays = [column.to_numpy() for column in self.columns]
        found = arrays[0] if len(arrays) == 1 else np.stack(arrays, 1)
        return found if dtype is None else found.astype(dtype)

    def __add__(self, more: Values) -> Values:
        return Values(*(pl.concat([one, other.cast(one.dtype)]) for one, other in zip(self.columns, more.columns, strict=True)))

    def take(self, places: Sequence[int] | NDArray[np.int64]) -> Values:
        """The values at these places, in this order."""
        rows = np.asarray(places, np.int64)
        return Values(*(column.gather(rows) for column in self.columns))

    @property
    def measured(self) -> bool:
        """Whether these are numbers that something was measured by, rather than names of classes."""
        return len(self.columns) > 1 or self.columns[0].dtype.is_float()

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """Where there is no value."""
        found: NDArray[np.bool_] = np.logical_or.reduce([column.is_null().to_numpy() for column in self.columns])
        return found

    def count_distinct(self) -> int:
        """How many different values there are; to have none counts as one."""
        return self.columns[0].n_unique() if len(self.columns) == 1 else pl.DataFrame(list(self.columns)).n_unique()

    def distinct(self) -> list[Any]:
        """Every value of a single column once, in the order in which they first come up."""
        return self.columns[0].unique(maintain_order=True).drop_nulls().to_list()

    def counts(self) -> dict[str, int]:
        """How often each value of a single column comes up, by its text."""
        numbers = np.bincount(self.numbered()[~self.missing])
        return {str(value): int(count) for value, count in zip(self.distinct(), numbers[numbers > 0], strict=True)}

    def numbered(self) -> NDArray[np.int64]:
        """Each value of a single column as its number, in the order in which they first come up; to have none counts as one."""
        return _numbered(self.columns[0])

    def places(self, known: Sequence[Any], default: int) -> NDArray[np.int64]:
        """Where each value of a single column stands among those known."""
        column = self.columns[0]
        if not known:
            return np.full(len(column), default, np.int64)
        values = pl.Series(known, dtype=column.dtype)
        return column.replace_strict(values, range(len(known)), default=default, return_dtype=pl.Int64).to_numpy()

    def digests(self) -> NDArray[np.uint64]:
        """For each value a number that another value all but never has: the same on every machine."""
        found = np.zeros(len(self), np.uint64)
        for column in self.columns:
            found = found * np.uint64(0x9E3779B97F4A7C15) + _digests(column)
        return found


def _one(row: Sequence[Any]) -> Any:
    if len(row) == 1:
        return row[0]
    return None if any(value is None for value in row) else tuple(row)


def _numbered(column: pl.Series) -> NDArray[np.int64]:
    distinct = column.unique(maintain_order=True)
    known, numbers = distinct.drop_nulls(), distinct.is_not_null().arg_true()
    nothing = int(distinct.is_null().arg_max() or 0)
    if not len(known):
        return np.zeros(len(column), np.int64)
    return column.replace_strict(known, numbers.cast(pl.Int64), default=nothing, return_dtype=pl.Int64).to_numpy()


def _digests(column: pl.Series) -> NDArray[np.uint64]:
    if column.dtype.is_numeric():
        # A number's bits tell it; nothing is told from every number by the second half.
        bits = column.cast(pl.Float64).fill_null(0.0).to_numpy().view(np.uint64)
        return bits + column.is_null().to_numpy().astype(np.uint64) * np.uint64(0xD6E8FEB86659FD93)
    distinct = column.unique(maintain_order=True)
    of_each = [
        int.from_bytes(blake2b(repr(value).encode(errors="backslashreplace"), digest_size=8).digest(), "little")
        for value in distinct
    ]
    found: NDArray[np.uint64] = np.array(of_each, np.uint64)[_numbered(column)]
    return found
