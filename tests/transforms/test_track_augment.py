"""A batch of movements changed at random."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.geometry import Flip
from fledge.transforms.track import Track
from fledge.transforms.track_augment import TrackPlan
from fledge.transforms.track_change import DropEvents, JitterPlaces, ScalePlaces, ScaleTime, TrackChange, track_transforms
from tests.tracks import movement

TRACK = Track(events=32, pieces=2)


def batch(count: int) -> Tensor:
    return torch.stack([TRACK.encode(movement(events=50, seed=seed)) for seed in range(count)])


def changed(changes: list[TrackChange], given: Tensor, *items: int, epoch: int = 0) -> Tensor:
    return TRACK.augment(given, TRACK.plan(changes, Draws(seed=3, epoch=epoch, items=np.array(items)), given))


def test_an_item_comes_out_the_same_bits_alone_and_in_any_batch() -> None:
    given = batch(4)
    whole = changed(track_transforms(), given, *range(4))
    assert torch.equal(changed(track_transforms(), given[[3, 1]], 3, 1), whole[[3, 1]])


def test_another_epoch_and_another_item_change_otherwise() -> None:
    given = batch(1).repeat(2, 1, 1, 1)
    now, later = (changed(track_transforms(), given, 0, 1, epoch=epoch) for epoch in (0, 1))
    assert not torch.equal(now[0], now[1])
    assert not torch.equal(now, later)


def test_without_changes_nothing_changes_and_what_was_given_stays() -> None:
    given = batch(3)
    kept = given.clone()
    assert torch.equal(changed([], given, 0, 1, 2), TRACK.prepare(given))
    changed(track_transforms(), given, 0, 1, 2)
    assert torch.equal(given, kept)


def test_dropped_events_leave_the_way_and_the_time_of_the_others() -> None:
    given = batch(8)
    thinned = changed([DropEvents(0.5, p=1.0)], given, *range(8))
    counts = (thinned[:, 0, :, 3] >= 0).sum(1)
    most = int(counts.argmin())
    assert 12 < counts[most] < 28
    left, whole = thinned[most, 0][thinned[most, 0, :, 3] >= 0], given[most, 0]
    places = {tuple(each) for each in whole[:, :2].tolist()}
    assert all(tuple(each) in places for each in left[:, :2].tolist())
    assert torch.allclose(left[:2], whole[:2], atol=1e-5)
    apart = (left[:, 2].cumsum(0)[:, None] - whole[:, 2].cumsum(0)).abs()
    assert apart.amin(1).max() < 1e-5


def test_time_and_places_are_scaled_within_bounds_and_kinds_stay() -> None:
    given = batch(8)
    scaled = changed([ScaleTime(0.2, p=1.0), ScalePlaces(0.1, p=1.0), JitterPlaces(0.002, p=1.0)], given, *range(8))
    ratio = scaled[..., 2].sum((1, 2)) / given[..., 2].sum((1, 2))
    assert ((ratio >= 0.8) & (ratio <= 1.2)).all()
    assert len(set(ratio.tolist())) == 8
    assert (scaled[..., :2] - given[..., :2]).abs().max() <= 0.1 + 0.003
    assert torch.equal(scaled[..., 3], given[..., 3])


@pytest.mark.parametrize("change", [ScaleTime, ScalePlaces, JitterPlaces, DropEvents])
def test_measures_that_can_not_be_meant_are_refused(change: type[TrackChange]) -> None:
    with pytest.raises(UsageError, match="most"):
        change(most=2.0)  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="p is"):
        change(p=-0.1)  # type: ignore[call-arg]


def test_changes_of_pictures_and_plans_for_other_batches_are_refused() -> None:
    draws = Draws(1, 0, np.arange(2))
    with pytest.raises(UsageError, match="no change of a movement"):
        TrackPlan.of([Flip()], draws)  # type: ignore[list-item]
    with pytest.raises(UsageError, match="plan is for 2"):
        TrackPlan.of([], draws).changed(batch(3))
