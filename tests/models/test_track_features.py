"""What a movement is like on the whole."""

from __future__ import annotations

import torch

from fledge.models.by_piece import PieceNet
from fledge.models.track_features import TrackFeatures
from fledge.transforms.track import Track
from tests.tracks import movement

TRACK = Track(events=48)
NET = TrackFeatures().build()


def test_features_are_finite_whatever_the_movement() -> None:
    short = TRACK.encode(movement(events=2))
    still = TRACK.encode(movement(events=30) * [1, 0, 0, 1])
    at_once = TRACK.encode(movement(events=30) * [0, 1, 1, 1])
    features = NET(torch.stack([short, still, at_once, torch.full((1, 48, 4), -1.0)]))
    assert features.shape == (4, TrackFeatures().width)
    assert features.isfinite().all()


def test_events_that_are_none_change_nothing() -> None:
    events = movement(events=30)
    assert torch.allclose(NET(Track(events=30).encode(events)), NET(TRACK.encode(events)), atol=1e-5)


def test_a_quick_hand_is_mostly_faster_than_a_slow_one() -> None:
    slow, quick = (NET(TRACK.encode(movement(kind, 40)))[0] for kind in ("curved", "jerky"))
    assert (quick[1:5] > slow[1:5]).all()


def test_the_answers_of_pieces_are_averaged_and_empty_ones_not_looked_at() -> None:
    def answer(pieces: torch.Tensor) -> torch.Tensor:
        assert (pieces[:, 0, 3] >= 0).all()
        return torch.stack([pieces[:, 0, 0], 1 - pieces[:, 0, 0]], 1).log()

    inputs = torch.full((2, 3, 4, 4), -1.0)
    inputs[0, :2, :, 3] = inputs[1, 0, :, 3] = 0.0
    inputs[0, 0, 0, 0], inputs[0, 1, 0, 0], inputs[1, 0, 0, 0] = 0.2, 0.6, 0.9
    net = torch.nn.Module()
    net.forward = answer
    assert torch.allclose(PieceNet(net)(inputs).exp()[:, 0], torch.tensor([0.4, 0.9]))
