"""Movements as pictures."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.transforms.track import Track
from fledge.transforms.track_drawing import CHANNELS, Canvas
from tests.tracks import movement

CANVAS = Canvas(size=40)


def drawn(*events: tuple[float, float, float, int]) -> dict[str, Tensor]:
    """A piece's pictures by name, of (x, y, seconds since the last, kind)."""
    return dict(zip(CHANNELS, CANVAS(torch.tensor(events)[None])[0], strict=True))


def test_a_stroke_is_a_line_without_gaps_from_where_it_begins_to_where_it_ends() -> None:
    stroke = drawn((0, 0, 0, 0), (1, 1, 0.1, 0))["stroke"]
    assert stroke.sum() == 33
    assert torch.equal(stroke, stroke.T)
    assert stroke.diagonal()[4:36].all()


@pytest.mark.parametrize(("way", "x", "y"), [("right", 1, 0), ("left", -1, 0), ("down", 0, 1), ("up", 0, -1)])
def test_a_stroke_says_which_way_it_goes(way: str, x: float, y: float) -> None:
    maps = drawn((0, 0, 0, 0), (x, y, 0.1, 0))
    assert maps[way].max() == 1
    assert all(maps[other].max() < 1e-6 for other in ("right", "left", "down", "up") if other != way)


def test_faster_strokes_and_later_ones_are_brighter() -> None:
    there = [(0, 0, 0, 0), (1, 0, 0.1, 0)]
    assert drawn(*there)["speed"].max() > drawn(there[0], (1, 0, 1.0, 0))["speed"].max() > 0.1
    time = drawn((0, 0, 0, 0), (1, 0, 1, 0), (1, 1, 1, 0))["time"]
    top, right = time[3:6, 8:30].amax(0), time[10:34, 34:38].amax(1)
    assert 0 < top.max() < right.min()


def test_events_further_apart_in_time_are_brighter_in_a_picture_of_their_own() -> None:
    levels = [drawn((0, 0, 0, 0), (1, 0, since, 0))["interval"].max() for since in (0.008, 0.1, 0.7)]
    assert levels == sorted(set(levels))


def test_a_rest_is_a_disc_where_it_was_the_larger_the_longer() -> None:
    sizes = [int((drawn((0, 0, 0, 0), (1, 1, 0.1, 0), (1, 0, rest, 0))["pauses"] > 0).sum()) for rest in (0.1, 0.4, 1.0, 9.0)]
    assert sizes[0] == 0
    assert sizes == sorted(set(sizes))
    place = drawn((0, 0, 0, 0), (1, 1, 0.1, 0), (1, 0, 9, 0))["pauses"].nonzero().float().mean(0)
    assert torch.allclose(place, torch.tensor([35.0, 35.0]), atol=1.5)


def test_a_press_is_a_circle_around_its_place() -> None:
    clicks = drawn((0, 0, 0, 0), (0.5, 0.5, 0.1, 1), (1, 1, 0.1, 2))["clicks"]
    away = [math.dist(pixel, (19.5, 19.5)) for pixel in clicks.nonzero().tolist()]
    assert len(away) > 8
    assert max(away) < 5
    assert min(away) > 1.5


def test_size_makes_no_difference() -> None:
    pieces = Track(events=32, pieces=2).encode(movement(events=64))
    other = [each for each in range(len(CHANNELS)) if CHANNELS[each] != "speed"]
    larger = pieces * torch.tensor([2.0, 2.0, 1.0, 1.0])
    assert torch.equal(CANVAS(larger)[:, other], CANVAS(pieces)[:, other])


def test_a_piece_comes_out_the_same_bits_alone_in_any_batch_and_under_autocast() -> None:
    pieces = torch.cat([Track(events=32, pieces=4).encode(movement(kind, 128)) for kind in ("curved", "jerky")])
    together = CANVAS(pieces)
    for place in range(len(pieces)):
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(CANVAS(pieces[place, None])[0], together[place])


def test_events_that_are_none_leave_nothing() -> None:
    short = movement(events=20)
    alone, filled = Track(events=20).encode(short), Track(events=64).encode(short)
    assert torch.equal(CANVAS(alone), CANVAS(filled))
    assert not CANVAS(torch.full((1, 8, 4), -1.0)).any()


def test_who_never_moves_is_a_place() -> None:
    maps = drawn((3, 3, 0, 0), (3, 3, 1.0, 1), (3, 3, 0.1, 2))
    assert maps["clicks"].any()
    assert maps["pauses"].any()


def test_colours_go_from_paper_white_to_blue_and_red() -> None:
    slow, fast = (CANVAS(torch.tensor([[[0, 0, 0, 0], [1.0, 1, since, 0]]]))[0] for since in (60.0, 0.01))
    blue, red = CANVAS.in_colours(slow)[20, 20], CANVAS.in_colours(fast)[20, 20]
    assert (CANVAS.in_colours(slow)[0, 0] == 255).all()
    assert blue[2] > 150 > blue[0]
    assert red[0] > 150 > red[2]


def test_settings_that_can_not_be_meant_are_refused() -> None:
    with pytest.raises(UsageError, match="canvas"):
        Canvas(size=4)
    with pytest.raises(UsageError, match="canvas"):
        Canvas(pause=0)
