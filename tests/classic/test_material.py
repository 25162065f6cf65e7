"""Features and targets of the training part."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fledge.classic.material import Material
from fledge.core.errors import UsageError
from fledge.data.loader import Loader
from tests.classic.small import material_of, picture_loaders


def test_each_example_has_a_row_in_the_order_of_the_samples() -> None:
    dls = picture_loaders("classes")
    material = material_of(dls)
    batch = next(dls.train.epoch(0, train=False))
    assert material.features.shape == (45, 400)
    assert torch.equal(material.targets[:8], batch.targets)
    assert material.maker is not None
    assert torch.allclose(material.features[:8], material.maker.build()(batch.inputs), atol=1e-6)


def test_random_changes_for_training_are_left_out() -> None:
    dls = picture_loaders("classes")
    first = material_of(dls).features
    assert torch.equal(first, material_of(dls).features)


def test_of_many_examples_some_are_drawn_and_that_is_said() -> None:
    dls = picture_loaders("classes")
    material = material_of(dls, most=20)
    assert len(material.features) == len(material.targets) == 20
    assert material.note == "learned from 20 of 45"
    assert (material.items == material_of(dls, most=20).items).all()
    assert (material.items != material_of(dls, seed=1, most=20).items).any()


def test_examples_without_targets_teach_nothing() -> None:
    train = picture_loaders("classes").train
    assert isinstance(train, Loader)
    with pytest.raises(UsageError, match="without targets"):
        Material.of(replace(train, targets=None), 3)
