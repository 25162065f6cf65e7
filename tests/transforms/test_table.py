"""What can be kept in a model file."""

from __future__ import annotations

from fledge.transforms.resize import PictureStep
from fledge.transforms.table import STEPS, TRANSFORMS
from fledge.transforms.transform import Transform


def test_every_transform_is_found_under_its_name() -> None:
    assert all(issubclass(kind, Transform) and TRANSFORMS.name_of(kind) == name for name, kind in TRANSFORMS.items())


def test_every_picture_step_is_found_under_its_name() -> None:
    assert all(issubclass(kind, PictureStep) and STEPS.name_of(kind) == name for name, kind in STEPS.items())
