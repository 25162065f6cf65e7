"""Columns of text as what they are: numbers where every value is one, text where not, an error where one value is odd."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, final

import polars as pl

from fledge.core.errors import DataError, listed, shown
from fledge.transforms.column_numbers import EXACT, LEADING_ZERO, WHOLE, is_number, read_numbers

Decimal = Literal[".", ","]

NEARLY = 0.95
"""From this share of numbers on, a value that is none is a mistake rather than a name."""

_ENOUGH = 20
_SAMPLE = 1000


@final
@dataclass(frozen=True)
class Typing:
    """How the columns of one file are typed: which stay text, which mark divides their numbers, and where its rows stand."""

    where: str
    as_text: Collection[str]
    decimal: Decimal | None
    line_of: Callable[[int], int]

    def typed(self, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
        """The frame with its columns of numbers as numbers, and what was done that may surprise."""
        likely = [column for column in frame if column.name not in self.as_text and _looks_like_numbers(column)]
        clean = {column.name: numbers for column in likely if (numbers := _clean_numbers(column)) is not None}
        measured = [column for column in likely if column.name not in clean or clean[column.name].dtype == pl.Float64]
        decimal = self.decimal or _decimal_of(measured)
        said: list[str] = []
        found = []
        for column in likely:
            numbers = clean.get(column.name)
            if numbers is None or (decimal == "," and numbers.dtype == pl.Float64):
                numbers = self._numbers(column, decimal, said)
            if numbers is not None:
                found.append(numbers)
        return frame.with_columns(found), said

    def _numbers(self, column: pl.Series, decimal: Decimal | None, said: list[str]) -> pl.Series | None:
        """A column as numbers, or nothing where it holds names."""
        if column.str.contains(LEADING_ZERO).any():
            said.append(f"{column.name}: leading zeros, so its values are names")
            return None
        decimal = decimal or self._only_reading(column)
        grouped = bool((is_number(column, decimal, grouped=True) & ~is_number(column, decimal)).any())
        found = read_numbers(column, decimal, grouped=grouped)
        known = len(found.values) - found.values.null_count()
        wrong = int(found.wrong.sum())
        if known == 0 or (wrong and (known < NEARLY * (known + wrong) or known < _ENOUGH)):
            return None
        if wrong:
            raise self._odd_value(column, found.wrong, known, decimal)
        if _beyond_exact(column, found.values):
            said.append(f"{column.name}: whole numbers of 16 digits and more, so its values are names")
            return None
        if infinite := int(found.infinite.sum()):
            line = self.line_of(int(found.infinite.arg_max() or 0))
            said.append(f"{column.name}: {infinite} infinite or too large (the first in line {line}), taken as missing")
        words = column.filter(found.values.is_null() & ~found.infinite).drop_nulls().unique().sort().to_list()
        if words:
            said.append(f"{column.name}: {listed([shown(word) for word in words], 4)} taken as missing")
        whole = column.filter(found.values.is_not_null()).str.contains(WHOLE).all()
        return found.values.cast(pl.Int64) if whole else found.values

    def _only_reading(self, column: pl.Series) -> Decimal:
        """The decimal mark of a column that nothing else in the file tells about; an error if it may be either."""
        known = column.drop_nulls()
        point, comma = (is_number(known, mark, grouped=True).mean() or 0.0 for mark in (".", ","))
        if point != comma:
            return "." if point > comma else ","  # type: ignore[operator]
        two_ways = known.str.contains(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+$")
        if two_ways.any():
            row = int((column.str.contains(r"^[+-]?[0-9]{1,3}(,[0-9]{3})+$").fill_null(False)).arg_max() or 0)
            raise DataError(
                f"{self.where}: {shown(column[row])} in line {self.line_of(row)}, column {shown(column.name)} may be a thousand"
                " or a fraction, and nothing tells which",
                hint='say decimal="." if it is in thousands, decimal="," if the comma stands before a fraction',
            )
        return "."

    def _odd_value(self, column: pl.Series, wrong: pl.Series, known: int, decimal: str) -> DataError:
        row = int(wrong.arg_max() or 0)
        more = f" and {int(wrong.sum()) - 1} more" if wrong.sum() > 1 else ""
        return DataError(
            f"{self.where}: {shown(column[row])} in line {self.line_of(row)}, column {shown(column.name)}{more}: no number, "
            f"while the column holds {known} others that are (decimal mark {shown(decimal)})",
            hint=f"mend it, leave it empty, or keep the column as names: cat_names=[{column.name!r}]",
        )


def _looks_like_numbers(column: pl.Series) -> bool:
    """Whether most of a sample, taken evenly, are numbers in one way of writing or the other."""
    if column.dtype != pl.String:
        return False
    known = column.drop_nulls()
    some = known.gather_every(max(1, len(known) // _SAMPLE))
    numbers = (is_number(some, ".", grouped=True) | is_number(some, ",", grouped=True)).sum()
    marks = read_numbers(some).wrong.not_().sum()
    return bool(len(some)) and bool(max(numbers, marks) > len(some) / 2)


def _clean_numbers(column: pl.Series) -> pl.Series | None:
    """A column of which every text is a finite number with a point, no leading zero and not too large: the usual case."""
    values = column.cast(pl.Float64, strict=False)
    if values.null_count() > column.null_count() or not (values.is_finite() & (values.abs() < EXACT)).all():
        return None
    if column.str.contains(LEADING_ZERO).any():
        return None
    whole = column.cast(pl.Int64, strict=False)
    return whole if whole.null_count() == column.null_count() else values


def _decimal_of(columns: list[pl.Series]) -> Decimal | None:
    """The decimal mark of a file, from columns whose numbers can be read with one of the two alone."""
    votes = {".": 0, ",": 0}
    for column in columns:
        known = column.drop_nulls()
        counts = {mark: int(is_number(known, mark, grouped=True).sum()) for mark in votes}
        if counts["."] != counts[","]:
            votes["." if counts["."] > counts[","] else ","] += 1
    if votes["."] and votes[","]:
        return None
    return "." if votes["."] else "," if votes[","] else None


def _beyond_exact(texts: pl.Series, values: pl.Series) -> bool:
    largest = values.abs().max()
    if largest is None or float(largest) < EXACT:  # type: ignore[arg-type]
        return False
    return bool((texts.str.contains(WHOLE) & (values.abs() >= EXACT)).any())
