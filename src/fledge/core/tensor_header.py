"""The header of a tensor file: which tensors lie where, read by strict rules before anything else is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, TypeVar, final

import msgspec
import torch
from torch import Tensor

from fledge.core.errors import ModelFileError, UsageError, shown
from fledge.core.strict_json import LIMIT, JsonObject, parse, render

DTYPES = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "F8_E4M3": torch.float8_e4m3fn,
    "F8_E5M2": torch.float8_e5m2,
    "I64": torch.int64,
    "I32": torch.int32,
    "I16": torch.int16,
    "I8": torch.int8,
    "U64": torch.uint64,
    "U32": torch.uint32,
    "U16": torch.uint16,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
"""The kinds of number a file may hold, under the names safetensors gives them."""

T = TypeVar("T")

METADATA = "__metadata__"
AGAIN = "fetch or save it again"
"""What to do about a damaged file."""

_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,200}")
_MOST_ENTRIES = 20_000
_LARGEST = 1 << 48
ALIGNED = 64
"""The bytes at a multiple of which tensors lie where torch itself makes them."""

_Size = Annotated[int, msgspec.Meta(ge=0, le=_LARGEST)]


class _Written(msgspec.Struct, forbid_unknown_fields=True):
    """One entry as it stands in the JSON."""

    dtype: str
    shape: Annotated[list[_Size], msgspec.Meta(max_length=8)]
    data_offsets: tuple[_Size, _Size]


@final
@dataclass(frozen=True)
class Entry:
    """One tensor of a file: its kind, its shape, and its first byte and the one behind its last, counted after the header."""

    dtype: torch.dtype
    shape: tuple[int, ...]
    start: int
    stop: int

    @property
    def size(self) -> int:
        """How many bytes it takes."""
        return self.stop - self.start


def header_length(first: bytes, size: int, where: str) -> int:
    """The length of the JSON, from the file's first eight bytes and its size."""
    length = int.from_bytes(first[:8], "little")
    if len(first) < 8 or size < 10:
        raise ModelFileError(f"{where}: {size} bytes are too few for a model file", hint=AGAIN)
    if length > LIMIT:
        raise ModelFileError(f"{where}: not a safetensors file: it begins with {shown(first[:8])}")
    if length > size - 8:
        raise ModelFileError(f"{where}: cut short: the header alone takes {length} bytes, and the file has {size}", hint=AGAIN)
    return length


def read_header(data: bytes, room: int, where: str) -> tuple[dict[str, str], dict[str, Entry]]:
    """The words (`__metadata__`) and the entries, which fill the `room` bytes behind the header exactly."""
    found = parse(data, where)
    words = _convert(found.pop(METADATA, {}), dict[str, str], f"{where}: {METADATA}")
    if len(found) > _MOST_ENTRIES:
        raise ModelFileError(f"{where}: {len(found)} tensors; at most {_MOST_ENTRIES} are read")
    entries = {name: _entry(name, written, where) for name, written in found.items()}
    at = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].start, item[1].stop)):
        if entry.start != at:
            raise ModelFileError(f"{where}: tensor {name!r} begins at byte {entry.start}, where {at} is due")
        at = entry.stop
    if at != room:
        raise ModelFileError(f"{where}: damaged: the tensors take {at} bytes, and {room} follow the header", hint=AGAIN)
    return words, entries


def write_header(tensors: Mapping[str, Tensor], words: Mapping[str, str]) -> tuple[bytes, list[str]]:
    """The header of a file of these tensors, and the order in which their bytes follow it.

    Those that end where the next may begin come first, then the others from the widest kind on: so most begin at a
    multiple of 64 bytes, as torch's own do, and all at a multiple of their width.
    """
    order = sorted(tensors, key=lambda name: (tensors[name].nbytes % ALIGNED != 0, -tensors[name].element_size(), name))
    written: JsonObject = {METADATA: dict(words)}
    at = 0
    for name in order:
        tensor = tensors[name]
        if not _NAME.fullmatch(name) or name == METADATA:
            raise UsageError(f"a tensor can't be called {shown(name)} in a file", hint="use letters, digits, '_', '-' and '.'")
        written[name] = {"dtype": _kind(name, tensor), "shape": list(tensor.shape), "data_offsets": [at, at + tensor.nbytes]}
        at += tensor.nbytes
    text = render(written)
    text += b" " * (-(8 + len(text)) % ALIGNED)
    if len(text) > LIMIT or len(order) > _MOST_ENTRIES:
        raise UsageError(f"too much for one file: {len(order)} tensors and {len(text)} bytes of description")
    return len(text).to_bytes(8, "little") + text, order


def _entry(name: str, written: Any, where: str) -> Entry:
    if not _NAME.fullmatch(name):
        raise ModelFileError(f"{where}: a tensor is called {shown(name)}, which is not a name we accept")
    place = f"{where}: tensor {name!r}"
    plain = _convert(written, _Written, place)
    if plain.dtype not in DTYPES:
        raise ModelFileError(f"{place}: unknown kind of number {shown(plain.dtype)}; known are {', '.join(DTYPES)}")
    if prod(max(size, 1) for size in plain.shape) > _LARGEST:
        raise ModelFileError(f"{place}: a shape of {shown(plain.shape)} is larger than any file")
    dtype = DTYPES[plain.dtype]
    start, stop = plain.data_offsets
    if stop - start != prod(plain.shape) * dtype.itemsize:
        raise ModelFileError(f"{place}: shape {plain.shape} does not fit its {stop - start} bytes")
    return Entry(dtype, tuple(plain.shape), start, stop)


def _kind(name: str, tensor: Tensor) -> str:
    for kind, dtype in DTYPES.items():
        if dtype == tensor.dtype:
            return kind
    raise UsageError(f"tensor {name!r} holds {tensor.dtype}, which can't be kept in a file")


def _convert(value: Any, kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(value, kind, strict=True)
    except msgspec.ValidationError as error:
        raise ModelFileError(f"{where}: {error}") from None
