"""The file formats a picture may come in, known by their content."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import final

from PIL.ImageFile import ImageFile

from fledge.core.errors import UnreadableItem, shown
from fledge.core.names import Table

_DECODERS = Table(
    "picture format",
    {
        "AVIF": "PIL.AvifImagePlugin:AvifImageFile",
        "BMP": "PIL.BmpImagePlugin:BmpImageFile",
        "GIF": "PIL.GifImagePlugin:GifImageFile",
        "PNG": "PIL.PngImagePlugin:PngImageFile",
        "PPM": "PIL.PpmImagePlugin:PpmImageFile",
        "TIFF": "PIL.TiffImagePlugin:TiffImageFile",
        "WebP": "PIL.WebPImagePlugin:WebPImageFile",
    },
)
"""Each is loaded for the first file of its format: whoever answers one JPEG in a fresh process waits for none of them."""


@final
@dataclass(frozen=True)
class Format:
    """One file format: who decodes it, how much memory that takes, and whether a file's end is there."""

    name: str
    cost: int = 1
    """How many times the memory of a JPEG or PNG of that size its decoder takes."""
    whole: Callable[[bytes], bool] = lambda data: True

    def decoder(self, file: BytesIO) -> ImageFile:
        """The file, opened and not yet decoded."""
        opened: ImageFile = _DECODERS[self.name](file)
        return opened


def sniffed(data: bytes) -> Format:
    """The format of a file's content, whatever its name says.

    >>> sniffed(b"<!DOCTYPE html><html>")
    Traceback (most recent call last):
    fledge.core.errors.UnreadableItem: it is no picture: it seems to be a web page
      what to do: fledge reads JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and PPM
    """
    for signature, kind in _FORMATS:
        if signature.match(data):
            return kind
    raise UnreadableItem(
        f"it is no picture: it {_guess(data)}", hint="fledge reads JPEG, PNG, WebP, GIF, BMP, TIFF, AVIF and PPM"
    )


def _png_is_whole(data: bytes) -> bool:
    place = 8
    while place + 12 <= len(data):
        if data.startswith(b"IEND", place + 4):
            return True
        place += 12 + int.from_bytes(data[place : place + 4], "big")
    return False


def _riff_is_whole(data: bytes) -> bool:
    return len(data) >= 8 + int.from_bytes(data[4:8], "little")


def _gif_is_whole(data: bytes) -> bool:
    """Walks block by block to the trailer."""
    place = 13 + _colours(data[10:11])
    while place < len(data):
        match data[place : place + 1]:
            case b";":
                return True
            case b"!":
                place = _after_blocks(data, place + 2)
            case b",":
                place = _after_blocks(data, place + 11 + _colours(data[place + 9 : place + 10]))
            case _:
                place += 1
    return False


def _colours(flags: bytes) -> int:
    """The bytes of the colour table that such flags announce."""
    return 3 << ((flags[0] & 7) + 1) if flags and flags[0] & 0x80 else 0


def _after_blocks(data: bytes, place: int) -> int:
    while place < len(data) and data[place]:
        place += 1 + data[place]
    return place + 1


_FORMATS = [
    (re.compile(rb"\x89PNG\r\n\x1a\n"), Format("PNG", whole=_png_is_whole)),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), Format("WebP", cost=4, whole=_riff_is_whole)),
    (re.compile(rb"GIF8[79]a"), Format("GIF", whole=_gif_is_whole)),
    (re.compile(rb"BM"), Format("BMP")),
    (re.compile(rb"II\*\0|MM\0\*|II\+\0|MM\0\+"), Format("TIFF")),
    (re.compile(rb"....ftyp(.{4})*?avi[fs]", re.DOTALL), Format("AVIF", cost=4)),
    (re.compile(rb"P[1-6]\s|Pf\s"), Format("PPM")),
]

_GUESSES = [
    (rb"\s*\Z", "is empty"),
    (rb"\0+\Z", "holds nothing but zeros"),
    (rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)", "seems to be a web page"),
    (rb"\s*<(\?xml|svg)", "seems to be XML or SVG"),
    (rb"%PDF", "seems to be a PDF"),
    (rb"PK\x03\x04", "seems to be a zip archive"),
    (rb"\x1f\x8b", "seems to be a gzip archive"),
    (rb"....ftyp(hei|mif1|msf1)", "seems to be HEIC, which is not among them"),
    (rb"....ftyp", "seems to be a film"),
    (rb"\0\0\0\x0cjP  |\xff\x4f\xff\x51", "seems to be JPEG 2000, which is not among them"),
    (rb"\0\0\0\x0cJXL |\xff\x0a", "seems to be JPEG XL, which is not among them"),
    (rb"RIFF....WAVE|ID3|fLaC|OggS", "seems to be a sound"),
    (rb"\0\0\x01\0", "seems to be an icon, which is not among them"),
    (rb"8BPS", "seems to be a Photoshop document, which is not among them"),
    (rb"version https://git-lfs", "is a Git LFS pointer: the file itself was not fetched"),
    (rb"[\x09\x0a\x0d\x20-\x7e]+\Z", "seems to be text"),
]


def _guess(data: bytes) -> str:
    start = data[:512]
    for signature, words in _GUESSES:
        if re.match(signature, start, re.DOTALL | re.IGNORECASE):
            return words
    return f"begins with {shown(bytes(start[:12]))}"
