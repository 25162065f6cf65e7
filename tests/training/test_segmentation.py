"""Learners of masks: what they give, and that their bits hang on nothing but the seed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.data.segmentation_dataloaders import SegmentationDataLoaders
from fledge.scoring.losses import Dice, Focal
from fledge.training.learner import Learner
from fledge.training.segmentation import unet_learner
from fledge.training.vision import vision_learner
from fledge.transforms.colour import Brightness
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize
from tests.masks import NAMES, make_masks
from tests.training.small import photo_learner, same, weights
from tests.training.test_resume import Signal


@pytest.fixture(scope="module")
def balls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_masks(tmp_path_factory.mktemp("balls"), 20)


def learner(balls: Path, *, workers: int = 0, changes: Any = None, net: str = "small", **options: Any) -> Learner:
    dls = SegmentationDataLoaders.from_folder(
        balls,
        NAMES,
        valid_pct=0.2,
        seed=1,
        item_tfms=Resize((24, 32), "squish"),
        batch_tfms=aug_transforms(min_scale=0.6) if changes is None else changes,
        bs=4,
        workers=workers,
        device="cpu",
    )
    settings: dict[str, Any] = {"progress": False, "precision": "float32", "pretrained": False} | options
    return unet_learner(dls, net, **settings)


def taught(balls: Path, **options: Any) -> dict[str, Tensor]:
    made = learner(balls, **options)
    made.fit_one_cycle(2, 3e-3)
    return weights(made)


@pytest.mark.promise("B0")
def test_the_number_of_threads_changes_no_bit(balls: Path) -> None:
    assert same(taught(balls), taught(balls, workers=3))


@pytest.mark.promise("B1")
def test_a_training_that_was_broken_off_goes_on_to_the_same_bits(balls: Path, tmp_path: Path) -> None:
    first = learner(balls, folder=tmp_path, callbacks=[Signal(5)])
    with pytest.raises(KeyboardInterrupt):
        first.fit_one_cycle(2, 3e-3)
    second = learner(balls, folder=tmp_path, callbacks=[Signal(-1)])
    second.resume()
    assert same(weights(second), taught(balls))


@pytest.mark.parametrize("loss", [Dice(entropy=0.3, ignore_index=255), Focal(ignore_index=255)], ids=str)
def test_other_losses_teach_too(balls: Path, loss: Any) -> None:
    made = learner(balls, changes=(), loss=loss)
    before = made.validate()
    made.fit_one_cycle(6, 1e-2)
    after = made.validate()
    assert after["valid_loss"].value < before["valid_loss"].value
    assert after["mean_iou"].value > before["mean_iou"].value


def test_a_named_body_comes_in_three_groups_with_its_statistics(balls: Path) -> None:
    made = learner(balls, net="resnet10t", widths=(16, 8))
    assert len(made.groups) == 3
    assert made.dls.codec is not None
    assert made.dls.codec.input.mean == (0.485, 0.456, 0.406)
    made.freeze()
    made.fit(1)
    assert made.history[-1]["mean_iou"] is not None


def test_views_that_move_places_are_left_out_of_an_average(balls: Path) -> None:
    moved, plain = (learner(balls, changes=changes) for changes in (aug_transforms(max_lighting=0), ()))
    assert torch.equal(moved.tta(n=2).outputs, plain.get_preds().outputs)
    lit = learner(balls, changes=[Brightness(0.9, p=1)])
    assert not torch.equal(lit.tta(n=2).losses, lit.get_preds().losses)  # type: ignore[arg-type]


def test_of_many_pictures_only_the_classes_are_kept(balls: Path) -> None:
    found = learner(balls).get_preds()
    assert found.outputs.dtype == torch.uint8
    assert found.outputs.shape == (4, 24, 32)


def test_a_learner_for_other_data_says_what_it_needs(photos: Path, balls: Path) -> None:
    with pytest.raises(UsageError, match="needs loaders of pictures and masks"):
        unet_learner(photo_learner(photos).dls)
    with pytest.raises(UsageError, match="go with a network by its timm name"):
        learner(balls, weights="a.safetensors")
    with pytest.raises(UsageError):
        vision_learner(learner(balls).dls, "small", progress=False).fit(1)


def test_answers_say_what_a_person_would_count(balls: Path) -> None:
    made = learner(balls, changes=())
    made.fit_one_cycle(14, 1e-2)
    answer = made.predict(next((balls / "images").iterdir()))
    assert answer.counts["ball"] == 1
    assert answer.mask.shape == (36, 48)
    assert np.isclose(sum(answer.shares.values()), 1)
