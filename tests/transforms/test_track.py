"""Movements as tensors of pieces."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.resize import Resize
from fledge.transforms.track import Track, TrackBlock
from tests.tracks import movement

TRACK = Track(events=16, pieces=4)


def draws(item: int, epoch: int = 0) -> Draws:
    return Draws(3, epoch, np.array([item]))


def test_places_are_shares_of_the_movement_whatever_the_screen() -> None:
    events = movement(events=40)
    larger = events * [1, 2, 2, 1] + [5, 100, -300, 0]
    assert torch.allclose(TRACK.encode(events), TRACK.encode(larger), atol=1e-5)
    there = TRACK.encode(events)[..., 3] >= 0
    assert TRACK.encode(events)[there][:, :2].max() == 1.0
    assert TRACK.encode(events)[there][:, :2].min() == 0.0


def test_a_movement_is_cut_by_its_events_and_the_last_piece_ends_with_it() -> None:
    events = movement(events=40)
    encoded = TRACK.encode(events)
    assert (encoded[:, :, 3] >= 0).sum(1).tolist() == [16, 16, 16, 0]
    whole = Track(events=40).encode(events)[0]
    assert torch.equal(encoded[2, 1:], whole[25:40])
    assert torch.equal(encoded[1, 1:], whole[17:32])
    assert encoded[:, 0, 2].tolist() == [0.0] * 4


def test_a_movement_of_more_pieces_than_fit_is_seen_in_pieces_spread_over_it() -> None:
    encoded = TRACK.encode(movement(events=500))
    whole = Track(events=500).encode(movement(events=500))[0]
    assert torch.equal(encoded[0, :, :2], whole[:16, :2])
    assert torch.equal(encoded[3, :, :2], whole[-16:, :2])


def test_a_training_piece_begins_anywhere_and_is_the_same_for_the_same_draws() -> None:
    front = TRACK.front(movement(events=200))
    one, again, other = (TRACK.piece(front, 0, draws(item)) for item in (1, 1, 2))
    assert one.shape == (1, 16, 4)
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert not torch.equal(one, TRACK.piece(front, 0, draws(1, epoch=1)))


def test_pieces_without_randomness_are_those_of_the_whole() -> None:
    front = TRACK.front(movement(events=60))
    assert TRACK.count_pieces(front) == 4
    pieces = torch.cat([TRACK.piece(front, number, None) for number in range(4)])
    assert torch.equal(pieces, TRACK.rest(front, None))


def test_a_short_movement_is_one_piece_filled_up() -> None:
    encoded = TRACK.encode(movement(events=5))
    assert encoded[0, :, 3].tolist() == [0.0] * 5 + [-1.0] * 11
    assert TRACK.count_pieces(TRACK.front(movement(events=5))) == 1


@pytest.mark.parametrize(("factor", "unit"), [(1, 1.0), (1e3, 1e-3), (1e6, 1e-6)])
def test_the_unit_of_time_is_found_and_makes_no_difference(factor: float, unit: float) -> None:
    events = movement("jerky") * [factor, 1, 1, 1]
    track = TrackBlock(events=16).learn([events])
    assert track.unit == unit
    assert torch.allclose(track.encode(events)[..., 2], Track(events=16, pieces=4).encode(movement("jerky"))[..., 2], atol=1e-5)


def test_a_block_learns_how_many_pieces_nearly_all_have_and_takes_what_is_asked_for() -> None:
    some = [movement(events=events, seed=events) for events in (100, 200, 300)]
    assert (TrackBlock().learn(some).events, TrackBlock().learn(some).pieces) == (128, 3)
    assert (TrackBlock(events=50).learn(some).pieces, TrackBlock(events=50, pieces=2, unit=0.5).learn(some).unit) == (6, 0.5)
    assert TrackBlock().learn([movement(events=30)]).events == 30


@pytest.mark.parametrize("settings", [{"events": 1}, {"pieces": 0}, {"unit": 0.0}, {"events": 65_536, "pieces": 1024}], ids=str)
def test_settings_that_can_not_be_meant_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Track(**settings)  # type: ignore[arg-type]


def test_steps_for_pictures_are_refused_and_so_is_nothing_at_all() -> None:
    with pytest.raises(UsageError, match="movements"):
        TrackBlock().learn([movement()], [Resize(8)])
    with pytest.raises(UsageError, match="no movements"):
        TrackBlock().learn([])


def test_it_is_shown_as_its_pieces_in_colours() -> None:
    picture = TRACK.decode(TRACK.encode(movement(events=60)))
    assert picture.shape == (64, 64, 3)
    assert TRACK.decode(TRACK.encode(movement(events=500))[:1]).shape == (32, 32, 3)


def test_windows_are_its_pieces_with_their_times() -> None:
    events = movement(events=60)
    windows = TRACK.windows(events)
    assert [tuple(each.encoded.shape) for each in windows] == [(1, 16, 4)] * 4
    assert windows[0].start == 0
    assert windows[-1].end == pytest.approx(events[-1, 0] - events[0, 0], abs=1e-3)
    with pytest.raises(UsageError, match="by its events"):
        TRACK.windows(events, every=2.0)


def test_what_was_off_the_screen_is_a_warning_of_the_answer() -> None:
    events = movement(events=100)
    events[3, 1] = 65535
    assert "off the screen" in TRACK.warnings(events)[0]
    assert TRACK.warnings(movement()) == ()
