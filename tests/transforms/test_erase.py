"""Erased patches and noise."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torchvision.transforms.v2 import functional as V

from fledge.core.seeds import Draws
from fledge.transforms.erase import Erase, Noise, add_noise, erase

MEAN, STD = torch.full((3, 1, 1), 0.4), torch.full((3, 1, 1), 0.25)


def draws(count: int) -> Draws:
    return Draws(seed=5, epoch=1, items=np.arange(count))


def test_erasing_is_torchvisions() -> None:
    picture = torch.rand(3, 20, 30)
    expected = V.erase(picture, 4, 7, 9, 11, torch.zeros(3, 9, 11))
    erase(picture, 4, 7, 9, 11)
    assert torch.equal(picture, expected)


def test_boxes_lie_inside_and_have_the_area_asked_for() -> None:
    boxes = Erase(min_area=0.1, max_area=0.2, p=1.0).boxes(draws(500), "e", (60, 90))
    top, left, height, width = boxes.T
    assert (boxes >= 0).all()
    assert ((top + height <= 60) & (left + width <= 90)).all()
    share = height * width / (60 * 90)
    assert 0.09 < share.min() < share.max() < 0.21


def test_boxes_come_as_often_as_p_says() -> None:
    boxes = Erase(p=0.4).boxes(draws(2000), "e", (60, 90))
    assert np.mean(boxes[:, 2] * boxes[:, 3] > 0) == pytest.approx(0.4, abs=0.04)


def test_noise_has_the_spread_asked_for() -> None:
    picture = torch.zeros(3, 64, 64)
    add_noise(picture, 0.05, 7, MEAN, STD)
    assert (picture * STD).std() == pytest.approx(0.05, abs=0.002)
    assert (picture * STD).mean() == pytest.approx(0.0, abs=0.002)


def test_noise_stays_between_black_and_white() -> None:
    picture = torch.zeros(3, 64, 64)
    add_noise(picture, 1.0, 7, MEAN, STD)
    values = picture * STD + MEAN
    assert values.min() == pytest.approx(0, abs=1e-6)
    assert values.max() == pytest.approx(1, abs=1e-6)


def test_noise_is_the_items_own() -> None:
    together, alone = torch.zeros(4, 3, 8, 8), torch.zeros(1, 3, 8, 8)
    Noise(p=1.0).finish(together, draws(4), "n", MEAN, STD)
    Noise(p=1.0).finish(alone, Draws(5, 1, np.array([2])), "n", MEAN, STD)
    assert torch.equal(together[2], alone[0])
    assert not torch.equal(together[1], together[2])


def test_noise_comes_as_often_as_p_says() -> None:
    pictures = torch.zeros(300, 3, 2, 2)
    Noise(p=0.4).finish(pictures, draws(300), "n", MEAN, STD)
    assert pictures.ne(0).any(3).any(2).any(1).float().mean() == pytest.approx(0.4, abs=0.1)
