"""Samples as pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fledge.core.errors import UsageError
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import parent_label
from fledge.data.sources import get_image_files
from fledge.transforms.category import CategoryBlock
from fledge.transforms.number import NumberBlock
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize


@pytest.fixture
def dls(photos: Path) -> DataLoaders:
    block = DataBlock(get_items=get_image_files, get_y=parent_label, item_tfms=Resize(32), batch_tfms=aug_transforms())
    return block.dataloaders(photos, bs=16, device="cpu", workers=1)


def test_each_picture_stands_under_its_label(dls: DataLoaders) -> None:
    figure = dls.show_batch(max_n=6)
    batch = dls.one_batch()
    assert [cell.get_title() for cell in figure.axes] == [dls.vocab[target] for target in batch.targets[:6]]
    assert dls.codec is not None
    drawn = figure.axes[0].images[0].get_array()
    assert np.array_equal(np.asarray(drawn), dls.codec.input.decode(batch.inputs[0]))


def test_unique_shows_one_sample_changed_in_various_ways(dls: DataLoaders) -> None:
    cells = dls.show_batch(max_n=4, unique=True).axes
    pictures = [np.asarray(cell.images[0].get_array()) for cell in cells]
    assert len({cell.get_title() for cell in cells}) == 1
    assert len({picture.tobytes() for picture in pictures}) == 4


def test_held_back_samples_can_be_shown_too(dls: DataLoaders) -> None:
    assert len(dls.show_batch(part="valid").axes) == 8


def test_other_values_are_shown_in_words() -> None:
    rows = [(float(1 + number), "ab"[number % 2]) for number in range(10)]
    figure = DataBlock(blocks=(NumberBlock, CategoryBlock)).dataloaders(rows, device="cpu").show_batch(max_n=2, part="valid")
    assert [cell.texts[0].get_text() for cell in figure.axes] == ["1", "6"]


def test_a_notebook_gets_a_picture(dls: DataLoaders) -> None:
    assert dls.show_batch(max_n=1)._repr_png_().startswith(b"\x89PNG")


def test_showing_nothing_is_refused(dls: DataLoaders) -> None:
    with pytest.raises(UsageError, match="max_n=0"):
        dls.show_batch(max_n=0)
