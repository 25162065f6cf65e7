"""Plain JSON read as values of declared types, for `record`."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from functools import cache
from typing import Annotated, Any, Literal, Union, final, get_args, get_origin, get_type_hints

import msgspec

from fledge.core.errors import ModelFileError, UnknownName, shown
from fledge.core.names import Table
from fledge.core.strict_json import JsonObject

Tables = Mapping[Any, Table]
"""For a base class, the table of those that may stand in its place."""

Kept = Mapping[Any, Callable[[Any, str], Any]]
"""For a type whose values stand outside the JSON, what finds one from what stands for it there, told where that is."""

CUSTOM = "custom"
"""The name under which a function or a dataclass of the caller's own stands; it is found only if the caller hands it over."""


@final
@dataclass(frozen=True)
class Reader:
    """Reads values of declared types; `where` grows into the JSON path as it goes down."""

    tables: Tables
    ops: Mapping[str, Any]
    kept: Kept = field(default_factory=dict)

    def named(self, data: Any, table: Table, where: str) -> Any:
        fields_read = dict(_object(data, where))
        name = fields_read.pop("name", None)
        if name == CUSTOM and CUSTOM not in table:
            return self._custom(fields_read, where)
        if not isinstance(name, str) or name not in table:
            raise ModelFileError(f"{where}.name: {UnknownName(table.kind, name, table).message}")
        return self.built(table[name], fields_read, where)

    def _custom(self, data: JsonObject, where: str) -> Any:
        name, own = str(data.get("callable")), data.keys() - {"callable"}
        handed = self.ops.get(name)
        if isinstance(handed, type) and is_dataclass(handed) and own == {"fields"}:
            return self.built(handed, data["fields"], where)
        if handed is not None and not own:
            return handed
        raise ModelFileError(
            f"{where}: it needs {shown(name)}, made by whoever saved it, and no such function or class was handed over",
            hint=f"define it in your own code and pass it: load(path, ops=[{name if name.isidentifier() else 'it'}])",
        )

    def built(self, kind: type, data: Any, where: str) -> Any:
        known = {each.name: each for each in fields(kind) if each.init}
        for name in _object(data, where):
            if name not in known:
                raise ModelFileError(f"{where}: {UnknownName('field', name, known).message}")
        for name, each in known.items():
            if name not in data and _is_required(each):
                raise ModelFileError(f"{where}.{name}: missing, and there is no default")
        hints = _hints(kind)
        values = {name: self._value(each, hints[name], f"{where}.{name}") for name, each in data.items()}
        try:
            return kind(**values)
        except Exception as error:  # a class checks its own fields in its own ways; whatever it says, the file is refused
            raise ModelFileError(f"{where}: {error}") from error

    def _value(self, data: Any, hint: Any, where: str) -> Any:
        origin, inner = get_origin(hint), get_args(hint)
        if origin is Annotated:
            value = self._value(data, inner[0], where)
            for bounds in inner[1:]:
                if reason := _out_of(bounds, value):
                    raise ModelFileError(f"{where}: {shown(data)} should be {reason}")
            return value
        if origin in (Union, types.UnionType):
            return self._value(data, next((each for each in inner if _kind(data) in _kinds(each)), inner[0]), where)
        if _kind(data) not in _kinds(hint):
            raise ModelFileError(f"{where}: {shown(data)} should be {' or '.join(map(str, _kinds(hint)))}")
        if origin is Literal:
            if data not in inner:
                raise ModelFileError(f"{where}: {UnknownName('choice', data, inner).message}")
            return data
        if origin is tuple:
            return self._tuple(data, inner, where)
        if origin is Mapping:
            return types.MappingProxyType({key: self._value(each, inner[1], f"{where}.{key}") for key, each in data.items()})
        if hint in self.kept:
            return self.kept[hint](data, where)
        if (base := origin or hint) in self.tables:
            named = self.named(data, self.tables[base], where)
            if is_dataclass(named) and not isinstance(named, base):
                raise ModelFileError(f"{where}: a {type(named).__name__} is no {self.tables[base].kind}")
            return named
        if isinstance(hint, type) and is_dataclass(hint):
            return self.built(hint, data, where)
        if hint in (bool, int, float, str, types.NoneType):
            return float(data) if hint is float else data
        raise TypeError(f"{where}: a field of type {hint} can't be kept in a file")  # our own mistake, not the file's

    def _tuple(self, data: list[Any], inner: tuple[Any, ...], where: str) -> tuple[Any, ...]:
        if inner == (str, ...) and all(type(each) is str for each in data):
            return tuple(data)  # a vocabulary can be long
        hints = (inner[0],) * len(data) if inner[1:] == (...,) else inner
        if len(hints) != len(data):
            raise ModelFileError(f"{where}: {len(data)} entries where {len(hints)} are due")
        return tuple(self._value(each, hint, f"{where}[{i}]") for i, (each, hint) in enumerate(zip(data, hints, strict=True)))


def _object(data: Any, where: str) -> JsonObject:
    if not isinstance(data, dict):
        raise ModelFileError(f"{where}: it should be an object, not {shown(data)}")
    return data


def _kind(data: Any) -> str:
    """What JSON calls a value."""
    kinds = {bool: "true or false", int: "a whole number", float: "a number", str: "a text", list: "a list", dict: "an object"}
    return kinds.get(type(data), "null")


@cache
def _kinds(hint: Any) -> tuple[str, ...]:
    """What JSON calls the values a type takes."""
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _kinds(inner[0])
    if origin in (Union, types.UnionType):
        return tuple(kind for each in inner for kind in _kinds(each))
    if origin is Literal:
        return tuple(dict.fromkeys(map(_kind, inner)))
    if hint is float:
        return (_kind(0.0), _kind(0))
    if hint in (bool, int, str, types.NoneType):
        return (_kind(hint()),)
    return (_kind([]),) if origin is tuple else (_kind({}),)


def _out_of(bounds: Any, value: Any) -> str | None:
    """Which bound of a `msgspec.Meta` a value breaks, in words.

    msgspec's own check is not used: `convert` to a union of a bounded number and a tuple brings the process down.
    """
    if not isinstance(bounds, msgspec.Meta):
        return None
    checks: list[tuple[str, Any, Callable[[Any], bool]]] = [
        ("at least", bounds.ge, lambda least: value >= least),
        ("above", bounds.gt, lambda below: value > below),
        ("at most", bounds.le, lambda most: value <= most),
        ("below", bounds.lt, lambda above: value < above),
        ("at least this long:", bounds.min_length, lambda least: len(value) >= least),
        ("at most this long:", bounds.max_length, lambda most: len(value) <= most),
        ("of the form", bounds.pattern, lambda pattern: re.search(pattern, value) is not None),
    ]
    return next((f"{word} {bound}" for word, bound, holds in checks if bound is not None and not holds(bound)), None)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind, include_extras=True)


def _is_required(each: Field[Any]) -> bool:
    return each.default is MISSING and each.default_factory is MISSING
