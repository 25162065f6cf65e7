"""Reading a picture, wherever it comes from: the one way for training, calls, the command line and the server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import UnreadableItem, UsageError, shown
from fledge.core.tensors import is_tensor
from fledge.transforms.picture_bytes import picture_bytes
from fledge.transforms.picture_file import AtLeast, check_pixels, decode_file, file_size, upright_pixels, upright_size
from fledge.transforms.pixel_modes import to_pixels

if TYPE_CHECKING:
    from torch import Tensor


def read_picture(source: Any, *, channels: int = 3, at_least: AtLeast = None) -> Tensor:
    """A picture as bytes (channels, height, width): 1 channel is luma, 3 are RGB, 4 are RGBA.

    `source` is a path, the bytes of a file, a binary file object, a Pillow picture, a numpy array (height, width[,
    channels]) or a tensor (channels, height, width). Arrays hold uint8, uint16, bool, or floats in 0..1. With
    `at_least` (height, width), files and Pillow pictures are shrunk by 2, 4 or 8 while they are read, as far as they
    stay at least so large. EXIF orientation is applied, see-through is laid over white, colour profiles are ignored.

    >>> read_picture(np.zeros((4, 6), np.uint8)).shape
    torch.Size([3, 4, 6])
    """
    import torch  # who reads without it takes the pixels

    return torch.from_numpy(np.ascontiguousarray(read_pixels(source, channels, at_least).transpose(2, 0, 1)))


def read_pixels(source: Any, channels: int = 3, at_least: AtLeast = None) -> NDArray[np.uint8]:
    """As `read_picture`, but (height, width, channels), as decoders lay it out: a view, to be read only."""
    try:
        return _pixels(source, channels, at_least)
    except UnreadableItem as error:
        raise UnreadableItem(f"{name_of(source)} can't be read: {error.message}", hint=error.hint) from error.__cause__


def picture_size(source: Any) -> tuple[int, int]:
    """Height and width of a picture as it is read, the right way up, without decoding it.

    >>> picture_size(np.zeros((4, 6, 3), np.uint8))
    (4, 6)
    """
    if isinstance(source, np.ndarray):
        return source.shape[0], source.shape[1]
    if is_tensor(source):
        return source.shape[-2], source.shape[-1]
    try:
        return upright_size(source) if isinstance(source, Pillow.Image) else file_size(picture_bytes(source))
    except UnreadableItem as error:
        raise UnreadableItem(f"{name_of(source)} can't be read: {error.message}", hint=error.hint) from error.__cause__


def name_of(source: Any) -> str:
    """What a source is called in a message.

    >>> name_of(b"GIF89a")
    'a picture of 6 bytes'
    """
    match source:
        case str() | Path():
            return shown(str(source), limit=300)
        case bytes() | bytearray() | memoryview():
            return f"a picture of {len(source)} bytes"
        case np.ndarray():
            return f"{type(source).__name__} {source.shape} of {source.dtype}"
    if is_tensor(source):
        return f"{type(source).__name__} {tuple(source.shape)} of {source.dtype}"
    named = getattr(source, "filename", None) or getattr(source, "name", None)
    return shown(named, limit=300) if isinstance(named, str) and named else f"a {type(source).__name__}"


def _pixels(source: Any, channels: int, at_least: AtLeast) -> NDArray[np.uint8]:
    if isinstance(source, np.ndarray):
        return _from_array(source, channels)
    if is_tensor(source):
        return _from_array(_channels_last(source), channels)
    if channels not in (1, 3, 4):
        raise UsageError(f"pictures are read with 1 (luma), 3 (RGB) or 4 (RGBA) channels, not {shown(channels)}")
    if isinstance(source, Pillow.Image):
        return _from_pillow(source, channels, at_least)
    return decode_file(picture_bytes(source), channels=channels, at_least=at_least)


def _from_pillow(image: Pillow.Image, channels: int, at_least: AtLeast) -> NDArray[np.uint8]:
    check_pixels(*image.size)
    try:
        image.load()
    except Exception as error:  # it may be a broken file that was opened, not yet read
        raise UnreadableItem(str(error) or type(error).__name__) from error
    return upright_pixels(image, channels, at_least)


def _channels_last(picture: Tensor) -> NDArray[Any]:
    array = picture.detach().cpu()
    array = array.float() if array.is_floating_point() else array  # numpy has no bfloat16
    return (array.permute(1, 2, 0) if array.ndim == 3 else array).numpy()


def _from_array(array: NDArray[Any], channels: int) -> NDArray[np.uint8]:
    pixels = _as_bytes(array[:, :, None] if array.ndim == 2 else array)
    if pixels.ndim != 3 or 0 in pixels.shape:
        raise UnreadableItem("a picture has a height, a width and channels", hint="pass one picture at a time")
    if pixels.shape[2] == channels:
        return np.array(pixels)
    if pixels.shape[2] not in (1, 2, 3, 4) or channels not in (1, 3, 4):
        raise UnreadableItem(
            f"it has {pixels.shape[2]} channels where {channels} are due",
            hint="arrays are (height, width, channels), tensors (channels, height, width)",
        )
    squeezed = pixels[:, :, 0] if pixels.shape[2] == 1 else np.ascontiguousarray(pixels)
    return to_pixels(Pillow.fromarray(squeezed), channels)


def _as_bytes(array: NDArray[Any]) -> NDArray[np.uint8]:
    """uint8 as it is; uint16, bool and floats in 0..1 scaled to it."""
    if array.dtype == np.uint8:
        return array
    if array.dtype not in (np.uint16, np.bool_) and not np.issubdtype(array.dtype, np.floating):
        raise UnreadableItem(f"its numbers are {array.dtype}", hint="pass uint8, uint16, bool, or floats in 0..1")
    scaled = array.astype(np.float32) * (255 / 65535 if array.dtype == np.uint16 else 255)
    if not ((scaled >= 0) & (scaled <= 255)).all():
        raise UnreadableItem("its floats are not all in 0..1", hint="divide by the largest value there can be, such as 255")
    rounded: NDArray[np.uint8] = np.rint(scaled).astype(np.uint8)
    return rounded
