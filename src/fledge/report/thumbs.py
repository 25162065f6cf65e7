"""Items as small pictures inside the page."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import FledgeError
from fledge.insight.interpretation import Interpretation

Picture = tuple[str, int, int]
"""A data address of a JPEG, its width and its height."""

SIDE = 176
"""The longest side of a picture on the page, in pixels."""
_TINY = 64
_QUALITY = 72
MOST_BYTES = 40_000
"""A picture that is still larger than this is left out, so that the page stays small whatever it shows."""


def thumbnail(result: Interpretation, place: int, side: int = SIDE) -> Picture | None:
    """An item as the model got it; None for what is no picture or can't be read."""
    if result.samples is None:
        return None
    transform = result.codec.input
    try:
        pixels = _pixels(transform.decode(transform.encode(result.samples[place].input)))
    except FledgeError:  # moved or changed since it was looked at: the page says so in words
        return None
    return None if pixels is None else _as_address(pixels, side)


def _pixels(value: Any) -> NDArray[np.uint8] | None:
    if isinstance(value, Pillow.Image):
        return np.asarray(value.convert("RGB"))
    array = np.asarray(value) if hasattr(value, "__array__") else None
    if array is None or array.dtype != np.uint8 or array.ndim not in (2, 3) or 0 in array.shape:
        return None
    return array


def _as_address(pixels: NDArray[np.uint8], side: int) -> Picture | None:
    picture = Pillow.fromarray(pixels[:, :, 0] if pixels.ndim == 3 and pixels.shape[2] == 1 else pixels).convert("RGB")
    longest = max(picture.size)
    # Tiny pictures are shown by their pixels, large ones shrunk.
    factor = side // longest if longest < _TINY else min(1.0, side / longest)
    sizes = [max(1, round(each * factor)) for each in picture.size]
    way = Pillow.Resampling.NEAREST if factor > 1 else Pillow.Resampling.LANCZOS
    small = picture.resize((sizes[0], sizes[1]), way)
    file = BytesIO()
    small.save(file, "JPEG", quality=_QUALITY, optimize=True)
    address = f"data:image/jpeg;base64,{b64encode(file.getvalue()).decode('ascii')}"
    return (address, *small.size) if len(address) <= MOST_BYTES else None
