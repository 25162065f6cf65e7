"""Pictures taken along matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torchvision.transforms.v2 import functional as V

from fledge.transforms.matrices import rotated, turned, window, zoomed
from fledge.transforms.resample import onto_shrunk, routes, sample, shrink, turn


def test_the_eight_turns_are_exact_and_what_their_matrices_say() -> None:
    picture = torch.rand(1, 3, 9, 9)
    for code in range(8):
        sampled = sample(picture, torch.from_numpy(turned(np.array([code]))).float(), (9, 9), "zeros")
        assert torch.allclose(turn(picture, code), sampled, atol=1e-4)


def test_items_that_are_only_turned_are_not_sampled() -> None:
    matrices = np.concatenate([turned(np.array([0, 1, 6])), rotated(3.0)])
    ways = {int(row): route.turn for route in routes(matrices, (8, 8), (8, 8)) for row in route.rows}
    assert ways == {0: 0, 1: 1, 2: 6, 3: None}


def test_a_quarter_turn_of_a_wide_picture_is_sampled() -> None:
    assert [route.turn for route in routes(turned(np.array([4])), (8, 10), (8, 10))] == [None]


@pytest.mark.parametrize(("side", "pool"), [(20, 1), (30, 1), (31, 2), (60, 2), (61, 4), (120, 4)])
def test_pixels_are_averaged_in_pairs_once_more_than_one_and_a_half_meet(side: int, pool: int) -> None:
    assert [route.pool for route in routes(turned(np.array([0])), (side, 24), (20, 20))] == [(pool, 1)]


def test_a_crop_of_a_part_is_averaged_less_than_the_whole() -> None:
    matrices = np.concatenate([window(0, 0, 80, 80, (80, 80)), window(0, 0, 30, 30, (80, 80)), zoomed(0.5)])
    pools = {int(row): route.pool for route in routes(matrices, (80, 80), (20, 20)) for row in route.rows}
    assert pools == {0: (4, 4), 1: (1, 1), 2: (8, 8)}


@pytest.mark.parametrize("side", [96, 97])
def test_shrinking_stays_near_torchvisions_antialiased_resize(side: int) -> None:
    noise = torch.rand(1, 1, 200, 200, generator=torch.Generator().manual_seed(0))
    picture = F.interpolate(noise, (side, side), mode="bicubic").clamp(0, 1)
    (route,) = routes(turned(np.array([0])), (side, side), (32, 32))
    matrices = torch.from_numpy(onto_shrunk(turned(np.array([0])), (side, side), route.pool)).float()
    ours = sample(shrink(picture, route.pool), matrices, (32, 32), "reflection")
    theirs = V.resize(picture, [32, 32], antialias=True)
    plain = V.resize(picture, [32, 32], antialias=False)
    assert (ours - theirs).abs().mean() < 0.5 * (plain - theirs).abs().mean()


@pytest.mark.parametrize("pool", [(1, 1), (2, 1), (2, 4), (8, 2)])
def test_shrinking_takes_the_mean_of_each_pool(pool: tuple[int, int]) -> None:
    pictures = torch.randint(0, 256, (2, 3, 16, 24)).float()
    assert torch.equal(shrink(pictures, pool), F.avg_pool2d(pictures, pool))


def test_a_fine_chequerboard_shrinks_to_grey() -> None:
    board = (torch.arange(64)[:, None] + torch.arange(64)) % 2 * 1.0
    (route,) = routes(turned(np.array([0])), (64, 64), (24, 24))
    matrices = torch.from_numpy(onto_shrunk(turned(np.array([0])), (64, 64), route.pool)).float()
    shrunk = sample(shrink(board[None, None], route.pool), matrices, (24, 24), "reflection")
    assert shrunk.min() == shrunk.max() == 0.5


def test_places_stay_when_a_pool_reaches_over_the_edge() -> None:
    ramp = torch.arange(101.0).expand(1, 1, 1, 101)
    matrices = torch.from_numpy(onto_shrunk(turned(np.array([0])), (1, 101), (1, 2))).float()
    ours = sample(shrink(ramp, (1, 2)), matrices, (1, 50), "reflection")[0, 0, 0]
    expected = (torch.arange(50) + 0.5) * 101 / 50 - 0.5
    assert torch.allclose(ours[1:-1], expected[1:-1], atol=1e-3)
