"""The usual random changes."""

from __future__ import annotations

import pytest

from fledge.core.errors import UsageError
from fledge.transforms.colour import Brightness
from fledge.transforms.geometry import Crop, Dihedral, Flip, Rotate, Size, Warp, Zoom, final_size
from fledge.transforms.presets import Normalize, aug_transforms


def test_the_usual_changes_are_flip_warp_rotation_zoom_and_lighting() -> None:
    kinds = [type(change).__name__ for change in aug_transforms()]
    assert kinds == ["Flip", "Warp", "Rotate", "Zoom", "Brightness", "Contrast"]


def test_each_setting_reaches_its_change() -> None:
    changes = aug_transforms(mult=1.5, max_rotate=20, max_zoom=1.3, p_affine=0.4, p_lighting=0.3, pad_mode="border")
    assert Rotate(30, 0.4, "border") in changes
    assert Zoom(1.0, 1.3, 0.4, "border") in changes
    assert any(isinstance(change, Warp) and change.magnitude == pytest.approx(0.3) for change in changes)
    assert any(isinstance(change, Brightness) and change.p == 0.3 for change in changes)


def test_what_is_turned_off_is_left_out() -> None:
    assert aug_transforms(do_flip=False, max_rotate=0, max_zoom=1, max_lighting=0, max_warp=0) == []


def test_flip_vert_lays_pictures_down_in_all_ways() -> None:
    changes = aug_transforms(flip_vert=True)
    assert Dihedral() in changes
    assert Flip() not in changes


def test_a_size_is_the_final_one_with_or_without_crops() -> None:
    assert aug_transforms(size=128)[0] == Size(128)
    assert aug_transforms(size=128, min_scale=0.5)[0] == Crop(128, min_scale=0.5, ratio=(1.0, 1.0))
    assert final_size(aug_transforms(size=(96, 128), min_scale=0.5)) == (96, 128)
    assert final_size(aug_transforms()) is None


def test_statistics_that_cannot_be_meant_are_refused() -> None:
    assert len(Normalize.imagenet().mean) == 3
    with pytest.raises(UsageError, match="2 means for 1 stds"):
        Normalize((0.5, 0.5), (0.2,))
    with pytest.raises(UsageError, match="has to be above 0"):
        Normalize((0.5,), (0.0,))
