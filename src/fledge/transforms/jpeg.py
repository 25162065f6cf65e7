"""JPEG files: what their header says, and decoding near the size that is needed."""

from __future__ import annotations

import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from typing import final

import numpy as np
from numpy.typing import NDArray
from PIL.JpegImagePlugin import JpegImageFile

from fledge.core.errors import UnreadableItem
from fledge.transforms.orientation import orientation
from fledge.transforms.pixel_modes import to_pixels

_START_OF_SCAN = 0xDA
_EXIF_SEGMENT = 0xE1
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_MOST_SCANS = 100
_WORTHWHILE = 1000
"""Loading torchvision takes about as long as it saves on so many pictures."""
_decoded_whole = count()


@final
@dataclass(frozen=True)
class JpegHeader:
    """What stands in front of the pixels of a JPEG."""

    height: int
    width: int
    components: int
    progressive: bool
    turn: int

    @classmethod
    def of(cls, data: bytes) -> JpegHeader:
        """Read from the file's bytes, without decoding."""
        frame, turn = None, 1
        for marker, start, stop in _segments(data):
            if marker in _FRAMES and frame is None and stop - start >= 6:
                frame = (marker, *struct.unpack_from(">xHHB", data, start))
            elif marker == _EXIF_SEGMENT and data.startswith(b"Exif\0\0", start):
                turn = orientation(data[start:stop])
        if frame is None:
            raise UnreadableItem("the JPEG ends before it says how large it is")
        marker, height, width, components = frame
        header = cls(height, width, components, marker in _PROGRESSIVE, turn)
        header._check_scans(data)
        return header

    def _check_scans(self, data: bytes) -> None:
        # A few bytes can ask for one more pass over all pixels, thousands of times.
        if self.progressive and (scans := data.count(b"\xff\xda")) > _MOST_SCANS:
            raise UnreadableItem(f"it is a progressive JPEG of {scans} scans; at most {_MOST_SCANS} are read")


def jpeg_pixels(data: bytes, header: JpegHeader, *, channels: int, shrink: int = 1) -> NDArray[np.uint8]:
    """The pixels (height, width, 1, 3 or 4) as they lie in the file, at 1/1, 1/2, 1/4 or 1/8 of its size."""
    if shrink == 1 and header.components in (1, 3) and (decode := _decoder_in_torch()) is not None:
        pixels = decode(data, channels)
        return _with_alpha(pixels) if channels == 4 else pixels
    image = JpegImageFile(BytesIO(data))
    image.draft("L" if channels == 1 and header.components == 3 else None, (header.width // shrink, header.height // shrink))
    return to_pixels(image, channels)


def _decoder_in_torch() -> Callable[[bytes, int], NDArray[np.uint8]] | None:
    """Torchvision's decoder, once it is loaded or there have been so many pictures that loading it pays.

    It is a third faster than Pillow where nothing is shrunk, and equal to it bit by bit: both are libjpeg-turbo. Torchvision
    means to drop it some day; then Pillow decodes everything.
    """
    if "torchvision" not in sys.modules and ("torch" not in sys.modules or next(_decoded_whole) < _WORTHWHILE):
        return None
    import torch
    import torchvision.io

    decode_jpeg = getattr(torchvision.io, "decode_jpeg", None)
    if decode_jpeg is None:
        return None

    def decode(data: bytes, channels: int) -> NDArray[np.uint8]:
        decoded = decode_jpeg(torch.frombuffer(bytearray(data), dtype=torch.uint8), "GRAY" if channels == 1 else "RGB")
        pixels: NDArray[np.uint8] = decoded.permute(1, 2, 0).numpy()
        return pixels

    return decode


def _with_alpha(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.concatenate([pixels, np.full_like(pixels[..., :1], 255)], axis=2)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and stop of each segment up to the first scan."""
    place = 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker = data[place + 1]
        if marker == _START_OF_SCAN:
            return
        if marker == 0xFF or 0xD0 <= marker <= 0xD8 or marker == 1:  # fill bytes, and markers that stand alone
            place += 1 if marker == 0xFF else 2
            continue
        start, place = place + 4, place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
        if place <= len(data):
            yield marker, start, place
