"""Where an array stands in a cache's data, and the line that says so in its index."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

_LINE = struct.Struct("<4s24s4s3qQQII")
_MARK = b"ffr1"
_KINDS = {np.dtype(kind).str.encode().ljust(4, b"\0"): np.dtype(kind) for kind in "?bBhHiIlqefd"}
_CODES = {kind: code for code, kind in _KINDS.items()}

LINE_SIZE = _LINE.size
MOST_DIMS = 3


@final
@dataclass(slots=True)
class Entry:
    """An array in the data: where, of which kind and shape, and the checksum of its bytes."""

    offset: int
    kind: np.dtype[Any]
    shape: tuple[int, ...]
    check: int
    trusted: bool = False
    """Whether this process has seen that the bytes are those that were put."""

    @property
    def length(self) -> int:
        return self.kind.itemsize * math.prod(self.shape)

    @property
    def end(self) -> int:
        return self.offset + self.length

    def array(self, content: Any, start: int) -> NDArray[Any]:
        """The array as a view into `content`, where it begins at `start`."""
        return np.frombuffer(content, self.kind, math.prod(self.shape), start).reshape(self.shape)


def can_be_kept(array: NDArray[Any]) -> bool:
    """Whether an array is of a kind and shape that a line can tell."""
    return array.dtype in _CODES and array.ndim <= MOST_DIMS and 0 < array.nbytes < 2**30


def to_line(digest: bytes, entry: Entry) -> bytes:
    """An entry as a line of the index.

    >>> entry = Entry(64, np.dtype("u1"), (2, 3), check=7)
    >>> next(from_lines(to_line(bytes(24), entry)))[1] == entry
    True
    """
    shape = (*entry.shape, -1, -1, -1)[:MOST_DIMS]
    line = _LINE.pack(_MARK, digest, _CODES[entry.kind], *shape, entry.offset, entry.length, entry.check, 0)
    return line[:-4] + crc32(line[:-4]).to_bytes(4, "little")


def from_lines(lines: bytes) -> Iterator[tuple[bytes, Entry]]:
    """The entries of an index, with their digests; lines that are damaged or half written are passed over."""
    for start in range(0, len(lines) // LINE_SIZE * LINE_SIZE, LINE_SIZE):
        line = lines[start : start + LINE_SIZE]
        mark, digest, code, *shape, offset, length, check, line_check = _LINE.unpack(line)
        if mark != _MARK or line_check != crc32(line[:-4]) or code not in _KINDS:
            continue
        entry = Entry(offset, _KINDS[code], tuple(size for size in shape if size >= 0), check)
        if entry.length == length:
            yield digest, entry
