"""Frozen dataclasses as plain JSON, and back with every name, type and bound checked."""

from __future__ import annotations

import math
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, final

from fledge.core.errors import FledgeError, ModelFileError, UsageError, shown
from fledge.core.names import Table
from fledge.core.record_reader import CUSTOM, Kept, Reader, Tables
from fledge.core.strict_json import JsonObject

T = TypeVar("T")

LONGEST_TEXT = 10_000
"""So many characters a text in a description has at most."""
_MOST_ITEMS = 100_000
_LARGEST = 1 << 53
_NOTHING: Mapping[Any, Any] = types.MappingProxyType({})

Keep = Callable[[Any, str], JsonObject | None]
"""What puts a value away outside the JSON, such as a tensor, and gives what stands for it there; None for any other value.

It is told the path of the field, `codec.input.had`.
"""


def pack(thing: Any, table: Table, *, tables: Tables = _NOTHING) -> JsonObject:
    """A frozen dataclass out of `table` as plain JSON: its name there, and its fields.

    What a field holds is packed the same way if it is of a class that is a key of `tables`.

    >>> pack(0.5, Table("step", {"resize": "fledge.transforms.resize:Resize"}))
    Traceback (most recent call last):
    fledge.core.errors.UsageError: 0.5 is a float, not a step that can be kept in a file
      what to do: use one of these: resize
    """
    packed = Writer(tables).named(thing, table, "")
    check_bounds(packed, type(thing).__name__, UsageError)
    return packed


def unpack(data: Any, table: Table, where: str, *, tables: Tables = _NOTHING, ops: Mapping[str, Any] = _NOTHING) -> Any:
    """What `pack` packed, or a refusal that begins with `where` and names the place in the JSON.

    `ops` holds the caller's own functions and dataclasses by name; nothing that stands in the data decides what is imported.
    """
    check_bounds(data, where)
    return Reader(tables, ops).named(data, table, where)


def pack_fields(thing: Any, *, tables: Tables = _NOTHING, keep: Keep | None = None) -> JsonObject:
    """A dataclass that is known from where it stands: its fields as plain JSON, without a name.

    What `keep` takes is put away by it, and found again by the `kept` of `unpack_fields`.

    >>> from dataclasses import make_dataclass
    >>> Point = make_dataclass("Point", [("x", float), ("y", float)])
    >>> pack_fields(Point(0.5, 1.0))
    {'x': 0.5, 'y': 1.0}
    >>> unpack_fields({"x": 0.5, "y": 1}, Point, "points.json: $")
    Point(x=0.5, y=1.0)
    """
    packed = Writer(tables, keep).fields(thing, "")
    check_bounds(packed, type(thing).__name__, UsageError)
    return packed


def unpack_fields(
    data: Any,
    kind: type[T],
    where: str,
    *,
    tables: Tables = _NOTHING,
    ops: Mapping[str, Any] = _NOTHING,
    kept: Kept = _NOTHING,
) -> T:
    """What `pack_fields` packed, checked as `unpack` does; `kept` finds values of some types that stand outside the JSON."""
    check_bounds(data, where)
    read: T = Reader(tables, ops, kept).built(kind, data, where)
    return read


def can_be_kept(text: str) -> bool:
    """Whether a text can stand in a description.

    >>> can_be_kept("robin"), can_be_kept("a\\0b")
    (True, False)
    """
    return len(text) <= LONGEST_TEXT and "\0" not in text


def check_bounds(data: Any, where: str, error: type[FledgeError] = ModelFileError) -> None:
    """Refuses texts, lists and numbers larger than any description of a model needs."""
    waiting = [(data, where)]
    while waiting:
        value, place = waiting.pop()
        match value:
            case str() if not can_be_kept(value):
                raise error(f"{place}: a text of {len(value)} characters is too long or holds a zero byte")
            case int() | float() if not abs(value) <= (_LARGEST if isinstance(value, int) else math.inf):
                raise error(f"{place}: the number {shown(value, 30)} is out of bounds")
            case list() | dict() if len(value) > _MOST_ITEMS:
                raise error(f"{place}: {len(value)} entries; at most {_MOST_ITEMS} are read")
            case list():
                waiting.extend((each, f"{place}[{i}]") for i, each in enumerate(value))
            case dict():
                waiting.extend((each, f"{place}.{key}") for key, each in value.items())


@final
@dataclass(frozen=True)
class Writer:
    """Packs values; `path` names the field they stand in, for messages and for what is kept elsewhere."""

    tables: Tables
    keep: Keep | None = None

    def named(self, thing: Any, table: Table, path: str) -> JsonObject:
        if (name := table.name_of(type(thing))) is not None:
            return {"name": name, **self.fields(thing, path)}
        if (stand_in := self._own(thing, path)) is not None:
            return stand_in
        raise UsageError(
            f"{shown(thing)} is a {type(thing).__qualname__}, not a {table.kind} that can be kept in a file",
            hint=f"use one of these: {', '.join(table)}",
        )

    def fields(self, thing: Any, path: str) -> JsonObject:
        owner = type(thing).__name__
        return {
            each.name: self._value(getattr(thing, each.name), f"{path}.{each.name}".lstrip("."), f"{owner}.{each.name}")
            for each in fields(thing)
            if each.init
        }

    def _value(self, value: Any, path: str, where: str) -> Any:
        if self.keep is not None and (stand_in := self.keep(value, path)) is not None:
            return stand_in
        for base, table in self.tables.items():
            if isinstance(value, base):
                return self.named(value, table, path)
        match value:
            case None | bool() | str():
                return value
            case int():
                return int(value)
            case float() if math.isfinite(value):
                return float(value)
            case tuple() | list():
                return [self._value(each, f"{path}.{place}", f"{where}[{place}]") for place, each in enumerate(value)]
            case Mapping():
                return {key: self._value(each, f"{path}.{key}", f"{where}.{key}") for key, each in value.items()}
        if is_dataclass(value) and not isinstance(value, type):
            return self.fields(value, path)
        if (stand_in := self._own(value, path)) is not None:
            return stand_in
        raise UsageError(
            f"{where} is {shown(value)}, which can't be kept in a file",
            hint="use a named function or one of fledge's own classes in its place",
        )

    def _own(self, value: Any, path: str) -> JsonObject | None:
        """What stands for something of the caller's own: a function's name, or a frozen dataclass's name and fields."""
        if is_dataclass(value) and not isinstance(value, type):
            return {"name": CUSTOM, "callable": type(value).__name__, "fields": self.fields(value, path)}
        if callable(value) and str(getattr(value, "__name__", "<lambda>")).isidentifier():
            return {"name": CUSTOM, "callable": value.__name__}
        return None
