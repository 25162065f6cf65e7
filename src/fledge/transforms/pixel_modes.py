"""Pictures of every pixel mode as plain bytes: grey, RGB or RGBA."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import UnreadableItem

Levels = tuple[float, float]
"""The values that become 0 and 255."""

_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
_STRIP = 1 << 22  # pixels converted at a time, so that memory is not held twice


def to_pixels(image: Pillow.Image, channels: int, *, shrink: int = 1) -> NDArray[np.uint8]:
    """A Pillow picture as bytes (height, width, channels); 1 channel is luma, 3 are RGB, 4 are RGBA.

    What is see-through is laid over white, unless alpha is asked for. 16 bits are scaled to 8, and so are floats
    in 0..1 and integers in 0..65535; a picture with other numbers is scaled from its smallest to its largest.
    `shrink` averages squares of that many pixels a side.

    >>> to_pixels(Pillow.new("LA", (2, 1), (0, 0)), channels=3).tolist()
    [[[255, 255, 255], [255, 255, 255]]]
    """
    image.load()
    width, height = image.size
    levels = _levels(image)
    rows = max(1, _STRIP // (width * shrink)) * shrink
    if rows >= height:
        return _converted(image, levels, channels, shrink)
    pixels = np.empty((-(-height // shrink), -(-width // shrink), channels), np.uint8)
    for top in range(0, height, rows):
        strip = image.crop((0, top, width, min(top + rows, height)))
        pixels[top // shrink : (top + rows) // shrink] = _converted(strip, levels, channels, shrink)
    return pixels


def _converted(image: Pillow.Image, levels: Levels | None, channels: int, shrink: int) -> NDArray[np.uint8]:
    plain = image if levels is None else _eight_bits(image, levels)
    if channels == 4 or not plain.has_transparency_data:
        plain = plain.convert(_MODES[channels])
    else:
        plain = _over_white(plain).convert(_MODES[channels])
    small = plain if shrink == 1 else plain.reduce(shrink)
    return np.array(small).reshape(small.height, small.width, channels)


def _over_white(image: Pillow.Image) -> Pillow.Image:
    seen = image.convert("RGBA")
    white = Pillow.new("RGB", image.size, "white")
    white.paste(seen, (0, 0), seen)
    return white


def _eight_bits(image: Pillow.Image, levels: Levels) -> Pillow.Image:
    low, high = levels
    values = np.asarray(image).astype(np.float32)
    if not np.isfinite(values).all():
        raise UnreadableItem("it holds values that are no numbers (NaN or infinite)")
    scaled = (values - low) * (255 / ((high - low) or 1.0))
    return Pillow.fromarray(np.rint(scaled).clip(0, 255).astype(np.uint8))


def _levels(image: Pillow.Image) -> Levels | None:
    """How the values of a picture with more than 8 bits are scaled; nothing for the others."""
    if image.mode.startswith("I;16"):
        return 0, (1 << _bits(image)) - 1
    if image.mode not in ("I", "F"):
        return None
    usual = 1 if image.mode == "F" else 65535
    low, high = (float(value) for value in image.getextrema())  # type: ignore[arg-type]
    return (0, usual) if low >= 0 and high <= usual else (low, high)


def _bits(image: Pillow.Image) -> int:
    """A TIFF may keep 10, 12 or 14 bits in 16."""
    told = getattr(image, "tag_v2", {}).get(258)
    return int(told[0]) if told else 16
