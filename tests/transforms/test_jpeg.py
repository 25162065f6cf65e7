"""JPEGs, decoded near the size that is needed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from fledge.core.errors import UnreadableItem
from fledge.transforms import jpeg as module
from fledge.transforms.jpeg import JpegHeader
from fledge.transforms.picture import read_picture
from tests.faults.broken_pictures import encoded, photo


@pytest.mark.parametrize(
    ("at_least", "shape"), [((48, 64), (48, 64)), ((24, 32), (24, 32)), ((13, 1), (24, 32)), ((6, 8), (6, 8)), ((1, 1), (6, 8))]
)
@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_picture_is_shrunk_as_far_as_it_stays_large_enough(
    form: str, at_least: tuple[int, int], shape: tuple[int, int]
) -> None:
    assert read_picture(encoded(photo(0), form), at_least=at_least).shape == (3, *shape)


def test_a_shrunk_jpeg_is_the_mean_of_its_pixels() -> None:
    data = encoded(photo(0, size=(640, 480)), "JPEG", quality=95, subsampling=0)
    mean = F.avg_pool2d(read_picture(data).float()[None], 4)[0]
    assert (read_picture(data, at_least=(120, 160)).float() - mean).abs().mean() < 2


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
@pytest.mark.parametrize("size", [(1, 1), (7, 3), (23, 11), (17, 9), (31, 15), (1, 900)])
def test_odd_sizes_are_rounded_up(form: str, size: tuple[int, int]) -> None:
    width, height = size
    data = encoded(photo(0, size=size), form)
    for shrink in (1, 2, 4, 8):
        if shrink <= min(size):
            read = read_picture(data, at_least=(height // shrink, width // shrink))
            assert read.shape == (3, -(-height // shrink), -(-width // shrink))


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("shrink", [1, 4])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_every_kind_of_jpeg_gives_the_channels_asked_for(mode: str, shrink: int, channels: int) -> None:
    data = encoded(photo(0, mode), "JPEG")
    need = None if shrink == 1 else (12, 16)
    assert read_picture(data, channels=channels, at_least=need).shape == (channels, 48 // shrink, 64 // shrink)


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}, {"subsampling": 1, "quality": 40}])
@pytest.mark.parametrize("channels", [1, 3])
def test_both_decoders_give_the_same_bits(options: dict[str, int], channels: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = encoded(photo(3, size=(301, 203)), "JPEG", **options)
    fast = read_picture(data, channels=channels)
    monkeypatch.setattr(module, "_decoder_in_torch", lambda: None)
    assert torch.equal(read_picture(data, channels=channels), fast)


def test_luma_is_that_of_the_colours() -> None:
    data = encoded(photo(0), "JPEG", subsampling=0)
    colours = read_picture(data).permute(1, 2, 0).numpy() @ np.array([0.299, 0.587, 0.114])
    assert np.abs(read_picture(data, channels=1)[0].numpy() - colours).max() <= 2


def test_a_header_is_read_without_decoding() -> None:
    header = JpegHeader.of(encoded(photo(0), "JPEG", progressive=True))
    assert header == JpegHeader(height=48, width=64, components=3, progressive=True, turn=1)


@pytest.mark.parametrize("shrink", [1, 8])
def test_a_jpeg_cut_anywhere_is_refused(shrink: int) -> None:
    data = encoded(photo(0), "JPEG")
    for stop in range(3, len(data), 97):
        with pytest.raises(UnreadableItem, match=r"cut short|ends before"):
            read_picture(data[:stop], at_least=(48 // shrink, 64 // shrink))
