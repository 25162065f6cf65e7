"""A folder of pictures, some of them broken in one of 25 ways, others only odd."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Maker = Callable[[Path, int], object]
"""Makes the picture of this number at this path."""


@dataclass(frozen=True)
class Corpus:
    """Which of the pictures can be read, and what is wrong with the others."""

    good: tuple[Path, ...]
    broken: Mapping[Path, str]


def make_corpus(folder: Path, good: int, broken: int) -> Corpus:
    """Pictures in two classes, `bird` and `forest`; the first good ones are the odd ones, all broken kinds come in turn."""
    for label in ("bird", "forest"):
        (folder / label).mkdir(parents=True)
    return Corpus(
        good=tuple(_made(folder, f"good{index}", _good(index), index)[0] for index in range(good)),
        broken=dict(_made(folder, f"broken{index}", list(BROKEN)[index % len(BROKEN)], index) for index in range(broken)),
    )


def _made(folder: Path, name: str, kind: str, index: int) -> tuple[Path, str]:
    path = folder / ("bird", "forest")[index % 2] / f"{name} {kind}.jpg"
    MAKERS[kind](path, index // len(BROKEN))
    return path, kind


def _good(index: int) -> str:
    return list(ODD)[index] if index < len(ODD) else "photo"


def photo(index: int, mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture of smooth waves and some noise."""
    numbers = np.random.default_rng(index)
    rows, columns = np.mgrid[: size[1], : size[0]]
    waves = np.stack([np.sin(rows / numbers.uniform(4, 20) + columns / numbers.uniform(4, 20)) for _ in range(3)], axis=2)
    pixels = 128 + 90 * waves + numbers.normal(0, 8, waves.shape)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).convert(mode)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    """The bytes of a file."""
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def _saved(form: str, mode: str = "RGB", size: tuple[int, int] = (64, 48), **options: Any) -> Maker:
    return lambda path, index: path.write_bytes(encoded(photo(index, mode, size), form, **options))


def _cut(form: str, mode: str = "RGB", **options: Any) -> Maker:
    """Cut short at one of 50 points."""

    def make(path: Path, index: int) -> None:
        data = encoded(photo(index, mode), form, **options)
        path.write_bytes(data[: len(data) * (index % 50 + 1) // 52])

    return make


def _holding(content: bytes) -> Maker:
    return lambda path, index: path.write_bytes(content)


def _animated(form: str) -> Maker:
    def make(path: Path, index: int) -> None:
        frames = [photo(index + number, "P" if form == "GIF" else "RGB") for number in range(3)]
        path.write_bytes(encoded(frames[0], form, save_all=True, append_images=frames[1:]))

    return make


def _floats(value: float) -> Maker:
    def make(path: Path, index: int) -> None:
        values = np.random.default_rng(index).random((48, 64), np.float32)
        values[3, 4] = value
        Image.fromarray(values).save(path, "TIFF")

    return make


def _sixteen_bits(path: Path, index: int) -> None:
    Image.fromarray(np.random.default_rng(index).integers(0, 65536, (48, 64), np.uint16)).save(path, "PNG")


def _one_flipped_byte(path: Path, index: int) -> None:
    data = bytearray(encoded(photo(index), "PNG"))
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)


def many_scans(index: int = 0, count: int = 200) -> bytes:
    """A progressive JPEG that asks for its last scan over and over."""
    data = encoded(photo(index), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + data[-2:]


def png_bomb(side: int = 60_000) -> bytes:
    """A small PNG that says it is very large."""
    header = struct.pack(">II5B", side, side, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(bytes(1_000_000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )


def gif_bomb() -> bytes:
    """A small GIF on a very large screen."""
    data = encoded(photo(0, "P"), "GIF")
    return data[:6] + struct.pack("<HH", 65_535, 65_535) + data[10:]


def webp_bomb() -> bytes:
    """A small lossless WebP that says it is very large."""
    data = bytearray(encoded(photo(0), "WEBP", lossless=True))
    place = data.index(b"VP8L") + 9
    (bits,) = struct.unpack_from("<I", data, place)
    struct.pack_into("<I", data, place, (bits & 0xF0000000) | 0x0FFFFFFF)  # two times 14 bits of size
    return bytes(data)


def jpeg_bomb() -> bytes:
    """A small JPEG that says it is very large."""
    data = bytearray(encoded(photo(0), "JPEG"))
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, 65_500, 65_500)
    return bytes(data)


def bmp_bomb() -> bytes:
    """A small BMP that says it is very large."""
    data = encoded(photo(0), "BMP")
    return data[:18] + struct.pack("<ii", 60_000, 60_000) + data[26:]


def tiff_bomb(tile: bool = False) -> bytes:
    """A small TIFF that says it is, or has a tile, 60 000 pixels wide and high."""
    large, small = (60_000, 64) if tile else (64, 60_000)
    tags = {256: small if not tile else 64, 257: small if not tile else 64, 258: 8, 259: 8, 262: 1, 277: 1}
    content = zlib.compress(bytes(1_000_000))
    tags |= {322: large, 323: large, 324: 8, 325: len(content)} if tile else {273: 8, 278: small, 279: len(content)}
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    return (
        b"II*\0" + struct.pack("<I", 8 + len(content)) + content + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0)
    )


def _fifo(path: Path, index: int) -> None:
    os.mkfifo(path)


def _forbidden(path: Path, index: int) -> None:
    _saved("JPEG")(path, index)
    path.chmod(0)


ODD: dict[str, Maker] = {
    "PNG named jpg": _saved("PNG"),
    "one pixel": _saved("PNG", size=(1, 1)),
    "1 × 30 000": _saved("PNG", size=(1, 30_000)),
    "30 000 × 1": _saved("JPEG", size=(30_000, 1)),
    "animated GIF": _animated("GIF"),
    "animated WebP": _animated("WEBP"),
    "CMYK": _saved("JPEG", "CMYK"),
    "16 bits": _sixteen_bits,
    "floats": _floats(0.5),
    "palette with alpha": _saved("PNG", "P", transparency=3),
    "broken ICC": _saved("JPEG", icc_profile=b"no profile"),
    "broken EXIF": _saved("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff"),
    "new\nline": _saved("JPEG"),
    "progressive": _saved("JPEG", progressive=True),
    "AVIF": _saved("AVIF"),
    "TIFF": _saved("TIFF", compression="tiff_lzw"),
}
"""Pictures that are unusual and must be read."""

_UNOPENED: dict[str, Maker] = {"pipe": _fifo, "loop of links": lambda path, index: path.symlink_to(path)}
# Nothing is forbidden to the superuser.
_UNOPENED |= {"forbidden": _forbidden} if os.geteuid() else {"many scans": _holding(many_scans())}

BROKEN: dict[str, Maker] = {
    "cut JPEG": _cut("JPEG"),
    "cut progressive JPEG": _cut("JPEG", progressive=True),
    "cut PNG": _cut("PNG"),
    "cut GIF": _cut("GIF", "P"),
    "cut WebP": _cut("WEBP"),
    "cut BMP": _cut("BMP"),
    "cut TIFF": _cut("TIFF"),
    "cut AVIF": _cut("AVIF"),
    "cut PPM": _cut("PPM"),
    "empty": _holding(b""),
    "zeros": _holding(bytes(5_000)),
    "web page": _holding(b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>"),
    "text": _holding(b"a thousand words\n" * 60),
    "PDF": _holding(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
    "pointer": _holding(b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n"),
    "PNG bomb": _holding(png_bomb()),
    "GIF bomb": _holding(gif_bomb()),
    "WebP bomb": _holding(webp_bomb()),
    "TIFF bomb": _holding(tiff_bomb()),
    "JPEG bomb": _holding(jpeg_bomb()),
    "flipped byte": _one_flipped_byte,
    "not a number": _floats(float("nan")),
    **_UNOPENED,
}
"""Pictures that can't be read."""

MAKERS: dict[str, Maker] = {"photo": _saved("JPEG"), **ODD, **BROKEN}
