"""Weights that make every class count alike."""

from __future__ import annotations

from pathlib import Path

import pytest

from fledge.core.errors import UsageError
from fledge.data.block import DataBlock
from fledge.data.labels import parent_label
from fledge.data.sources import get_image_files
from fledge.data.splits import IndexSplitter
from fledge.scoring.losses import CrossEntropy
from fledge.training.class_weights import class_weights
from fledge.transforms.resize import Resize
from tests.training.small import blob_loaders, photo_learner


def test_every_class_weighs_alike_and_the_mean_is_one(photos: Path) -> None:
    held_back = [place for place, path in enumerate(get_image_files(photos)) if parent_label(path) == "bird"][:15]
    block = DataBlock(
        get_items=get_image_files, get_y=parent_label, splitter=IndexSplitter(held_back), item_tfms=Resize(32, method="squish")
    )
    dls = block.dataloaders(photos, device="cpu")
    assert dls.class_counts() == {"bird": 5, "forest": 20}
    assert class_weights(dls) == pytest.approx((1.6, 0.4))


def test_the_loss_takes_them(photos: Path) -> None:
    from tests.training.small import photo_loaders

    learner = photo_learner(photos, loss=CrossEntropy(weights=class_weights(photo_loaders(photos))))
    learner.fit(1)
    assert learner.history[0]["valid_loss"] is not None


def test_targets_without_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="no classes to count"):
        class_weights(blob_loaders())
