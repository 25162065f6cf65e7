"""Masks as tensors: values never mixed, moved as their pictures are."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import DataError, UnknownName, UnreadableItem, UsageError
from fledge.core.seeds import Draws
from fledge.transforms.image import ImageBlock
from fledge.transforms.mask import Mask
from fledge.transforms.mask_block import MaskBlock
from fledge.transforms.mask_colours import VOID
from fledge.transforms.mask_file import read_mask
from fledge.transforms.resize import CenterCrop, PictureStep, RandomResizedCrop, Resize, seen_part

STEPS: list[PictureStep] = [
    Resize(24, "squish"),
    Resize((20, 28), "crop"),
    Resize((32, 20), "pad"),
    CenterCrop(20),
    CenterCrop((60, 20)),
    RandomResizedCrop(24, min_scale=0.3),
]


def marked(high: int = 40, wide: int = 60) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A picture with a white rectangle, and the mask of that."""
    mask = np.zeros((high, wide), np.uint8)
    mask[12:28, 20:44] = 1
    return np.repeat(255 * mask[:, :, None], 3, 2), mask


def png(picture: Pillow.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()


@pytest.mark.parametrize("step", STEPS, ids=str)
@pytest.mark.parametrize("draws", [None, Draws(1, 2, np.array([5]))], ids=["plain", "random"])
def test_a_picture_and_its_mask_go_the_same_way(step: PictureStep, draws: Draws | None) -> None:
    picture, mask = marked()
    image = ImageBlock().learn([picture], [step])
    target = MaskBlock(["none", "white"]).learn([mask], [step])
    seen = image.rest(image.front(picture), draws)[0].float() / 255
    there = target.rest(target.front(mask), draws)
    assert seen.shape == there.shape
    assert set(there.flatten().tolist()) <= {0, 1, VOID}
    counted = there != VOID
    wrong = ((seen > 0.5) != (there == 1))[counted].float().mean()
    assert wrong < 0.04, "the mask has moved otherwise than the picture"


@pytest.mark.parametrize("step", STEPS, ids=str)
def test_what_a_step_sees_is_where_it_says(step: PictureStep) -> None:
    picture = np.zeros((41, 67, 3), np.uint8)
    picture[18:22, 30:35] = 255
    seen = ImageBlock().learn([picture], [step]).encode(picture)[0].float()
    top, left, high, wide = seen_part([step], 41, 67)
    rows, columns = (seen.sum(1 - axis) / seen.sum() @ (torch.arange(seen.shape[axis]) + 0.5) for axis in (0, 1))
    assert float(top + rows * high / seen.shape[0]) == pytest.approx(20.0, abs=0.6)
    assert float(left + columns * wide / seen.shape[1]) == pytest.approx(32.5, abs=0.6)


def test_padding_is_void() -> None:
    _, mask = marked()
    encoded = MaskBlock(["none", "white"]).learn([mask], [Resize(60, "pad")]).encode(mask)
    assert (encoded[:10] == VOID).all()
    assert (encoded[30] != VOID).all()


def test_classes_and_colours_go_there_and_back() -> None:
    mask = Mask(("a", "b", "c"), (0, 3, 7), void=(9,), colours=(0xFF0000, 0x00FF00, 0x0000FF))
    encoded = mask.encode(np.array([[0, 3, 7, 9]], np.uint8))
    assert encoded.tolist() == [[0, 1, 2, VOID]]
    assert mask.decode(encoded).tolist() == [[[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 0]]]


def test_a_number_that_no_class_has_is_named() -> None:
    with pytest.raises(UnknownName, match="value of a mask '4'"):
        Mask(("a", "b"), (0, 3)).encode(np.array([[0, 4]]))


@pytest.mark.parametrize(
    ("picture", "numbers"),
    [
        (Pillow.fromarray(np.array([[0, 255]], np.uint8)), [[0, 255]]),
        (Pillow.fromarray(np.array([[0, 1]], np.uint8)).convert("1", dither=Pillow.Dither.NONE), [[0, 0]]),
        (Pillow.fromarray(np.array([[3, 40000]], np.uint16)), [[3, 40000]]),
        (Pillow.merge("LA", [Pillow.new("L", (2, 1), 5), Pillow.new("L", (2, 1), 0)]), [[5, 5]]),
        (Pillow.new("RGB", (2, 1), (7, 7, 7)), [[7, 7]]),
        (Pillow.new("RGBA", (2, 1), (7, 7, 7, 0)), [[7, 7]]),
    ],
    ids=["L", "1", "I;16", "LA", "RGB", "RGBA"],
)
def test_numbers_are_what_the_file_holds(picture: Pillow.Image, numbers: list[list[int]]) -> None:
    assert read_mask(png(picture)).numbers("values").tolist() == numbers


def test_a_palettes_numbers_count_and_not_its_colours() -> None:
    picture = Pillow.fromarray(np.array([[0, 1, 2]], np.uint8))
    picture.putpalette([0, 0, 0, 128, 0, 0, 0, 128, 0])
    target = MaskBlock(["none", "car", "bus"]).learn([png(picture)])
    assert target.encode(png(picture)).tolist() == [[0, 1, 2]]
    assert target.palette[:3].tolist() == [[0, 0, 0], [128, 0, 0], [0, 128, 0]]


def test_palettes_that_differ_from_file_to_file_are_read_by_colour() -> None:
    first, second = (Pillow.fromarray(np.array([[0, 1]], np.uint8)) for _ in range(2))
    first.putpalette([255, 0, 0, 0, 0, 255])
    second.putpalette([0, 0, 255, 255, 0, 0])
    target = MaskBlock().learn([png(first), png(second)])
    assert target.form == "colours"
    assert target.encode(png(first)).tolist() == target.encode(png(second)).flip(1).tolist()


def test_colours_are_classes() -> None:
    mask = np.zeros((2, 2, 3), np.uint8)
    mask[0, 0] = (128, 64, 0)
    target = MaskBlock({"none": (0, 0, 0), "road": "#804000"}).learn([mask])
    assert target.encode(mask).tolist() == [[1, 0], [0, 0]]
    assert MaskBlock().learn([mask]).names == ("#000000", "#804000")


def test_0_and_255_are_background_and_object() -> None:
    mask = np.array([[0, 255]], np.uint8)
    assert MaskBlock().learn([mask]).names == ("background", "object")
    assert MaskBlock(["no", "yes"]).learn([mask]).encode(mask).tolist() == [[0, 1]]
    assert MaskBlock().learn([torch.tensor([[0, 1]])]).encode(torch.tensor([[True, False]])).tolist() == [[1, 0]]


def test_255_among_small_numbers_is_void_and_so_is_a_class_of_that_name() -> None:
    mask = np.array([[0, 1, 2, 255]], np.uint8)
    assert MaskBlock().learn([mask]).encode(mask).tolist() == [[0, 1, 2, VOID]]
    found = MaskBlock(["sky", "Void", "sea"]).learn([mask])
    assert found.names == ("sky", "sea")
    assert found.encode(mask).tolist() == [[0, VOID, 1, VOID]]
    assert MaskBlock(["sky", "x", "sea"], void="x").learn([mask]).names == ("sky", "sea")
    assert MaskBlock(void=[2]).learn([mask]).names == ("0", "1")


def test_blurred_edges_are_divided_where_that_is_asked_for() -> None:
    mask = np.array([[0, 100, 200, 255]], np.uint8)
    target = MaskBlock(threshold=128).learn([mask])
    assert target.encode(mask).tolist() == [[0, 0, 1, 1]]


def test_a_jpeg_is_refused_unless_a_threshold_makes_it_sure(tmp_path: Path) -> None:
    _, mask = marked()
    Pillow.fromarray(255 * mask).save(tmp_path / "mask.jpg")
    with pytest.raises(UnreadableItem, match=r"mask\.jpg.*JPEG, which smears"):
        read_mask(tmp_path / "mask.jpg")
    target = MaskBlock(threshold=128).learn([tmp_path / "mask.jpg"])
    assert torch.equal(target.encode(tmp_path / "mask.jpg"), torch.from_numpy(mask))


def test_numbers_that_are_no_classes_are_named(tmp_path: Path) -> None:
    many = np.arange(200, dtype=np.uint8).reshape(10, 20)
    with pytest.raises(DataError, match="200 different values, from 0 to 199"):
        MaskBlock().learn([many])
    Pillow.fromarray(many).save(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"a\.png' holds 2, 3, 4, 5 and 194 more \(198 of 200 places\), which no class is"):
        MaskBlock({"a": 0, "b": 1}).learn([tmp_path / "a.png"])
    with pytest.raises(UnreadableItem, match="not whole"):
        read_mask(np.array([[0.5]]))
    with pytest.raises(UsageError, match=r"masks are coloured .*don't say which is which"):
        MaskBlock(["a", "b"]).learn([np.zeros((1, 2, 3), np.uint8) + np.array([1, 2, 3], np.uint8)])


def test_a_colour_that_no_class_has_is_named(tmp_path: Path) -> None:
    mask = np.zeros((2, 2, 3), np.uint8)
    mask[0, 0] = (1, 2, 3)
    Pillow.fromarray(mask).save(tmp_path / "a.png")
    with pytest.raises(DataError, match=r"a\.png' holds #010203 \(1 of 4 places\), which no class is"):
        MaskBlock({"none": (0, 0, 0), "road": (9, 9, 9)}).learn([tmp_path / "a.png"])


def test_a_class_that_no_mask_holds_is_learned_of_nothing() -> None:
    found = MaskBlock(["sky", "sea", "bird"]).learn([np.array([[0, 1]], np.uint8)])
    assert found.names == ("sky", "sea", "bird")


def test_a_function_among_the_steps_is_refused() -> None:
    with pytest.raises(UsageError, match="nobody knows how to move their masks along"):
        MaskBlock(["a", "b"]).learn([np.zeros((2, 2), np.uint8)], [lambda picture: picture])


def test_sizes_that_differ_are_brought_together_or_named() -> None:
    block, picture = MaskBlock(), np.zeros((40, 60, 3), np.uint8)
    half, turned = np.zeros((20, 30), np.uint8), np.zeros((60, 40), np.uint8)
    assert block.misfit(picture, half, [Resize(24)]) is None
    assert "item_tfms has to begin with Resize" in str(block.misfit(picture, half, [CenterCrop(8)]))
    assert "lies on its side" in str(block.misfit(picture, turned, [Resize(24)]))
