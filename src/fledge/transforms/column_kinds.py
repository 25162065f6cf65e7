"""What each column of a table is, and why: number, category, date, text, id or constant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

import polars as pl

from fledge.core.errors import DataError, UnknownName, UsageError, shown
from fledge.transforms.column_numbers import EXACT

Kind = Literal["number", "category", "date", "text", "id", "constant", "ignored"]

USED: tuple[Kind, ...] = ("number", "category", "date")
"""The kinds a network for tables learns from; the others are left out, and said."""

_NAMES_THINGS = re.compile(r"(^|[ _.-])(id|uuid|guid|key|index|rowid|row_id)$|[a-z](Id|ID)$", re.IGNORECASE)
_ENOUGH = 20
_WORDS = 3.0


@final
@dataclass(frozen=True)
class ColumnKind:
    """One column's kind, with the reason.

    >>> print(ColumnKind("age", "number", "from 17 to 90"))
    age: number (from 17 to 90)
    """

    name: str
    kind: Kind
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.kind} ({self.reason})"


def kinds_of(frame: pl.DataFrame, *, cat_names: Sequence[str] = (), cont_names: Sequence[str] = ()) -> tuple[ColumnKind, ...]:
    """The kind of every column of a plain frame; those named are what was said of them.

    >>> [str(kind) for kind in kinds_of(pl.DataFrame({"age": [17, 90, 30], "zoo": ["A", "A", "A"]}))]
    ['age: number (from 17 to 90)', "zoo: constant (always 'A')"]
    """
    for name in (*cat_names, *cont_names):
        if name not in frame.columns:
            raise UnknownName("column", name, frame.columns)
    if both := set(cat_names) & set(cont_names):
        raise UsageError(f"the column {shown(min(both))} is named as a category and as a number", hint="name it once")
    return tuple(_said(column, cat_names, cont_names) or _inferred(column) for column in frame)


def _said(column: pl.Series, cat_names: Sequence[str], cont_names: Sequence[str]) -> ColumnKind | None:
    if column.name in cat_names:
        if isinstance(column.dtype, pl.Datetime):
            raise UsageError(f"the column {shown(column.name)} holds dates, and was named as a category", hint="leave it out")
        return ColumnKind(column.name, "category", f"as you said; {column.drop_nulls().n_unique()} different values")
    if column.name not in cont_names:
        return None
    if not column.dtype.is_numeric():
        example = column.drop_nulls().head(1).to_list()
        raise DataError(
            f"the column {shown(column.name)} was named as a number and holds {shown(example[0] if example else None)}",
            hint="name it in cat_names, or mend its values",
        )
    return ColumnKind(column.name, "number", "as you said")


def _inferred(column: pl.Series) -> ColumnKind:
    known = column.drop_nulls()
    name, count = column.name, len(known)
    if count == 0:
        return ColumnKind(name, "constant", "no value anywhere")
    distinct = known.n_unique()
    if distinct == 1 and count == len(column):
        return ColumnKind(name, "constant", f"always {shown(known[0], 40)}")
    if isinstance(column.dtype, pl.Datetime):
        return ColumnKind(name, "date", f"from {known.min()!s} to {known.max()!s}")
    if column.dtype.is_numeric():
        return _number_or_id(name, known, distinct)
    if column.dtype == pl.Boolean:
        return ColumnKind(name, "category", "true or false")
    return _word_kind(name, known, distinct)


def _number_or_id(name: str, known: pl.Series, distinct: int) -> ColumnKind:
    count, lowest, highest = len(known), *_range(known)
    if known.dtype.is_integer() and distinct == count > 2:
        # A part of the rows is numbered with gaps.
        if known.is_sorted() and 0 <= lowest <= 1 + count / 10 and highest <= 3 * count:
            return ColumnKind(name, "id", "it numbers the rows")
        if _NAMES_THINGS.search(name):
            return ColumnKind(name, "id", "another whole number in each row, and called so")
        if max(abs(lowest), abs(highest)) >= EXACT:
            return ColumnKind(name, "id", "another number of 16 digits or more in each row")
    return ColumnKind(name, "number", f"from {lowest:g} to {highest:g}")


def _range(known: pl.Series) -> tuple[float, float]:
    lowest, highest = known.min(), known.max()
    assert isinstance(lowest, int | float)
    assert isinstance(highest, int | float)
    return lowest, highest


def _word_kind(name: str, known: pl.Series, distinct: int) -> ColumnKind:
    count = len(known)
    words = float(known.str.count_matches(r"\S+").mean() or 0.0)  # type: ignore[arg-type]
    many = f"{distinct} different values in {count} rows"
    if distinct > count / 2 and count >= _ENOUGH and words >= _WORDS:
        return ColumnKind(name, "text", f"{many}, {words:.0f} words each")
    if distinct > 0.9 * count and count >= _ENOUGH:
        return ColumnKind(name, "id", many)
    if distinct == count > 2 and _NAMES_THINGS.search(name):
        return ColumnKind(name, "id", f"{many}, and called so")
    return ColumnKind(name, "category", f"{distinct} different values")
