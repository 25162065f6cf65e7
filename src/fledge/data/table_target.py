"""What is to be told of each row of a table: classes, or numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, final

import polars as pl

from fledge.core.errors import DataError, UnknownName, shown
from fledge.data.strata import few_classes
from fledge.transforms.column_values import Values
from fledge.transforms.row_columns import category_texts

_FEW = 50
"""Up to so many different whole numbers are taken for classes rather than for something measured."""

Problem = Literal["classification", "regression"]


@final
@dataclass(frozen=True)
class RowTarget:
    """The columns to be told, which kind of problem that makes, and why."""

    names: tuple[str, ...]
    problem: Problem
    because: str

    def labels(self, frame: pl.DataFrame) -> Values:
        """What is true of each row, None where nobody knows it.

        >>> list(RowTarget(("age",), "regression", "").labels(pl.DataFrame({"age": [3, None]})))
        [3.0, None]
        """
        check_names(self.names, frame.columns)
        known = [frame[name] for name in self.names]
        return class_labels(known[0]) if self.problem == "classification" else numbers(known)


def row_target(frame: pl.DataFrame, names: Sequence[str]) -> RowTarget:
    """Classes for words and few whole numbers, numbers for what is measured.

    >>> row_target(pl.DataFrame({"age": [3.5, 4.0, 7.2]}), ["age"]).because
    'measured numbers'
    """
    check_names(names, frame.columns)
    words = [name for name in names if not frame[name].dtype.is_numeric()]
    if len(names) > 1 and words:
        raise DataError(
            f"{shown(words[0])} holds no numbers, and of several columns to tell each has to", hint="name one column"
        )
    known = frame[names[0]].drop_nulls()
    if words:
        return RowTarget(tuple(names), "classification", f"{known.n_unique()} different words")
    if len(names) == 1 and _are_classes(known):
        return RowTarget(tuple(names), "classification", f"{known.n_unique()} different whole numbers")
    return RowTarget(tuple(names), "regression", "measured numbers")


def check_names(names: Sequence[str], columns: Sequence[str]) -> None:
    """An error unless each of the names is one of the columns."""
    if absent := [name for name in names if name not in columns]:
        raise UnknownName("column", absent[0], columns)


def class_labels(column: pl.Series) -> Values:
    """Labels as Category takes them: whole numbers stay numbers, so that they come in order."""
    if column.dtype.is_integer():
        return Values(column)
    if column.dtype.is_float() and bool((column.drop_nulls() == column.drop_nulls().round()).all()):
        return Values(column.cast(pl.Int64))
    if isinstance(column.dtype, pl.Datetime):
        raise DataError(f"the column {shown(column.name)} holds dates, and classes or numbers can be told", hint="name another")
    return Values(category_texts(column))


def numbers(columns: Sequence[pl.Series]) -> Values:
    """Numbers, one for each row or several of several columns."""
    if wrong := [column for column in columns if not column.dtype.is_numeric()]:
        example = wrong[0].drop_nulls().head(1).to_list()
        raise DataError(f"the column {shown(wrong[0].name)} holds {shown(example)}, and a number is to be told", hint="mend it")
    return Values(*(column.cast(pl.Float64) for column in columns))


def _are_classes(known: pl.Series) -> bool:
    whole = known.dtype.is_integer() or bool((known == known.round()).all())
    return whole and known.n_unique() <= _FEW and few_classes(Values(known.cast(pl.Int64)))
