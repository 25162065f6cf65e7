"""From a picture file's bytes to upright pixels, within a limit of memory."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from PIL.Image import DecompressionBombError, Image
from PIL.ImageFile import ImageFile

from fledge.core.errors import UnreadableItem, UsageError, shown
from fledge.transforms.jpeg import JpegHeader, jpeg_pixels
from fledge.transforms.orientation import lies_on_side, orientation, upright
from fledge.transforms.picture_formats import sniffed
from fledge.transforms.pixel_modes import to_pixels

AtLeast = tuple[int, int] | None
"""Height and width below which a picture is not to be shrunk while it is read; nothing for its own size."""

_MAX_PIXELS = 100_000_000
_TELLING = (OSError, SyntaxError, RuntimeError, DecompressionBombError)


def decode_file(data: bytes, *, channels: int, at_least: AtLeast = None) -> NDArray[np.uint8]:
    """The upright pixels (height, width, channels) of a picture file."""
    if data.startswith(b"\xff\xd8\xff"):
        return _decode_jpeg(data, channels, at_least)
    with opened(data) as image:
        return upright_pixels(image, channels, at_least)


def upright_pixels(image: Image, channels: int, at_least: AtLeast) -> NDArray[np.uint8]:
    """The pixels of an opened Pillow picture, the right way up."""
    turn = orientation(image.info.get("exif") or b"")
    shrink = shrinking(image.height, image.width, turn, at_least)
    return upright(to_pixels(image, channels, shrink=shrink), turn)


def file_size(data: bytes) -> tuple[int, int]:
    """Height and width of a picture file, the right way up; its pixels are not decoded."""
    if data.startswith(b"\xff\xd8\xff"):
        header = JpegHeader.of(data)
        return (header.width, header.height) if lies_on_side(header.turn) else (header.height, header.width)
    kind = sniffed(data)
    with _decoding(kind.name):
        return upright_size(kind.decoder(BytesIO(data)))


def upright_size(image: Image) -> tuple[int, int]:
    """Height and width of an opened Pillow picture, the right way up."""
    on_side = lies_on_side(orientation(image.info.get("exif") or b""))
    return image.size if on_side else (image.height, image.width)


@contextmanager
def opened(data: bytes) -> Iterator[Image]:
    """A picture file that is no JPEG, opened and checked as all are, its pixels as the file holds them."""
    kind = sniffed(data)
    if not kind.whole(data):
        raise UnreadableItem(f"the {kind.name} file is cut short")
    with _decoding(kind.name):
        image = kind.decoder(BytesIO(data))
        check_pixels(*image.size, cost=kind.cost, name=kind.name)
        _check_tiles(image)
        image.load()
        yield image


def _decode_jpeg(data: bytes, channels: int, at_least: AtLeast) -> NDArray[np.uint8]:
    header = JpegHeader.of(data)
    check_pixels(header.width, header.height, cost=2 if header.progressive else 1, name="JPEG")
    shrink = shrinking(header.height, header.width, header.turn, at_least)
    with _decoding("JPEG"):
        return upright(jpeg_pixels(data, header, channels=channels, shrink=shrink), header.turn)


def shrinking(height: int, width: int, turn: int, at_least: AtLeast) -> int:
    """The largest of 8, 4, 2, 1 by which a picture can be divided and still be at least so large.

    >>> shrinking(1200, 1600, 1, at_least=(224, 224))
    4
    """
    if at_least is None:
        return 1
    need_height, need_width = reversed(at_least) if lies_on_side(turn) else at_least
    return next((by for by in (8, 4, 2) if height // by >= need_height and width // by >= need_width), 1)


def max_pixels() -> int:
    """The most pixels a picture may have: 100 million, or `FLEDGE_MAX_PIXELS`."""
    told = os.environ.get("FLEDGE_MAX_PIXELS", str(_MAX_PIXELS))
    if not (told.isascii() and told.isdigit() and int(told)):
        raise UsageError(f"FLEDGE_MAX_PIXELS is {shown(told)}, not a number of pixels", hint="FLEDGE_MAX_PIXELS=100000000")
    return int(told)


def check_pixels(width: int, height: int, *, cost: int = 1, name: str = "picture") -> None:
    """Refuses a size that would take too much memory to decode."""
    most = max_pixels() // cost
    if width < 1 or height < 1:
        raise UnreadableItem(f"the {name} says it is {width} × {height} pixels large")
    if width * height > most:
        raise UnreadableItem(
            f"the {name} says it is {width} × {height} pixels large; at most {most / 1e6:g} million are read",
            hint=f"if it can be trusted, set FLEDGE_MAX_PIXELS={width * height * cost}",
        )


def _check_tiles(image: ImageFile) -> None:
    """A TIFF of few pixels may still ask for memory for one huge tile, and one of many rows may hold few."""
    if image.format != "TIFF":
        return
    tags: Any = getattr(image, "tag_v2", {})
    if {322, 323} <= set(tags):
        check_pixels(int(tags[322]), int(tags[323]), name="TIFF's tile")
    told, rows = int(tags[257]), max((extents[3] for _, extents, *_ in image.tile if extents), default=0)
    if rows < told:
        raise UnreadableItem(f"the TIFF says it has {told} rows, and holds {rows}")


@contextmanager
def _decoding(name: str) -> Iterator[None]:
    """Turns whatever a decoder says about broken bytes into a refusal, and keeps its warnings from showing."""
    filters = cast(list[Any], warnings.filters)
    filters.insert(0, _SILENCE)
    try:
        yield
    except (UnreadableItem, UsageError):
        raise
    except Exception as error:  # decoders fed with broken bytes raise anything, from KeyError to zlib.error
        raise UnreadableItem(f"the {name} data is broken or cut short{_said(error)}") from error
    finally:
        filters.remove(_SILENCE)


# Only what the decoders themselves warn of, and put in place by hand: `warnings.catch_warnings` is not for threads.
_SILENCE = ("ignore", None, Warning, re.compile(r"PIL\.|torchvision\.io"), 0)


def _said(error: Exception) -> str:
    """What a decoder says about the file, where it is meant for people."""
    if isinstance(error, MemoryError):
        return ", or larger than the memory"
    place_in_its_source = r"^\S+, \S+\.cpp:\d+, "
    words = re.sub(place_in_its_source, "", str(error)) if isinstance(error, _TELLING) else ""
    return f" ({words.partition(chr(10))[0]})" if words else ""
