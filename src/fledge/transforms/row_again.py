"""An encoded row as a row that becomes the same again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from fledge.transforms.row_columns import MISSING, CategoryColumn, NumberColumn

if TYPE_CHECKING:
    from torch import Tensor

    from fledge.transforms.row import Row

_MOST_DIGITS = 17
_FIRST_DAY = datetime(1970, 1, 1)
_DAY = 86_400
_TRIED_DAYS = 3000

_Part = tuple[CategoryColumn | NumberColumn, float]
"""What was learned of a column or of a part of its dates, and where this row stands in it."""


def row_again(transform: Row, encoded: Tensor) -> dict[str, Any]:
    """A row of plain values that is encoded as this one: what was cut off comes back as near as the columns know it.

    >>> from fledge.transforms.row import Row
    >>> row = Row(numbers=(NumberColumn("age", (17.0, 40.0, 90.0), 1.0),))
    >>> row_again(row, row.encode({"age": 39}))
    {'age': 39}
    """
    columns: tuple[CategoryColumn | NumberColumn, ...] = (*transform.categories, *transform.numbers)
    numbers: list[float] = encoded.tolist()
    flags = numbers[len(columns) :]
    flagged = {each.source for each, flag in zip(transform.flagged, flags, strict=True) if flag}
    row = {}
    for name in transform.sources:
        parts = [(column, number) for column, number in zip(columns, numbers, strict=False) if column.source == name]
        row[name] = None if name in flagged else _value(parts)
    return row


def _value(parts: list[_Part]) -> Any:
    column, number = parts[0]
    if column.part != "value":
        return _date(parts)
    return column.name_at(number) if isinstance(column, CategoryColumn) else _shortest(column, number)


def _shortest(column: NumberColumn, position: float) -> float | int:
    """The number of fewest digits at a position."""
    exact = column.value_at(position)
    for digits in range(1, _MOST_DIGITS):
        number = float(f"{exact:.{digits}g}")
        if np.float32(column.position(number)) == position:
            return int(number) if number.is_integer() and abs(number) < 1 << 53 else number
    return exact


def _date(parts: list[_Part]) -> str | None:
    """A date out of its parts; without the part "days", training knew one day alone, and no part tells it from others."""
    if any(isinstance(column, CategoryColumn) and number == MISSING for column, number in parts):
        return None
    known = {column.part: float(_shortest(column, number)) for column, number in parts if isinstance(column, NumberColumn)}
    first = _FIRST_DAY + timedelta(
        days=round(known.get("days", 0.0)), seconds=round(3600 * known.get("time of day", 0.0)) % _DAY
    )
    found = next((when for when in _days_from(first) if _fits(parts, when)), first)
    return found.isoformat()


def _days_from(first: datetime) -> Iterator[datetime]:
    """A day and those around it: one after or before all of the training days counts as the last or first of them."""
    yield first
    for days in range(1, _TRIED_DAYS):
        with suppress(OverflowError):  # there are no days before the year 1 and after 9999
            yield first + timedelta(days=days)
        with suppress(OverflowError):
            yield first - timedelta(days=days)


def _fits(parts: list[_Part], when: datetime) -> bool:
    return all(
        (column.place(when) if isinstance(column, CategoryColumn) else np.float32(column.position(column.number(when))))
        == number
        for column, number in parts
    )
