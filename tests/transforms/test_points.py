"""Places in a picture."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from fledge.core.errors import DataError, UsageError
from fledge.transforms.points import PointBlock, Points
from fledge.transforms.resize import CenterCrop, RandomResizedCrop, Resize

PLACES = st.lists(st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), min_size=1, max_size=5)


@given(PLACES)
def test_every_place_goes_there_and_back(places: list[tuple[float, float]]) -> None:
    points = PointBlock().learn([places])
    back = points.decode(points.encode(places))
    assert torch.tensor(back).flatten().tolist() == pytest.approx(torch.tensor(places).flatten().tolist(), abs=1e-6)


def test_corners_become_minus_one_and_one() -> None:
    assert Points(2).encode([(0.0, 0.0), (1.0, 1.0)]).tolist() == [[-1.0, -1.0], [1.0, 1.0]]


def test_a_column_of_points_is_items_by_points_by_two() -> None:
    assert Points(2).encode_all([[(0.0, 0.0), (1.0, 1.0)]] * 3).shape == (3, 2, 2)


def test_a_point_somewhat_outside_the_picture_is_kept() -> None:
    assert Points(1).decode(Points(1).encode([(-0.25, 1.5)])) == ((-0.25, 1.5),)


@pytest.mark.parametrize("value", [[(120.0, 80.0)], [(0.5, -1.5)], [(float("nan"), 0.5)]])
def test_places_in_pixels_are_refused_with_how_to_turn_them_into_shares(value: list[tuple[float, float]]) -> None:
    with pytest.raises(DataError, match="lies far outside") as caught:
        Points(1).encode(value)
    assert "divide x by the picture's width" in str(caught.value)


@pytest.mark.parametrize(
    "value", [[], [(0.5, 0.5, 0.5)], [(0.5,)], (0.5, 0.5), "0.5", None, [("a", "b")], [(0.1, 0.2), (0.3,)]]
)
def test_what_is_no_list_of_pairs_is_refused(value: object) -> None:
    with pytest.raises(DataError, match="pairs of numbers"):
        PointBlock().learn([value])  # type: ignore[list-item]


def test_another_number_of_points_is_refused() -> None:
    with pytest.raises(DataError, match="2 points as pairs"):
        Points(2).encode([(0.5, 0.5)])
    with pytest.raises(DataError, match="3 points as pairs"):
        PointBlock(count=3).learn([[(0.5, 0.5)]])


def test_points_move_as_the_plan_moves_the_pictures() -> None:
    class Mirror:
        def points(self, batch: Tensor) -> Tensor:
            return batch * torch.tensor([-1.0, 1.0])

    points = Points(1)
    moved = points.augment(points.encode_all([[(0.25, 0.5)]]), Mirror())
    assert moved.shape == (1, 2)
    assert points.decode(moved[0]) == ((0.75, 0.5),)


def test_a_batch_is_flat_as_outputs_are_and_is_decoded_as_a_single_value_is() -> None:
    points, places = Points(2), ((0.25, 0.5), (0.75, 0.0))
    batch = points.prepare(points.encode_all([places] * 3))
    assert batch.shape == (3, 4)
    assert points.decode(batch[0]) == points.decode(points.encode(places)) == places


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(DataError, match="no points to learn from"):
        PointBlock().learn([])


@pytest.mark.parametrize("step", [Resize(16), Resize(16, method="pad"), CenterCrop(16), RandomResizedCrop(16)])
def test_a_step_that_cuts_or_pads_would_move_the_points_and_is_refused(step: object) -> None:
    with pytest.raises(UsageError, match="shares of the whole picture"):
        PointBlock().learn([[(0.5, 0.5)]], [step])
    assert PointBlock().learn([[(0.5, 0.5)]], [Resize(16, method="squish")]).count == 1
