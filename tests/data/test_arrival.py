"""Batches on their way to a device."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.data.arrival import Raw, arriving
from fledge.data.batch import Batch
from fledge.data.column import ReadColumn, WholeColumn
from fledge.data.fronts import Fronts
from fledge.data.loader import Loader
from fledge.data.samples import Samples
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.presets import aug_transforms


def loader(device: str) -> Loader:
    pictures = list(np.random.default_rng(0).integers(0, 255, (40, 16, 16, 3), dtype=np.uint8))
    image = Image()
    inputs = ReadColumn(image, pictures, Fronts(image))
    targets = WholeColumn(Category(("a", "b")), torch.arange(40) % 2)
    samples = Samples.of(pictures, [0, 1] * 20)
    return Loader(samples, inputs, targets, 8, changes=tuple(aug_transforms()), workers=2, device=torch.device(device))


def test_batches_are_moved_first_and_made_ready_there() -> None:
    raw: list[Raw] = [(Batch(torch.full((2, 1), float(number)), None, np.arange(2)), None) for number in range(3)]
    seen = list(
        arriving(iter(raw), lambda batch, draws: Batch(batch.inputs.device.type, None, batch.items), torch.device("meta"))
    )
    assert [batch.inputs for batch in seen] == ["meta", "meta", "meta"]


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA card")
def test_a_card_gets_the_same_batches_as_the_processor() -> None:
    for here, there in zip(loader("cpu").epoch(1, train=True), loader("cuda").epoch(1, train=True), strict=True):
        assert there.inputs.is_cuda
        assert here.targets.tolist() == there.targets.tolist()
        assert torch.allclose(here.inputs, there.inputs.cpu(), atol=1e-3)
