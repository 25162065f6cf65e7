"""What a checked ONNX file's graph is made of, counted without onnx, protobuf or a runtime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, Self, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import ModelFileError, shown
from fledge.core.onnx_form import OnnxForm
from fledge.core.protobuf import fields, text, whole_number

_KINDS = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    16: "bfloat16",
}
"""What a tensor holds, by its number in onnx.proto."""

_WHOLE = ("uint8", "int32", "int64")

# Fields of the protobuf messages, by their numbers in onnx.proto.
_GRAPH, _SETS = 7, 8
_NODES, _INITIALIZERS = 1, 5
_SIZES, _KIND, _NAME, _RAW = 1, 2, 8, 9
_DOMAIN, _VERSION = 1, 2


@final
@dataclass(frozen=True)
class KeptTensor:
    """A tensor that a graph holds: what it is made of, and how many numbers it has along each dimension."""

    kind: str
    shape: tuple[int, ...]
    start: int = 0
    stop: int = 0
    """From where to where its bytes lie in the file, if they lie there as they are."""

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


@final
@dataclass(frozen=True)
class OnnxGraph:
    """How many operators a graph has, of which version they are, and the tensors it holds by name."""

    operators: int
    version: int
    tensors: Mapping[str, KeptTensor]

    def array(self, form: OnnxForm, name: Any, place: str) -> NDArray[Any]:
        """A row of whole numbers that stands beside the graph, for it is too long for words."""
        found = self.tensors.get(name) if isinstance(name, str) else None
        if found is None or found.kind not in _WHOLE or len(found.shape) != 1:
            raise ModelFileError(f"{place}: {shown(name)} should name a row of whole numbers in the graph")
        kind = np.dtype(found.kind)
        if found.stop - found.start != found.size * kind.itemsize:
            raise ModelFileError(f"{place}: {shown(name)} has {found.stop - found.start} bytes for {found.size} numbers")
        array: NDArray[Any] = np.frombuffer(form.data, kind, found.size, found.start)
        return array

    @classmethod
    def of(cls, form: OnnxForm) -> Self:
        """Looks through a file whose form has been checked."""
        data, where = form.data, str(form.path)
        operators, version, tensors = 0, 0, {}
        for number, _, start, stop in fields(data, 0, len(data), where):
            if number == _SETS:
                version = max(version, _version(data, start, stop, where))
            if number != _GRAPH:
                continue
            for part, _, begin, end in fields(data, start, stop, where):
                operators += part == _NODES
                if part == _INITIALIZERS:
                    name, tensor = _tensor(data, begin, end, where)
                    tensors[name] = tensor
        return cls(operators, version, tensors)


def _version(data: bytes, start: int, stop: int, where: str) -> int:
    """The version of the standard's own set of operators; 0 for any other set."""
    domain, version = "", 0
    for number, value, begin, end in fields(data, start, stop, where):
        if number == _DOMAIN:
            domain = text(data, begin, end, where)
        elif number == _VERSION:
            version = value
    return version if domain in ("", "ai.onnx") else 0


def _tensor(data: bytes, start: int, stop: int, where: str) -> tuple[str, KeptTensor]:
    name, kind, raw = "", 0, (0, 0)
    shape: list[int] = []
    for number, value, begin, end in fields(data, start, stop, where):
        if number == _SIZES:
            shape += list(_numbers(data, begin, end, where))
        elif number == _KIND:
            kind = value
        elif number == _NAME:
            name = text(data, begin, end, where)
        elif number == _RAW:
            raw = begin, end
    return name, KeptTensor(_KINDS.get(kind, "other"), tuple(shape), *raw)


def _numbers(data: bytes, at: int, stop: int, where: str) -> Iterator[int]:
    """Those that lie there: one of a repeated field, or several that are packed behind each other."""
    while at < stop:
        value, at = whole_number(data, at, stop, where)
        yield value
