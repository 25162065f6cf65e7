"""Reading a mask: the numbers or colours that its file holds, never mixed and never scaled."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import UnreadableItem, shown
from fledge.transforms.orientation import orientation, upright
from fledge.transforms.picture_bytes import picture_bytes
from fledge.transforms.picture_file import check_pixels, decode_file, opened

Form = Literal["values", "colours"]
"""What tells classes apart: a number at each place, or its colour."""

GREY = 0x010101
"""A grey as a colour is this times its number."""

_SAME_SHAPE = 0.02
"""How far the shapes of a picture and its mask may differ: so far as rounding to whole pixels goes."""

_NUMBERS = ("1", "L", "P", "LA", "PA", "I", "I;16", "I;16B", "I;16L", "F")


@final
@dataclass(frozen=True, eq=False)
class MaskPixels:
    """A mask as its file holds it: numbers (height, width), or colours (height, width, 3).

    A palette says each number's colour.
    """

    pixels: NDArray[Any]
    palette: NDArray[np.uint8] | None = None

    @property
    def coloured(self) -> bool:
        """Whether there is anything but greys, and no numbers."""
        return self.pixels.ndim == 3 and bool((self.pixels != self.pixels[:, :, :1]).any())

    def numbers(self, form: Form) -> NDArray[np.int32]:
        """A number at each place: the file's own, or its colour as 0xRRGGBB.

        >>> MaskPixels(np.zeros((1, 1, 3), np.uint8) + 2).numbers("colours").tolist()
        [[131586]]
        """
        if form == "colours":
            return self._packed()
        if self.pixels.ndim == 2:
            return self.pixels.astype(np.int32)
        if self.coloured:
            raise UnreadableItem("it is coloured, and other masks hold numbers", hint="save all masks in the same way")
        numbers: NDArray[np.int32] = self.pixels[:, :, 0].astype(np.int32)
        return numbers

    def _packed(self) -> NDArray[np.int32]:
        if self.pixels.ndim == 3:
            red, green, blue = (self.pixels[:, :, channel].astype(np.int32) for channel in range(3))
            mixed: NDArray[np.int32] = red << 16 | green << 8 | blue
            return mixed
        if self.palette is None:
            greys: NDArray[np.int32] = np.minimum(self.pixels, 255).astype(np.int32) * GREY
            return greys
        colours = self.palette.astype(np.int32)
        packed: NDArray[np.int32] = (colours[:, 0] << 16 | colours[:, 1] << 8 | colours[:, 2])[self.pixels]
        return packed


def in_file(number: int, form: Form) -> str:
    """A value as a person meets it in a mask: a number, or a colour.

    >>> in_file(7, "values"), in_file(0x804000, "colours")
    ('7', '#804000')
    """
    return f"#{number:06x}" if form == "colours" else str(number)


def same_shape(mask: tuple[int, int], picture: tuple[int, int]) -> bool:
    """Whether a mask and a picture, each (height, width), can show the same part.

    >>> same_shape((50, 100), (360, 720)), same_shape((100, 50), (360, 720))
    (True, False)
    """
    return abs(math.log(picture[0] * mask[1] / (picture[1] * mask[0]))) <= _SAME_SHAPE


def read_mask(source: Any, *, lossy: bool = False) -> MaskPixels:
    """A mask from a path, bytes, a file object, a Pillow picture, or an array (height, width[, 3]).

    A palette's numbers are taken as they are, and so are 16 bits. JPEG smears numbers into others, so it is read only
    where that is known to do no harm (`lossy`).
    """
    try:
        return _read(source, lossy=lossy)
    except UnreadableItem as error:
        raise UnreadableItem(f"{mask_name(source)} can't be read: {error.message}", hint=error.hint) from error.__cause__


def mask_name(source: Any) -> str:
    """What a mask is called in a message."""
    named = source if isinstance(source, str | Path) else getattr(source, "filename", None) or getattr(source, "name", None)
    return f"the mask {shown(str(named), limit=300)}" if isinstance(named, str | Path) and str(named) else "a mask"


def _read(source: Any, *, lossy: bool) -> MaskPixels:
    match source:
        case np.ndarray():
            return _of_array(source)
        case Pillow.Image():
            check_pixels(*source.size)
            return _of_pillow(source)
    data = picture_bytes(source)
    if not data.startswith(b"\xff\xd8\xff"):
        with opened(data) as image:
            return _of_pillow(image)
    if not lossy:
        raise UnreadableItem(
            "it is a JPEG, which smears a class's number into its neighbours'",
            hint="save masks as PNG; of JPEGs with two classes, MaskBlock(threshold=128) takes what is brighter as the object",
        )
    return MaskPixels(decode_file(data, channels=1)[:, :, 0])


def _of_pillow(image: Pillow.Image) -> MaskPixels:
    image.load()
    turn = orientation(image.info.get("exif") or b"")
    if image.mode not in _NUMBERS:
        return MaskPixels(upright(np.asarray(image.convert("RGB")), turn))
    palette = None
    if image.mode in ("P", "PA"):
        colours = np.array(image.getpalette("RGB") or [], np.uint8).reshape(-1, 3)
        palette = np.zeros((256, 3), np.uint8)
        palette[: len(colours)] = colours
    values = np.asarray(image.getchannel(0) if image.mode in ("LA", "PA") else image)
    return MaskPixels(upright(_whole(values)[:, :, None], turn)[:, :, 0], palette)


def _of_array(array: NDArray[Any]) -> MaskPixels:
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 3 and (array.shape[2] != 3 or array.dtype != np.uint8):
        raise UnreadableItem(f"its shape is {array.shape}", hint="pass (height, width), or (height, width, 3) of bytes")
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise UnreadableItem(f"its shape is {array.shape}, and a mask has a height and a width")
    return MaskPixels(_whole(array))


def _whole(values: NDArray[Any]) -> NDArray[Any]:
    """Numbers that can be a class's: whole, and none below 0."""
    if values.dtype == np.bool_:
        return values.astype(np.uint8)
    if values.dtype.kind == "f":
        if not np.isfinite(values).all() or (values != np.rint(values)).any():
            raise UnreadableItem("it holds numbers that are not whole, which can't be classes")
        values = values.astype(np.int64)
    if values.dtype.kind not in "ui":
        raise UnreadableItem(f"its numbers are {values.dtype}", hint="pass whole numbers")
    if values.dtype != np.uint8 and values.size and not 0 <= int(values.min()) <= int(values.max()) < 1 << 24:
        raise UnreadableItem(f"it holds numbers from {values.min()} to {values.max()}, which can't be classes")
    return values
