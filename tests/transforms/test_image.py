"""Pictures as tensors, from the file to the model's input."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UnreadableItem, UsageError
from fledge.core.names import Table
from fledge.core.record import pack, unpack
from fledge.core.seeds import Draws
from fledge.transforms.geometry import Flip
from fledge.transforms.image import Image, ImageBlock
from fledge.transforms.resize import CenterCrop, PictureStep, RandomResizedCrop, Resize
from fledge.transforms.transform import is_interleaved
from tests.faults.broken_pictures import encoded, photo

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
IMAGES = Table("transform", {"image": "fledge.transforms.image:Image"})
STEPS = Table(
    "item step",
    {
        "resize": "fledge.transforms.resize:Resize",
        "center_crop": "fledge.transforms.resize:CenterCrop",
        "random_resized_crop": "fledge.transforms.resize:RandomResizedCrop",
    },
)


def draws(*items: int) -> Draws:
    return Draws(seed=1, epoch=0, items=np.array(items))


def inverted(picture: Tensor) -> Tensor:
    return 255 - picture


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("step", [Resize(40), Resize((30, 50), method="squish"), RandomResizedCrop(40)], ids=repr)
def test_every_way_of_handing_over_a_file_gives_the_same_bits(form: str, step: PictureStep, tmp_path: Path) -> None:
    data = encoded(photo(0, size=(640, 480)), form)
    path = tmp_path / "photo"
    path.write_bytes(data)
    image = ImageBlock().learn([], steps=[step])
    first, *others = (image.encode(source) for source in (path, str(path), data, io.BytesIO(data)))
    assert is_interleaved(first)
    assert all(torch.equal(first, other) for other in others)


def test_encode_is_front_and_rest_without_randomness() -> None:
    image = Image(steps=(Resize(40), RandomResizedCrop(20, min_scale=0.25), CenterCrop(16)))
    front = image.front(photo(0))
    assert front.shape == (3, 40, 40)
    assert torch.equal(image.encode(photo(0)), image.rest(front, None))
    assert image.rest(front, draws(3)).shape == (3, 16, 16)
    assert not torch.equal(image.rest(front, draws(3)), image.rest(front, draws(4)))


def test_before_a_random_crop_the_picture_is_shrunk_and_kept_whole() -> None:
    image = Image(steps=(RandomResizedCrop(50, min_scale=0.25),))
    assert image.front(encoded(photo(0, size=(900, 600)), "JPEG")).shape == (3, 100, 150)


def test_a_function_is_a_step_and_what_it_gives_is_not_kept() -> None:
    image = ImageBlock().reader([Resize(20), inverted])
    assert torch.equal(image.front(photo(0)), Resize(20)(image.front(photo(0))))
    assert torch.equal(image.encode(photo(0)), 255 - Image(steps=(Resize(20),)).encode(photo(0)))
    assert image.front_settings() == Image(steps=(Resize(20),)).front_settings()


def test_what_is_kept_depends_on_the_steps_before_the_first_random_one() -> None:
    settings = Image(steps=(Resize(20),)).front_settings()
    assert settings == Image(steps=(Resize(20),)).normalised(MEAN, STD).front_settings()
    assert settings != Image(steps=(Resize(21),)).front_settings()
    assert settings != Image(steps=(Resize(20),), channels=1).front_settings()
    assert settings != Image(steps=(RandomResizedCrop(20),)).front_settings()


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_prepared_batch_is_normalised_and_lies_channels_last(channels: int) -> None:
    batch = torch.randint(0, 256, (2, channels, 5, 6), dtype=torch.uint8)
    mean, std = (0.5,) * channels, tuple(0.1 + 0.1 * place for place in range(channels))
    prepared = Image(channels=channels).normalised(mean, std).prepare(batch)
    due = (batch.double() / 255 - 0.5) / torch.tensor(std, dtype=torch.float64).view(-1, 1, 1)
    assert prepared.dtype == torch.float32
    assert prepared.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(prepared.double(), due, rtol=0, atol=3e-6)


def test_without_normalisation_values_are_in_0_to_1() -> None:
    assert Image().prepare(torch.full((1, 3, 2, 2), 255, dtype=torch.uint8)).flatten().tolist() == pytest.approx([1.0] * 12)


def test_a_prepared_batch_has_the_size_asked_for() -> None:
    batch = torch.randint(0, 256, (2, 3, 40, 30), dtype=torch.uint8)
    prepared = Image(size=(16, 12)).prepare(batch)
    torch.testing.assert_close(prepared, F.interpolate(batch / 255, (16, 12), mode="bilinear", antialias=True))


def test_a_picture_can_be_looked_at_before_and_after_it_is_prepared() -> None:
    image = Image(steps=(Resize(20),)).normalised(MEAN, STD)
    encoded_picture = image.encode(photo(0))
    looked_at = image.decode(encoded_picture)
    assert looked_at.shape == (20, 20, 3)
    assert looked_at.dtype == np.uint8
    assert np.array_equal(image.decode(image.prepare(encoded_picture[None])[0]), looked_at)


@pytest.mark.parametrize("size", [None, (20, 24)])
def test_an_augmented_batch_is_prepared_and_changed(size: tuple[int, int] | None) -> None:
    image = Image(size=size).normalised((0.5,), (0.25,))
    batch = torch.randint(0, 256, (4, 3, 20, 24), dtype=torch.uint8)
    always, never = Flip(p=1.0), Flip(p=0.0)
    augmented = image.augment(batch, image.plan([always], draws(0, 1, 2, 3), batch))
    torch.testing.assert_close(augmented, image.prepare(batch).flip(3), rtol=0, atol=1e-4)
    same = image.augment(batch, image.plan([never], draws(0, 1, 2, 3), batch))
    torch.testing.assert_close(same, image.prepare(batch), rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    "image",
    [
        Image(),
        Image(steps=(Resize(20),), channels=1, size=(10, 12), mean=(0.5,), std=(0.25,)),
        Image(steps=(Resize((9, 8), method="pad", pad="border"), RandomResizedCrop(5), CenterCrop(3)), mean=MEAN, std=STD),
    ],
)
def test_it_is_kept_as_its_fields(image: Image) -> None:
    tables = {PictureStep: STEPS}
    assert unpack(pack(image, IMAGES, tables=tables), IMAGES, "codec", tables=tables) == image


def test_normalisation_that_fits_no_channel_is_refused() -> None:
    with pytest.raises(UsageError, match="mean has 3 numbers for pictures of 1 channels"):
        Image(channels=1).normalised(MEAN, (1.0,))
    with pytest.raises(UsageError, match="above 0"):
        Image().normalised(MEAN, (0.1, 0.0, 0.1))


@pytest.mark.parametrize("step", [Resize, 224, "resize"])
def test_what_is_no_step_is_refused(step: object) -> None:
    with pytest.raises(UsageError, match="not an item step"):
        ImageBlock().learn([], steps=[step])


def test_the_reader_of_a_block_says_what_cannot_be_read() -> None:
    with pytest.raises(UnreadableItem, match="is empty"):
        ImageBlock().reader().front(b"")


def test_a_grey_block_reads_luma() -> None:
    assert ImageBlock(channels=1).learn([], [Resize(8)]).encode(photo(0)).shape == (1, 8, 8)
