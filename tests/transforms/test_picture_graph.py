"""Pictures inside a graph: to the bit what the transform makes of them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.core.errors import UsageError
from fledge.transforms.image import Image
from fledge.transforms.resize import CenterCrop, PictureStep, RandomResizedCrop, Resize

STEPS: list[tuple[PictureStep, ...]] = [
    (Resize((32, 48)),),
    (Resize(32, "squish"),),
    (Resize((32, 40), "pad"),),
    (Resize((32, 40), "pad", "reflection"),),
    (Resize((32, 40), "pad", "border"),),
    (CenterCrop(40),),
    (RandomResizedCrop(32),),
    (RandomResizedCrop((32, 50), min_scale=0.9),),
    (Resize(60), CenterCrop(48)),
    (),
]


@pytest.mark.promise("F2")
@pytest.mark.parametrize("steps", STEPS, ids=lambda steps: " then ".join(map(str, steps)) or "none")
def test_any_picture_becomes_what_the_transform_makes_of_it(steps: tuple[PictureStep, ...]) -> None:
    image = Image(steps=steps).normalised((0.5, 0.4, 0.3), (0.2, 0.25, 0.3))
    graph, numbers = image.graph(), np.random.default_rng(1)
    sizes = [*numbers.integers(1, 250, (25, 2)).tolist(), (260, 104), (1, 1), (1, 200)]
    for height, width in sizes:
        pixels = numbers.integers(0, 256, (height, width, 3), dtype=np.uint8)
        due = image.prepare(image.encode(pixels)[None])
        assert torch.allclose(graph(torch.from_numpy(pixels)[None]), due, atol=1e-6), (height, width)


@pytest.mark.parametrize("channels", [1, 4, 5])
def test_so_do_pictures_of_other_channels(channels: int) -> None:
    image = Image(steps=(Resize(20),), channels=channels)
    pixels = np.random.default_rng(0).integers(0, 256, (33, 47, channels), dtype=np.uint8)
    assert torch.allclose(image.graph()(torch.from_numpy(pixels)[None]), image.prepare(image.encode(pixels)[None]), atol=1e-6)


def test_a_size_of_the_network_s_own_is_met_too() -> None:
    image = Image(steps=(Resize(20),), size=(33, 14))
    pixels = np.random.default_rng(0).integers(0, 256, (64, 50, 3), dtype=np.uint8)
    assert torch.allclose(image.graph()(torch.from_numpy(pixels)[None]), image.prepare(image.encode(pixels)[None]), atol=1e-5)


def test_a_step_of_one_s_own_is_refused() -> None:
    def darker(picture: torch.Tensor) -> torch.Tensor:
        return picture // 2

    with pytest.raises(UsageError, match="a function of your own, which no exported graph can hold"):
        Image(steps=(darker,)).graph()  # type: ignore[arg-type]


def test_where_nothing_resizes_pictures_only_those_of_one_size_are_taken() -> None:
    image = Image()
    pixels = np.zeros((28, 20, 3), np.uint8)
    reading = image.reading(image.encode(pixels)[None])
    assert reading.encode(pixels)[0].shape == (28, 20, 3)
    with pytest.raises(Exception, match="20 × 30 pixels large, and this model takes only 20 × 28"):
        reading.encode(np.zeros((30, 20, 3), np.uint8))
