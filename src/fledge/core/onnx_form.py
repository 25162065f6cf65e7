"""What stands in an ONNX file, read by strict rules before any runtime sees it; needs neither onnx nor protobuf."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import final

from fledge.core.errors import ModelFileError, shown
from fledge.core.protobuf import AGAIN, fields, text

DIGEST = "digest"
NO_DIGEST = "0" * 64

_OURS = "pass the path of a model exported by fledge"
_LARGEST = (1 << 31) - 1
_MOST_WORDS = 64
_DEEPEST = 16
_OPERATORS = {"": None, "ai.onnx": None, "ai.onnx.ml": {"LabelEncoder"}}
"""Which operators a graph may be made of, by the set they come from: those of the standard, and one look-up of names."""

# Fields of the protobuf messages, by their numbers in onnx.proto.
_MODEL = {1, 2, 3, 4, 5, 6, 7, 8, 14}
_GRAPH, _METADATA = 7, 14
_NODES, _INITIALIZERS, _SPARSE_INITIALIZERS = 1, 5, 15
_OPERATOR, _ATTRIBUTES, _DOMAIN = 4, 5, 7
_TENSOR, _SUBGRAPH, _TENSORS, _SUBGRAPHS, _SPARSE, _SPARSES = 5, 6, 10, 11, 22, 23
_VALUES, _INDICES = 1, 2
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14


@final
@dataclass(frozen=True)
class OnnxForm:
    """An ONNX file that has been checked: its bytes, and the words that stand beside its graph."""

    path: Path
    data: bytes
    words: Mapping[str, str]

    @classmethod
    def of(cls, path: Path, data: bytes, *, verify: bool = True) -> OnnxForm:
        """Refuses what is no ONNX file of ours, is damaged, or asks for anything outside of itself."""
        words, at = _words(data, str(path))
        if "fledge" not in words or len(words.get(DIGEST, "")) != len(NO_DIGEST):
            raise ModelFileError(f"{path} is an ONNX file, but not one written by fledge", hint=_OURS)
        if verify and _digest(data, at) != words[DIGEST]:
            raise ModelFileError(f"{path} is damaged: its digest does not fit its content", hint=AGAIN)
        for number, _, start, stop in fields(data, 0, len(data), str(path)):
            if number == _GRAPH:
                _check_graph(data, start, stop, f"{path}: $.graph", 0)
        return cls(path, data, words)


def with_digest(data: bytes) -> bytes:
    """The bytes of an ONNX file with its digest in place of the zeros that stood for it."""
    _, at = _words(data, "the file")
    return data[:at] + _digest(data, at).encode() + data[at + len(NO_DIGEST) :]


def _digest(data: bytes, at: int) -> str:
    digest = sha256(memoryview(data)[:at])
    digest.update(NO_DIGEST.encode())
    digest.update(memoryview(data)[at + len(NO_DIGEST) :])
    return digest.hexdigest()


def _words(data: bytes, where: str) -> tuple[dict[str, str], int]:
    """The metadata, and where the digest stands."""
    if len(data) > _LARGEST:
        raise ModelFileError(f"{where}: {len(data)} bytes are more than an ONNX file holds")
    words: dict[str, str] = {}
    at = 0
    for number, _, start, stop in fields(data, 0, len(data), where):
        if number not in _MODEL:
            raise ModelFileError(f"{where}: no ONNX file of fledge: it has a field {number}", hint=_OURS)
        if number != _METADATA:
            continue
        pair = {each: (begin, end) for each, _, begin, end in fields(data, start, stop, f"{where}: metadata")}
        key, value = (text(data, *pair.get(each, (0, 0)), where) for each in (1, 2))
        if key in words or len(words) == _MOST_WORDS:
            raise ModelFileError(f"{where}: its metadata hold {shown(key)} twice, or too many words")
        words[key] = value
        at = pair[2][0] if key == DIGEST and 2 in pair else at
    return words, at


def _check_graph(data: bytes, start: int, stop: int, where: str, depth: int) -> None:
    if depth > _DEEPEST:
        raise ModelFileError(f"{where}: graphs lie more than {_DEEPEST} deep in each other")
    for number, _, begin, end in fields(data, start, stop, where):
        if number == _NODES:
            _check_node(data, begin, end, where, depth)
        elif number == _INITIALIZERS:
            _check_tensor(data, begin, end, where)
        elif number == _SPARSE_INITIALIZERS:
            _check_sparse(data, begin, end, where)


def _check_node(data: bytes, start: int, stop: int, where: str, depth: int) -> None:
    operator, domain = "", ""
    for number, _, begin, end in fields(data, start, stop, where):
        if number == _OPERATOR:
            operator = text(data, begin, end, where)
        elif number == _DOMAIN:
            domain = text(data, begin, end, where)
        elif number == _ATTRIBUTES:
            _check_attribute(data, begin, end, f"{where}.{operator or 'node'}", depth)
    known = _OPERATORS.get(domain, set())
    if known is not None and operator not in known:
        raise ModelFileError(f"{where}: it asks for the operator {shown(operator)} of {shown(domain)}, which is not allowed")


def _check_attribute(data: bytes, start: int, stop: int, where: str, depth: int) -> None:
    for number, _, begin, end in fields(data, start, stop, where):
        if number in (_TENSOR, _TENSORS):
            _check_tensor(data, begin, end, where)
        elif number in (_SPARSE, _SPARSES):
            _check_sparse(data, begin, end, where)
        elif number in (_SUBGRAPH, _SUBGRAPHS):
            _check_graph(data, begin, end, where, depth + 1)


def _check_sparse(data: bytes, start: int, stop: int, where: str) -> None:
    for number, _, begin, end in fields(data, start, stop, where):
        if number in (_VALUES, _INDICES):
            _check_tensor(data, begin, end, where)


def _check_tensor(data: bytes, start: int, stop: int, where: str) -> None:
    for number, value, _, _ in fields(data, start, stop, where):
        if number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value):
            raise ModelFileError(f"{where}: numbers of it are said to lie in another file, and no file may name one")
