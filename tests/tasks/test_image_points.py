"""Points in pictures, from the loader's batches to answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from fledge.data.block import DataBlock
from fledge.data.sources import get_image_files
from fledge.tasks.answer import Points
from fledge.tasks.image_points import ImagePoints
from fledge.tasks.table import task_for
from fledge.transforms.image import ImageBlock
from fledge.transforms.points import PointBlock
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize

PLACES = ((0.25, 0.5), (0.75, 1.0))


@pytest.mark.parametrize("changes", [[], aug_transforms()])
def test_targets_of_a_batch_have_the_shape_of_outputs_and_answer_as_given(photos: Path, changes: list[object]) -> None:
    dls = DataBlock(
        (ImageBlock, PointBlock), get_image_files, get_y=lambda _: PLACES, item_tfms=Resize(16, "squish"), batch_tfms=changes
    ).dataloaders(photos, bs=4, device="cpu", workers=1)
    codec = dls.codec
    assert codec is not None
    task = task_for(codec)
    assert isinstance(task, ImagePoints)
    assert dls.one_batch().targets.shape == (4, task.outputs(codec)) == (4, 4)
    held_back = next(iter(dls.valid)).targets
    assert task.loss(codec).misfit(held_back, held_back) is None
    assert task.answers(held_back, codec)[0] == Points(PLACES)
