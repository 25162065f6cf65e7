"""What many numbers are known by together, in whatever order they come."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fledge.core.seeds import scrambled

_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))
_PIECE = 1 << 18


def row_digests(rows: NDArray[np.generic], salt: NDArray[np.uint64] | None = None) -> NDArray[np.uint64]:
    """A number for each row of a two-dimensional array that depends on all its bytes, and on a number given with it.

    >>> one, other, again = row_digests(np.array([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0]])).tolist()
    >>> one == again, one == other
    (True, False)
    """
    found = np.empty(len(rows), np.uint64)
    for start in range(0, len(rows), _PIECE):
        words = _words(rows[start : start + _PIECE])
        mixed = np.zeros(len(words), np.uint64) if salt is None else scrambled(salt[start : start + _PIECE])
        for place in range(words.shape[1]):
            mixed = scrambled(mixed * _ODD[0] + words[:, place].astype(np.uint64) + np.uint64(place + 1))
        found[start : start + _PIECE] = mixed
    return found


def unordered(digests: NDArray[np.uint64]) -> int:
    """One number for them all, whatever their order, and how often each comes up counting; those of several parts add up.

    >>> one, two = (np.array(each, np.uint64) for each in ([1, 2], [2, 1]))
    >>> unordered(one) == unordered(two), unordered(one) == unordered(one[:1]) + unordered(one[1:])
    (True, True)
    """
    high, low = (_sum(scrambled(digests * odd + odd)) for odd in _ODD)
    return (high << 128) + low


def _sum(numbers: NDArray[np.uint64]) -> int:
    """The whole sum, in halves, for it is more than 64 bits hold."""
    high, low = numbers >> np.uint64(32), numbers & np.uint64(0xFFFFFFFF)
    return (int(high.sum()) << 32) + int(low.sum())


def _words(rows: NDArray[np.generic]) -> NDArray[np.unsignedinteger]:
    """The bytes of each row as whole numbers, of as many bytes as go into a row."""
    flat = np.ascontiguousarray(rows).reshape(len(rows), -1).view(np.uint8)
    size = next(each for each in (8, 4, 2, 1) if flat.shape[1] % each == 0)
    return flat.view(f"<u{size}")
