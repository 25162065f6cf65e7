"""Geometric changes, drawn."""

from __future__ import annotations

import numpy as np
import pytest

from fledge.core.errors import UnknownName, UsageError
from fledge.core.seeds import Draws
from fledge.transforms.geometry import Crop, Dihedral, Flip, Frame, GeometricChange, Rotate, Size, Warp, Zoom, final_size

DRAWS = Draws(seed=4, epoch=2, items=np.arange(2000))
SQUARE = Frame((60, 60), (60, 60))
CORNERS = np.array([[x, y, 1] for x in (-1, 1) for y in (-1, 1)]).T


@pytest.mark.parametrize("change", [Flip(0.3), Rotate(p=0.3), Zoom(p=0.3), Warp(p=0.3), Crop(p=0.3)])
def test_p_is_how_many_are_changed_and_the_rest_is_exactly_as_it_was(change: GeometricChange) -> None:
    matrices = change.matrices(DRAWS, "x", SQUARE)
    assert np.mean((matrices != np.eye(3)).any((1, 2))) == pytest.approx(0.3, abs=0.04)


def test_dihedral_lays_a_square_down_in_all_eight_ways() -> None:
    kinds, counts = np.unique(Dihedral().matrices(DRAWS, "x", SQUARE), axis=0, return_counts=True)
    assert len(kinds) == 8
    assert counts.min() > 180


def test_angles_and_scales_fill_their_range() -> None:
    turns = Rotate(20, p=1).matrices(DRAWS, "x", SQUARE)
    degrees = np.degrees(np.arctan2(turns[:, 1, 0], turns[:, 0, 0]))
    assert (degrees.min(), degrees.max()) == pytest.approx((-20, 20), abs=0.2)
    scales = 1 / Zoom(0.9, 1.3, p=1).matrices(DRAWS, "x", SQUARE)[:, 0, 0]
    assert (scales.min(), scales.max()) == pytest.approx((0.9, 1.3), abs=0.01)


def test_a_zoom_from_one_up_shows_nothing_from_outside() -> None:
    taken = Zoom(1, 2, p=1).matrices(DRAWS, "x", SQUARE) @ CORNERS
    assert np.abs(taken[:, :2]).max() <= 1 + 1e-9


def test_a_warp_never_shows_the_horizon() -> None:
    assert (Warp(0.35, p=1).matrices(DRAWS, "x", SQUARE) @ CORNERS)[:, 2].min() > 0.2


def test_crops_lie_inside_and_have_the_area_and_shape_asked_for() -> None:
    frame = Frame((300, 400), (32, 32))
    crop = Crop(32, min_scale=0.2, max_scale=0.5, ratio=(0.8, 1.25)).matrices(DRAWS, "x", frame)
    assert np.abs((crop @ CORNERS)[:, :2]).max() <= 1 + 1e-9
    width, height = crop[:, 0, 0] * 400, crop[:, 1, 1] * 300
    assert (width * height / 120000 >= 0.2 - 1e-9).all()
    assert (width * height / 120000 <= 0.5).all()
    assert (width / height >= 0.8 - 1e-9).all()
    assert (width / height <= 1.25 + 1e-9).all()


def test_a_crop_too_large_for_the_picture_keeps_its_shape() -> None:
    crop = Crop(32, min_scale=1.0, ratio=(1.0, 1.0)).matrices(DRAWS, "x", Frame((300, 400), (32, 32)))
    assert crop[:, 0, 0] * 400 == pytest.approx(crop[:, 1, 1] * 300)
    assert crop[:, 1, 1] == pytest.approx(1.0)


def test_the_last_size_named_is_the_final_one() -> None:
    assert final_size([Flip(), Size((20, 30)), Rotate()]) == (20, 30)
    assert final_size([Crop()]) is None


def test_settings_that_cannot_be_meant_are_refused() -> None:
    for wrong in (
        lambda: Flip(1.5),
        lambda: Rotate(200),
        lambda: Zoom(1.2, 1.1),
        lambda: Warp(0.6),
        lambda: Crop(ratio=(2, 1)),
    ):
        with pytest.raises(UsageError, match="outside"):
            wrong()
    with pytest.raises(UnknownName, match="did you mean 'reflection'"):
        Rotate(pad_mode="reflect")  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="leave p out"):
        Size(32, p=0.5)
