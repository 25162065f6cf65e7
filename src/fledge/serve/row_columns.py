"""The columns of a table as forms and programs want to know them: kinds, ranges, choices."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from fledge.core.strict_json import JsonObject
from fledge.transforms.column_dates import FIRST_DAY
from fledge.transforms.row_columns import CategoryColumn, NumberColumn
from fledge.transforms.row_reading import RowReading

if TYPE_CHECKING:
    from fledge.transforms.row import Row

_MOST_CHOICES = 1000
_SOME = 20
_TIMES = ("time of day", "hour")


def described(transform: Row | RowReading) -> list[JsonObject]:
    """Each column a row needs to have, in order: what the training rows held there.

    >>> described(RowReading(numbers=(NumberColumn("age", (17.0, 37.0, 90.0), 1.0),)))
    [{'name': 'age', 'gaps': False, 'kind': 'number', 'least': 17.0, 'most': 90.0, 'usual': 37.0, 'whole': True}]
    """
    return [_described(transform, name) for name in transform.sources]


def value_schema(column: JsonObject) -> JsonObject:
    """JSON Schema of the values in a column. What training never met is taken too, and gets a warning."""
    match column["kind"]:
        case "number":
            met = f"{column['least']:g} to {column['most']:g} in training, usually {column['usual']:g}"
            return {"type": ["number", "null"], "description": met}
        case "date":
            met = f"{column['least']} to {column['most']} in training" if "least" in column else "a date"
            return {"type": ["string", "null"], "format": "date-time" if column["time"] else "date", "description": met}
    names = column["choices"]
    return {
        "type": ["string", "number", "boolean", "null"],
        "description": f"one of {len(names) + column['more']} names in training",
        "examples": names[:_SOME],
    }


def _described(transform: Row | RowReading, name: str) -> JsonObject:
    categories = [each for each in transform.categories if each.source == name]
    numbers = [each for each in transform.numbers if each.source == name]
    parts: list[CategoryColumn | NumberColumn] = [*categories, *numbers]
    about: JsonObject = {"name": name, "gaps": any(each.gaps for each in parts)}
    if parts[0].part != "value":
        return about | {"kind": "date", "time": any(each.part in _TIMES for each in parts)} | _days(numbers)
    if numbers:
        return about | _number(numbers[0])
    names = categories[0].names
    return about | {"kind": "category", "choices": list(names[:_MOST_CHOICES]), "more": max(0, len(names) - _MOST_CHOICES)}


def _number(column: NumberColumn) -> JsonObject:
    """Its outermost knots are the least and the greatest value of the training rows."""
    return {
        "kind": "number",
        "least": column.knots[0],
        "most": column.knots[-1],
        "usual": column.value_at(column.fill),
        "whole": all(each.is_integer() for each in column.knots),
    }


def _days(numbers: list[NumberColumn]) -> JsonObject:
    """The first and the last day; training may have known one alone, and then none is told from another."""
    days = [each.knots for each in numbers if each.part == "days"]
    return {"least": _day(days[0][0]), "most": _day(days[0][-1])} if days else {}


def _day(days: float) -> str:
    return date.fromordinal(FIRST_DAY + int(days)).isoformat()
