"""One picture, brought to the size of all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import FledgeError, UnknownName, UsageError
from fledge.core.seeds import Draws
from fledge.transforms.picture import read_picture
from fledge.transforms.resize import CenterCrop, PictureStep, RandomResizedCrop, Resize, resized
from fledge.transforms.transform import is_interleaved
from tests.faults.broken_pictures import photo


def picture(height: int = 48, width: int = 64, channels: int = 3) -> Tensor:
    return read_picture(photo(0, size=(width, height)), channels=channels)


def draws(item: int, epoch: int = 0) -> Draws:
    return Draws(seed=1, epoch=epoch, items=np.array([item]))


ALL = [
    *(Resize(32, method=method) for method in ("crop", "squish")),
    *(Resize((32, 20), method="pad", pad=pad) for pad in ("zeros", "border", "reflection")),
    *(CenterCrop(32), CenterCrop((20, 30)), RandomResizedCrop((32, 20))),
]


@pytest.mark.parametrize("step", ALL, ids=repr)
@pytest.mark.parametrize("shape", [(48, 64), (64, 48), (1, 1), (1, 900), (900, 1), (32, 20), (7, 7)])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_any_picture_becomes_the_size_asked_for(step: PictureStep, shape: tuple[int, int], channels: int) -> None:
    size: int | tuple[int, int] = getattr(step, "size")  # noqa: B009
    for each in (None, draws(3)):
        made = step(picture(*shape, channels), each)
        assert made.shape == (channels, *((size, size) if isinstance(size, int) else size))
        assert made.dtype == torch.uint8


def test_a_crop_is_the_middle_and_a_squish_the_whole() -> None:
    halves = torch.zeros(1, 8, 16, dtype=torch.uint8)
    halves[:, :, 4:12] = 200
    assert Resize(8)(halves).min() == 200
    assert Resize(8, method="squish")(halves)[0, 0, [0, 4, 7]].tolist() == [0, 200, 0]


@pytest.mark.parametrize(
    ("pad", "row"), [("zeros", [0, 0, 1, 2, 3, 0, 0]), ("border", [1, 1, 1, 2, 3, 3, 3]), ("reflection", [3, 2, 1, 2, 3, 2, 1])]
)
def test_padding_is_put_evenly_around(pad: str, row: list[int]) -> None:
    line = torch.tensor([1, 2, 3], dtype=torch.uint8).expand(1, 7, 3)
    assert Resize(7, method="pad", pad=pad)(line)[0, 0].tolist() == row  # type: ignore[arg-type]


def test_a_reflection_goes_on_as_far_as_it_is_needed() -> None:
    line = torch.tensor([1, 2, 3], dtype=torch.uint8).expand(1, 15, 3)
    padded = Resize(15, method="pad", pad="reflection")(line)[0, 0]
    assert padded.tolist() == np.pad([1, 2, 3], 6, mode="reflect").tolist()


@pytest.mark.parametrize("shape", [(24, 32), (97, 31), (48, 65)])
def test_resizing_bytes_is_as_exact_as_resizing_floats(shape: tuple[int, int]) -> None:
    floats = F.interpolate(picture().float()[None], shape, mode="bilinear", antialias=True)[0]
    assert (resized(picture(), *shape).float() - floats).abs().max() <= 1


def test_the_result_does_not_depend_on_how_a_picture_lies_in_memory() -> None:
    lying = picture().permute(1, 2, 0).contiguous().permute(2, 0, 1)
    assert all(torch.equal(step(picture(), draws(5)), step(lying, draws(5))) for step in ALL)


@pytest.mark.parametrize("step", ALL, ids=repr)
def test_the_callers_picture_stays_as_it_is(step: PictureStep) -> None:
    before = picture()
    made = step(before, draws(2))
    assert torch.equal(before, picture())
    assert made is not before


def test_a_random_crop_depends_on_item_and_epoch_alone() -> None:
    step = RandomResizedCrop(32)
    first = step(picture(), draws(7))
    assert torch.equal(first, step(picture(), draws(7)))
    assert not torch.equal(first, step(picture(), draws(8)))
    assert not torch.equal(first, step(picture(), draws(7, epoch=1)))


def test_random_crops_have_the_area_and_shape_asked_for() -> None:
    height, width = 300, 400
    places = torch.stack([torch.arange(height).repeat(width, 1).T, torch.arange(width).repeat(height, 1)])
    shapes = [RandomResizedCrop(32, min_scale=0.35)._crop(places, draws(item)).shape[1:] for item in range(300)]
    areas = np.array([high * wide / (height * width) for high, wide in shapes])
    ratios = np.array([wide / high for high, wide in shapes])
    assert 0.34 < areas.min() < 0.4
    assert 0.9 < areas.max() <= 1
    assert 0.74 < ratios.min() < 0.8
    assert 1.25 < ratios.max() < 1.34


def test_without_draws_a_random_crop_is_a_resize() -> None:
    assert torch.equal(RandomResizedCrop(32)(picture()), Resize(32)(picture()))


def test_what_is_kept_before_random_crops_is_large_enough_for_most() -> None:
    step = RandomResizedCrop(20, min_scale=0.25)
    assert step.ahead(picture(480, 640)).shape == (3, 40, 53)
    assert step.ahead(picture(30, 64)).shape == (3, 30, 64)
    assert step.at_least() == (40, 40)


def test_fixed_steps_are_done_ahead_as_a_whole() -> None:
    assert torch.equal(Resize(20).ahead(picture()), Resize(20)(picture()))


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: Resize(0), UsageError, "size is 0"),
        (lambda: Resize((3, 4, 5)), UsageError, "size is"),  # type: ignore[arg-type]
        (lambda: Resize("224"), UsageError, "size is '224'"),  # type: ignore[arg-type]
        (lambda: CenterCrop(True), UsageError, "size is True"),
        (lambda: Resize(8, method="sqush"), UnknownName, "did you mean 'squish'"),  # type: ignore[arg-type]
        (lambda: Resize(8, pad="zero"), UnknownName, "did you mean 'zeros'"),  # type: ignore[arg-type]
        (lambda: RandomResizedCrop(8, min_scale=0), UsageError, "min_scale is 0"),
        (lambda: RandomResizedCrop(8, ratio=(2, 1)), UsageError, "ratio is"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(make: Callable[[], object], error: type[FledgeError], words: str) -> None:
    with pytest.raises(error, match=words):
        make()


@pytest.mark.parametrize("channels", [1, 3, 4, 5])
@pytest.mark.parametrize("size", [(7, 9), (40, 60), (90, 31)])
def test_resizing_gives_the_bits_of_torchs_own_with_channels_side_by_side(channels: int, size: tuple[int, int]) -> None:
    picture = torch.randint(0, 256, (61, 47, channels), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    result = resized(picture.permute(2, 0, 1), *size)
    batch = picture.permute(2, 0, 1)[None]
    assert torch.equal(result, F.interpolate(batch, size, mode="bilinear", antialias=True)[0])
    assert is_interleaved(result)
