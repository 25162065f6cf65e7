"""A batch of pictures changed at random."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.augment import PicturePlan
from fledge.transforms.change import PictureChange
from fledge.transforms.colour import Brightness, Contrast, Hue, Saturation
from fledge.transforms.erase import Erase, Noise
from fledge.transforms.geometry import Crop, Dihedral, Flip, Rotate, Size, Warp, Zoom
from fledge.transforms.matrices import Size2
from fledge.transforms.presets import aug_transforms

CPU = torch.device("cpu")
MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)
PLAIN, ONE = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
EVERYTHING: list[PictureChange] = [
    Crop(33, min_scale=0.3),
    Dihedral(p=0.5),
    Rotate(25),
    Zoom(0.8, 1.4),
    Warp(0.2),
    Brightness(0.3),
    Contrast(0.3),
    Saturation(0.4),
    Hue(0.1),
    Erase(),
    Noise(),
]


def pictures(count: int, height: int = 61, width: int = 75, channels: int = 3) -> Tensor:
    source = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (count, channels, height, width), dtype=torch.uint8, generator=source)


def plan(changes: list[PictureChange], items: list[int], size: Size2 = (61, 75), out: Size2 | None = None) -> PicturePlan:
    return PicturePlan.of(changes, Draws(seed=9, epoch=4, items=np.array(items)), size, out or size, CPU)


@pytest.mark.parametrize("changes", [EVERYTHING, [*aug_transforms(), Crop(33)]], ids=["everything", "usual"])
def test_an_item_comes_out_the_same_bits_alone_and_in_any_batch(changes: list[PictureChange]) -> None:
    batch = pictures(9)
    whole = plan(changes, list(range(9)), out=(33, 33)).pictures(batch, MEAN, STD)
    some = [7, 2, 5]
    part = plan(changes, some, out=(33, 33)).pictures(batch[some], MEAN, STD)
    assert torch.equal(part, whole[some])
    for item in range(9):
        alone = plan(changes, [item], out=(33, 33)).pictures(batch[item, None], MEAN, STD)
        assert torch.equal(alone[0], whole[item])


def test_the_number_of_threads_changes_no_bit() -> None:
    batch, before = pictures(4, 128, 128), torch.get_num_threads()
    results = []
    try:
        for threads in (1, 2, 3):
            torch.set_num_threads(threads)
            results.append(plan(EVERYTHING, [0, 1, 2, 3], (128, 128)).pictures(batch, MEAN, STD))
    finally:
        torch.set_num_threads(before)
    assert torch.equal(results[0], results[1])
    assert torch.equal(results[0], results[2])


def test_the_memory_layout_of_the_batch_changes_no_bit() -> None:
    batch = pictures(4)
    laid = batch.contiguous(memory_format=torch.channels_last)
    same = [plan(EVERYTHING, [0, 1, 2, 3]).pictures(each, MEAN, STD) for each in (batch, laid)]
    assert torch.equal(*same)


def test_another_epoch_changes_otherwise() -> None:
    batch = pictures(2)
    draws = [Draws(9, epoch, np.arange(2)) for epoch in (0, 1)]
    first, second = (PicturePlan.of([Rotate(p=1)], each, (61, 75), (61, 75), CPU).pictures(batch, MEAN, STD) for each in draws)
    assert not torch.equal(first, second)


def test_pictures_come_normalised_and_channels_last() -> None:
    batch = pictures(3)
    result = plan([], [0, 1, 2]).pictures(batch, MEAN, STD)
    mean, std = (torch.tensor(each).view(3, 1, 1) for each in (MEAN, STD))
    assert result.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(result, (batch / 255 - mean) / std)


def test_a_flip_alone_is_exact() -> None:
    batch = pictures(20)
    flipped = plan([Flip()], list(range(20))).pictures(batch, PLAIN, ONE)
    turned = [torch.equal(after, (before / 255).flip(2)) for before, after in zip(batch, flipped, strict=True)]
    kept = [torch.equal(after, before / 255) for before, after in zip(batch, flipped, strict=True)]
    assert all(a != b for a, b in zip(turned, kept, strict=True))
    assert 3 < sum(turned) < 17


@pytest.mark.parametrize("channels", [1, 4])
def test_pictures_of_other_than_three_channels_are_lit_and_moved(channels: int) -> None:
    result = plan(aug_transforms(), [0, 1]).pictures(pictures(2, channels=channels), (0.0,) * channels, (1.0,) * channels)
    assert result.shape == (2, channels, 61, 75)
    assert 0 <= result.min() < result.max() <= 1


@pytest.mark.parametrize("change", [Hue(), Saturation()])
def test_colours_of_four_channels_cannot_be_changed(change: PictureChange) -> None:
    with pytest.raises(UsageError, match="needs pictures of 3 channels"):
        plan([change], [0]).pictures(pictures(1, channels=4), (0.0,) * 4, (1.0,) * 4)


@pytest.mark.parametrize("change", [Hue(p=1), Saturation(p=1)])
def test_grey_pictures_have_no_colours_to_change(change: PictureChange) -> None:
    batch = pictures(1, channels=1)
    assert torch.allclose(plan([change], [0]).pictures(batch, (0.0,), (1.0,)), batch / 255, atol=1e-6)


def test_contrast_is_about_the_pictures_own_mean_grey() -> None:
    batch = pictures(3) // 4 + 96
    result = plan([Contrast(0.3, p=1)], [0, 1, 2]).pictures(batch, PLAIN, ONE)
    weights = torch.tensor([0.2989, 0.587, 0.114]).view(3, 1, 1)
    before, after = (((each * weights).sum(1)).mean((1, 2)) for each in (batch / 255, result))
    assert torch.allclose(before, after, atol=1e-4)
    assert not torch.allclose(result, batch / 255, atol=0.01)


def test_only_zeros_leave_black_corners() -> None:
    white = torch.full((4, 3, 40, 40), 255, dtype=torch.uint8)
    for pad_mode, darkest in (("reflection", 1.0), ("border", 1.0), ("zeros", 0.0)):
        turned = plan([Rotate(40, p=1, pad_mode=pad_mode)], [0, 1, 2, 3], (40, 40))  # type: ignore[arg-type]
        assert turned.pictures(white, PLAIN, ONE).min() == pytest.approx(darkest, abs=1e-5)


MOVES: list[list[PictureChange]] = [
    [Flip(p=1)],
    [Dihedral()],
    [Rotate(30, p=1)],
    [Warp(0.3, p=1)],
    [Crop((50, 40), min_scale=0.6)],
    [Size((50, 40)), Dihedral(), Zoom(0.8, 1.2), Rotate(20), Warp()],
]


@pytest.mark.parametrize("changes", MOVES)
def test_a_marked_pixel_its_mask_and_its_point_move_together(changes: list[PictureChange]) -> None:
    size, out = (80, 100), (50, 40) if isinstance(changes[0], Crop | Size) else (80, 100)
    batch, masks = torch.zeros(6, 3, *size, dtype=torch.uint8), torch.zeros(6, *size, dtype=torch.int64)
    batch[:, :, 36:43, 56:63] = 255
    masks[:, 36:43, 56:63] = 7
    where = plan(changes, list(range(6)), size, out)
    middle = torch.tensor([[[59.5 / 50 - 1, 39.5 / 40 - 1]]]).expand(6, 1, 2)
    x, y = (where.points(middle)[:, 0] + 1).mul(torch.tensor([out[1] / 2, out[0] / 2])).sub(0.5).unbind(1)
    for marks in (where.pictures(batch, PLAIN, ONE)[:, 0], where.masks(masks).float() / 7):
        assert (marks.sum((1, 2)) > 4).all()
        weights = marks / marks.sum((1, 2), keepdim=True)
        assert torch.allclose((weights.sum(1) * torch.arange(out[1])).sum(1), x, atol=0.75)
        assert torch.allclose((weights.sum(2) * torch.arange(out[0])).sum(1), y, atol=0.75)


def test_masks_keep_their_numbers_and_name_what_lies_outside() -> None:
    masks = torch.full((3, 40, 40), 2**40 + 1, dtype=torch.int64)
    changes: list[PictureChange] = [Rotate(40, p=1, pad_mode="zeros")]
    assert set(plan(changes, [0, 1, 2], (40, 40)).masks(masks, void=255).flatten().tolist()) == {255, 2**40 + 1}
    assert set(plan([Rotate(40, p=1)], [0, 1, 2], (40, 40)).masks(masks, void=255).flatten().tolist()) == {2**40 + 1}


def test_masks_stay_what_they_are() -> None:
    masks = pictures(3)[:, 0]
    assert torch.equal(plan([Brightness()], [0, 1, 2]).masks(masks), masks)


def test_the_order_of_two_alike_draws_twice() -> None:
    once, twice = (plan([Rotate(10, p=1)] * count, [0, 1, 2]).matrices for count in (1, 2))
    assert not np.allclose(once @ once, twice)


def test_plans_for_other_batches_and_mixed_paddings_are_refused() -> None:
    with pytest.raises(UsageError, match=r"the plan is for 2 of \(61, 75\)"):
        plan([], [0, 1]).pictures(pictures(3), MEAN, STD)
    with pytest.raises(UsageError, match=r"float32, not torch\.uint8"):
        plan([], [0]).pictures(pictures(1) / 255, MEAN, STD)
    with pytest.raises(UsageError, match="pad_mode reflection and zeros"):
        plan([Rotate(), Zoom(pad_mode="zeros")], [0])
    with pytest.raises(UsageError, match="'flip' is no change of a picture"):
        plan(["flip"], [0])  # type: ignore[list-item]
