"""One sample's way, told."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import Tensor

from fledge.core.errors import DataError
from fledge.data.block import DataBlock
from fledge.data.labels import parent_label
from fledge.data.sources import get_image_files
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize


def test_every_step_is_told_with_what_it_made(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = DataBlock(get_items=get_image_files, get_y=parent_label, item_tfms=Resize(16), batch_tfms=aug_transforms(size=8))
    text = str(block.summary(photos))
    assert capsys.readouterr().out == text + "\n"
    for part in ("40, 0 of them", "train 32, valid 8", "bird", "uint8 tensor 3×16×16", "float32 tensor 4×3×8×8", "Flip"):
        assert part in text


def odd_size(picture: Tensor) -> Tensor:
    """As high as the first pixel is bright."""
    return picture[:, : 1 + int(picture[0, 0, 0]) % 40]


def test_what_was_told_before_an_error_stays(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    block = DataBlock(get_items=get_image_files, get_y=parent_label, item_tfms=odd_size)
    with pytest.raises(DataError, match="different sizes"):
        block.summary(photos)
    assert "items    40" in capsys.readouterr().out
