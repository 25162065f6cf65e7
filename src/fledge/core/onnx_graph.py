"""What a checked ONNX file's graph is made of, counted without onnx, protobuf or a runtime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import prod
from typing import Self, final

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

# Fields of the protobuf messages, by their numbers in onnx.proto.
_GRAPH, _SETS = 7, 8
_NODES, _INITIALIZERS = 1, 5
_SIZES, _KIND, _NAME = 1, 2, 8
_DOMAIN, _VERSION = 1, 2


@final
@dataclass(frozen=True)
class KeptTensor:
    """A tensor that a graph holds: what it is made of, and how many numbers it has along each dimension."""

    kind: str
    shape: tuple[int, ...]

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
    name, kind = "", 0
    shape: list[int] = []
    for number, value, begin, end in fields(data, start, stop, where):
        if number == _SIZES:
            shape += list(_numbers(data, begin, end, where))
        elif number == _KIND:
            kind = value
        elif number == _NAME:
            name = text(data, begin, end, where)
    return name, KeptTensor(_KINDS.get(kind, "other"), tuple(shape))


def _numbers(data: bytes, at: int, stop: int, where: str) -> Iterator[int]:
    """Those that lie there: one of a repeated field, or several that are packed behind each other."""
    while at < stop:
        value, at = whole_number(data, at, stop, where)
        yield value
