"""Every pixel mode against arithmetic in floats."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fledge.core.errors import UnreadableItem
from fledge.transforms.picture import read_picture
from fledge.transforms.pixel_modes import to_pixels
from tests.faults.broken_pictures import encoded

Floats = NDArray[np.float64]
Case = Callable[[np.random.Generator], tuple[bytes, Floats]]
"""A file, and its colours in 0..1 (height, width, 3)."""

SHAPE = (5, 7)


def bytes_of(numbers: np.random.Generator, *channels: int) -> NDArray[np.uint8]:
    return numbers.integers(0, 256, (*SHAPE, *channels), np.uint8)


def three(grey: NDArray[np.floating]) -> Floats:
    return np.repeat(grey[..., None], 3, axis=2).astype(np.float64)


def over_white(colours: NDArray[np.floating], alpha: NDArray[np.floating]) -> Floats:
    return np.asarray(colours * alpha[..., None] + 1 - alpha[..., None], np.float64)


def one_bit(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    bits = numbers.random(SHAPE) < 0.5
    return encoded(Image.fromarray(bits), "PNG"), three(bits.astype(float))


def grey(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = bytes_of(numbers)
    return encoded(Image.fromarray(values), "BMP"), three(values / 255)


def grey_alpha(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = bytes_of(numbers, 2)
    return encoded(Image.fromarray(values, "LA"), "PNG"), over_white(three(values[..., 0] / 255), values[..., 1] / 255)


def _palette(numbers: np.random.Generator) -> tuple[Image.Image, Floats, NDArray[np.uint8]]:
    places, colours = bytes_of(numbers), numbers.integers(0, 256, (256, 3), np.uint8)
    image = Image.fromarray(places, "P")
    image.putpalette(colours.tobytes())
    return image, colours[places] / 255, places


def palette(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    image, colours, _ = _palette(numbers)
    return encoded(image, "PNG"), colours


def palette_alpha(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    image, colours, places = _palette(numbers)
    alpha = numbers.integers(0, 256, 256, np.uint8)
    return encoded(image, "PNG", transparency=alpha.tobytes()), over_white(colours, alpha[places] / 255)


def rgb(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = bytes_of(numbers, 3)
    return encoded(Image.fromarray(values), "PPM"), values / 255


def rgb_alpha(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = bytes_of(numbers, 4)
    return encoded(Image.fromarray(values), "PNG"), over_white(values[..., :3] / 255, values[..., 3] / 255)


def cmyk(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = bytes_of(numbers, 4)
    inks = values / 255
    return encoded(Image.fromarray(values, "CMYK"), "TIFF"), (1 - inks[..., :3]) * (1 - inks[..., 3:])


def luma_chroma(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = np.array(Image.fromarray(bytes_of(numbers, 3)).convert("YCbCr"))
    y, blue, red = np.moveaxis(values.astype(float) - [0, 128, 128], 2, 0)
    colours = np.stack([y + 1.402 * red, y - 0.344136 * blue - 0.714136 * red, y + 1.772 * blue], axis=2)
    return encoded(Image.fromarray(values, "YCbCr"), "TIFF"), colours.clip(0, 255) / 255


def sixteen_bits(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = numbers.integers(0, 65536, SHAPE, np.uint16)
    return encoded(Image.fromarray(values), "PNG"), three(values / 65535)


def integers(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = numbers.integers(0, 65536, SHAPE, np.int32)
    return encoded(Image.fromarray(values), "TIFF"), three(values / 65535)


def floats(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = numbers.random(SHAPE, np.float32)
    return encoded(Image.fromarray(values), "TIFF"), three(values)


def rgb_sixteen_bits(numbers: np.random.Generator) -> tuple[bytes, Floats]:
    values = numbers.integers(0, 65536, (*SHAPE, 3), np.uint16)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)
    header = struct.pack(">II5B", SHAPE[1], SHAPE[0], 16, 2, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = [struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts), values / 65535


MODES: list[Case] = [
    *(one_bit, grey, grey_alpha, palette, palette_alpha, rgb, rgb_alpha, cmyk, luma_chroma),
    *(sixteen_bits, integers, floats, rgb_sixteen_bits),
]


@pytest.mark.promise("C4")
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.__name__)
def test_a_pixel_mode_is_converted_as_floats_would_be(mode: Case) -> None:
    data, colours = mode(np.random.default_rng(7))
    read = read_picture(data).permute(1, 2, 0).numpy().astype(float)
    assert np.abs(read - 255 * colours).max() <= 1
    luma = read_picture(data, channels=1)[0].numpy().astype(float)
    assert np.abs(luma - 255 * colours @ [0.299, 0.587, 0.114]).max() <= 1.5


def test_sixteen_bits_use_the_whole_range() -> None:
    values = np.array([[0, 128, 32768, 65535]], np.uint16)
    assert read_picture(encoded(Image.fromarray(values), "PNG"), channels=1).tolist() == [[[0, 0, 128, 255]]]


def test_twelve_bits_in_a_tiff_use_the_whole_range() -> None:
    image = Image.fromarray(np.array([[0, 4095]], np.uint16))
    image.tag_v2 = {258: (12,)}  # type: ignore[attr-defined]
    assert to_pixels(image, channels=1).tolist() == [[[0], [255]]]


def test_floats_outside_of_0_to_1_are_scaled_from_the_smallest_to_the_largest() -> None:
    values = np.array([[-1, 0, 3]], np.float32)
    assert read_picture(encoded(Image.fromarray(values), "TIFF"), channels=1).tolist() == [[[0, 64, 255]]]


def test_a_float_picture_of_one_value_is_read() -> None:
    assert read_picture(encoded(Image.fromarray(np.full((2, 2), 7, np.float32)), "TIFF")).max() == 0


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_float_picture_with_values_that_are_no_numbers_is_refused(value: float) -> None:
    with pytest.raises(UnreadableItem, match="no numbers"):
        read_picture(encoded(Image.fromarray(np.array([[0.5, value]], np.float32)), "TIFF"))


def test_alpha_is_kept_where_it_is_asked_for() -> None:
    values = bytes_of(np.random.default_rng(0), 4)
    assert np.array_equal(to_pixels(Image.fromarray(values), channels=4), values)
    assert to_pixels(Image.fromarray(values[..., :3]), channels=4)[..., 3].min() == 255


def test_one_see_through_colour_is_laid_over_white() -> None:
    image = Image.fromarray(np.array([[[1, 2, 3], [9, 9, 9]]], np.uint8))
    assert read_picture(encoded(image, "PNG", transparency=(1, 2, 3)))[:, 0].T.tolist() == [[255, 255, 255], [9, 9, 9]]


def test_a_large_picture_is_converted_in_strips_to_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (37, 23, 4), np.uint8))
    whole = [to_pixels(image, channels=3, shrink=shrink) for shrink in (1, 2, 4)]
    monkeypatch.setattr("fledge.transforms.pixel_modes._STRIP", 100)
    for shrink, pixels in zip((1, 2, 4), whole, strict=True):
        assert np.array_equal(to_pixels(image, channels=3, shrink=shrink), pixels)
