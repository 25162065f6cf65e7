"""Which way up a camera held a picture."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

_TAG = 0x0112
_SHORT = 3


def orientation(exif: bytes) -> int:
    """The orientation written in EXIF data, 1 to 8; 1 (upright) where there is none or the data is broken.

    >>> orientation(b"")
    1
    """
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        return _from_first_folder(tiff, order)
    except struct.error:  # it points outside of itself
        return 1


def _from_first_folder(tiff: bytes, order: str) -> int:
    (start,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, start)
    for place in range(start + 2, start + 2 + 12 * count, 12):
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, place)
        if tag == _TAG and kind == _SHORT and 1 <= value <= 8:
            return int(value)
    return 1


def lies_on_side(turn: int) -> bool:
    """Whether an orientation swaps height and width."""
    return turn >= 5


def upright(pixels: NDArray[np.uint8], turn: int) -> NDArray[np.uint8]:
    """Pixels (height, width, channels) turned the right way up; a view of the same memory.

    >>> upright(np.zeros((2, 5, 3), np.uint8), turn=6).shape
    (5, 2, 3)
    """
    if lies_on_side(turn):
        pixels = pixels.transpose(1, 0, 2)
    if turn in (3, 4, 7, 8):
        pixels = pixels[::-1]
    return pixels[:, ::-1] if turn in (2, 3, 6, 7) else pixels
