"""Hostile masks: each oddity is named or converted, and nothing else happens."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import Any
from zlib import crc32

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import UnreadableItem
from fledge.transforms.mask_file import read_mask
from fledge.transforms.mask_look import MaskLook
from tests.broken import broken
from tests.counts import count


def saved(picture: Pillow.Image, form: str = "PNG", **options: Any) -> bytes:
    file = BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def numbers(kind: Any = np.uint8) -> NDArray[Any]:
    return (np.arange(48).reshape(6, 8) % 3).astype(kind)


def with_palette() -> bytes:
    """A PNG of three numbers, each with its colour."""
    picture = Pillow.fromarray(numbers(), "P")
    picture.putpalette(list(range(1, 10)))
    return saved(picture)


def without_last_colour(png: bytes) -> bytes:
    """The same file with a palette of two colours, which leaves the third number without one."""
    place = png.index(b"PLTE")
    chunk = png[place : place + 4 + 6]
    shorter = (6).to_bytes(4, "big") + chunk + crc32(chunk).to_bytes(4, "big")
    return png[: place - 4] + shorter + png[place + 4 + 9 + 4 :]


def looked_at(data: bytes) -> dict[str, int]:
    """What is done with every mask: read, looked at, and taken for numbers and for colours."""
    look = MaskLook.at(read_mask(data))
    return {form: len(look.of(form)) for form in ("values", "colours")}


FORMS = {
    "png": saved(Pillow.fromarray(numbers())),
    "palette": with_palette(),
    "16-bit": saved(Pillow.fromarray(numbers(np.uint16))),
    "colours": saved(Pillow.fromarray(np.stack([numbers()] * 3, 2) * np.uint8(40))),
    "tiff": saved(Pillow.fromarray(numbers()), "TIFF"),
    "tiff packed": saved(Pillow.fromarray(numbers()), "TIFF", compression="tiff_lzw"),
    "bmp": saved(Pillow.fromarray(numbers()), "BMP"),
    "gif": saved(Pillow.fromarray(numbers()), "GIF"),
    "webp": saved(Pillow.fromarray(numbers()).convert("RGB"), "WEBP", lossless=True),
}


@pytest.mark.parametrize("form", list(FORMS))
def test_every_form_holds_three_classes(form: str) -> None:
    assert looked_at(FORMS[form])["colours"] == 3


@pytest.mark.parametrize("form", list(FORMS))
def test_broken_bytes_are_read_or_named_and_never_anything_else(form: str) -> None:
    for each in broken(FORMS[form], count(25, 5000), seed=2):
        with suppress(UnreadableItem):
            looked_at(each)


def test_a_number_without_a_colour_in_its_palette_is_black_and_no_crash() -> None:
    look = MaskLook.at(read_mask(without_last_colour(with_palette())))
    assert dict(look.of("values")) == {0: 16, 1: 16, 2: 16}
    assert dict(look.of("colours")) == {0x010203: 16, 0x040506: 16, 0x000000: 16}


@pytest.mark.parametrize("wrong", [np.nan, np.inf, -1.0, 0.5, 1e12])
def test_numbers_that_can_be_no_class_are_named(wrong: float) -> None:
    floats = numbers(np.float32)
    floats[2, 3] = wrong
    with pytest.raises(UnreadableItem):
        read_mask(saved(Pillow.fromarray(floats), "TIFF"))


def test_an_array_of_another_shape_or_kind_is_named() -> None:
    for array in (np.zeros((0, 4), np.uint8), np.zeros(5), np.zeros((2, 2, 2)), np.array([["a"]]), np.full((2, 2), np.nan)):
        with pytest.raises(UnreadableItem):
            read_mask(array)
