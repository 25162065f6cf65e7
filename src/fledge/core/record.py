"""Frozen dataclasses as plain JSON, and back with every name, type and bound checked."""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, TypeVar

from fledge.core.errors import FledgeError, ModelFileError, UsageError, shown
from fledge.core.names import Table
from fledge.core.record_reader import CUSTOM, Reader, Tables
from fledge.core.strict_json import JsonObject

T = TypeVar("T")

_LONGEST_TEXT = 10_000
_MOST_ITEMS = 100_000
_LARGEST = 1 << 53
_NOTHING: Mapping[Any, Any] = types.MappingProxyType({})


def pack(thing: Any, table: Table, *, tables: Tables = _NOTHING) -> JsonObject:
    """A frozen dataclass out of `table` as plain JSON: its name there, and its fields.

    What a field holds is packed the same way if it is of a class that is a key of `tables`.

    >>> pack(0.5, Table("step", {"resize": "fledge.transforms.resize:Resize"}))
    Traceback (most recent call last):
    fledge.core.errors.UsageError: 0.5 is a float, not a step that can be kept in a file
      what to do: use one of these: resize
    """
    packed = _packed_by_name(thing, table, tables)
    check_bounds(packed, type(thing).__name__, UsageError)
    return packed


def unpack(data: Any, table: Table, where: str, *, tables: Tables = _NOTHING, ops: Mapping[str, Any] = _NOTHING) -> Any:
    """What `pack` packed, or a refusal that begins with `where` and names the place in the JSON.

    `ops` holds the caller's own functions by name; nothing that stands in the data decides what is imported.
    """
    check_bounds(data, where)
    return Reader(tables, ops).named(data, table, where)


def pack_fields(thing: Any, *, tables: Tables = _NOTHING) -> JsonObject:
    """A dataclass that is known from where it stands: its fields as plain JSON, without a name.

    >>> from dataclasses import make_dataclass
    >>> Point = make_dataclass("Point", [("x", float), ("y", float)])
    >>> pack_fields(Point(0.5, 1.0))
    {'x': 0.5, 'y': 1.0}
    >>> unpack_fields({"x": 0.5, "y": 1}, Point, "points.json: $")
    Point(x=0.5, y=1.0)
    """
    packed = _packed_fields(thing, tables, type(thing).__name__)
    check_bounds(packed, type(thing).__name__, UsageError)
    return packed


def unpack_fields(data: Any, kind: type[T], where: str, *, tables: Tables = _NOTHING, ops: Mapping[str, Any] = _NOTHING) -> T:
    """What `pack_fields` packed, checked as `unpack` does."""
    check_bounds(data, where)
    read: T = Reader(tables, ops).built(kind, data, where)
    return read


def check_bounds(data: Any, where: str, error: type[FledgeError] = ModelFileError) -> None:
    """Refuses texts, lists and numbers larger than any description of a model needs."""
    waiting = [(data, where)]
    while waiting:
        value, place = waiting.pop()
        match value:
            case str() if len(value) > _LONGEST_TEXT or "\0" in value:
                raise error(f"{place}: a text of {len(value)} characters is too long or holds a zero byte")
            case int() | float() if not abs(value) <= (_LARGEST if isinstance(value, int) else math.inf):
                raise error(f"{place}: the number {shown(value, 30)} is out of bounds")
            case list() | dict() if len(value) > _MOST_ITEMS:
                raise error(f"{place}: {len(value)} entries; at most {_MOST_ITEMS} are read")
            case list():
                waiting.extend((each, f"{place}[{i}]") for i, each in enumerate(value))
            case dict():
                waiting.extend((each, f"{place}.{key}") for key, each in value.items())


def _packed_by_name(thing: Any, table: Table, tables: Tables) -> JsonObject:
    if (name := table.name_of(type(thing))) is not None:
        return {"name": name, **_packed_fields(thing, tables, type(thing).__name__)}
    if _is_own_function(thing):
        return {"name": CUSTOM, "callable": thing.__name__}
    raise UsageError(
        f"{shown(thing)} is a {type(thing).__qualname__}, not a {table.kind} that can be kept in a file",
        hint=f"use one of these: {', '.join(table)}",
    )


def _packed_fields(thing: Any, tables: Tables, where: str) -> JsonObject:
    return {
        each.name: _packed(getattr(thing, each.name), tables, f"{where}.{each.name}") for each in fields(thing) if each.init
    }


def _packed(value: Any, tables: Tables, where: str) -> Any:
    for base, table in tables.items():
        if isinstance(value, base):
            return _packed_by_name(value, table, tables)
    match value:
        case None | bool() | str():
            return value
        case int():
            return int(value)
        case float() if math.isfinite(value):
            return float(value)
        case tuple() | list():
            return [_packed(each, tables, f"{where}[{place}]") for place, each in enumerate(value)]
        case Mapping():
            return {key: _packed(each, tables, f"{where}.{key}") for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _packed_fields(value, tables, where)
    if _is_own_function(value):
        return {"name": CUSTOM, "callable": value.__name__}
    raise UsageError(
        f"{where} is {shown(value)}, which can't be kept in a file",
        hint="use a named function or one of fledge's own classes in its place",
    )


def _is_own_function(value: Any) -> bool:
    return callable(value) and str(getattr(value, "__name__", "<lambda>")).isidentifier()
