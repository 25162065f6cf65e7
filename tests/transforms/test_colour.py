"""Every change of colour against torchvision's functional form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.transforms.v2 import functional as V

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.colour import (
    Brightness,
    Hue,
    add_contrast,
    brighten,
    check_colours,
    recolour,
    relight,
    saturate,
    shift_hue,
    unchanged,
)

CPU = torch.device("cpu")
CLOSE = 1e-5  # of 1


def pictures(count: int = 1, channels: int = 3) -> Tensor:
    return torch.rand(count, channels, 12, 15, generator=torch.Generator().manual_seed(3))


def factor(value: float) -> Tensor:
    return torch.tensor([value])


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("strength", [0.4, 1.0, 1.7])
def test_brightness_and_contrast_are_torchvisions(strength: float, channels: int) -> None:
    batch = pictures(channels=channels)
    bright = recolour(batch, brighten(unchanged(1, channels, CPU), factor(strength)))
    assert torch.allclose(bright, V.adjust_brightness(batch, strength), atol=CLOSE)
    stretched = recolour(batch, add_contrast(unchanged(1, channels, CPU), factor(strength), batch.mean((2, 3))))
    assert torch.allclose(stretched, V.adjust_contrast(batch, strength), atol=CLOSE)


@pytest.mark.parametrize("strength", [0.0, 0.4, 1.7])
def test_saturation_is_torchvisions(strength: float) -> None:
    batch = pictures()
    ours = recolour(batch, saturate(unchanged(1, 3, CPU), factor(strength)))
    assert torch.allclose(ours, V.adjust_saturation(batch, strength), atol=CLOSE)


@pytest.mark.parametrize("shift", [-0.5, -0.1, 0.0, 0.05, 0.3])
def test_hue_is_torchvisions(shift: float) -> None:
    batch = pictures()
    batch[:, :, 0] = batch[:, :1, 0]  # greys have no hue
    batch[:, 0, 1] = batch[:, 1, 1]  # two channels alike
    assert torch.allclose(shift_hue(batch, factor(shift)), V.adjust_hue(batch, shift), atol=CLOSE)


def test_several_changes_compose_to_torchvisions_one_after_the_other() -> None:
    batch = pictures() * 0.3 + 0.35  # nothing reaches black or white, where theirs would cut after each step
    means = batch.mean((2, 3))
    colours = add_contrast(brighten(unchanged(1, 3, CPU), factor(1.1)), factor(0.8), means)
    colours = add_contrast(saturate(colours, factor(1.3)), factor(1.2), means)
    theirs = V.adjust_contrast(V.adjust_brightness(batch, 1.1), 0.8)
    theirs = V.adjust_contrast(V.adjust_saturation(theirs, 1.3), 1.2)
    assert torch.allclose(recolour(batch, colours), theirs, atol=CLOSE)


def test_relighting_is_recolouring_where_channels_stay_apart() -> None:
    batch = pictures()
    colours = add_contrast(brighten(unchanged(1, 3, CPU), factor(1.4)), factor(0.7), batch.mean((2, 3)))
    expected = recolour(batch, colours)
    assert torch.allclose(relight(batch.clone(), colours).clamp(0, 1), expected, atol=CLOSE)


def test_each_picture_has_its_own_factor() -> None:
    batch = pictures(2)
    ours = recolour(batch, brighten(unchanged(2, 3, CPU), torch.tensor([0.5, 1.0])))
    assert torch.equal(ours[1], batch[1])
    assert torch.allclose(ours[0], batch[0] / 2)


def test_more_and_less_are_equally_likely() -> None:
    factors = Brightness(max_change=0.5, p=1.0).factors(Draws(0, 0, np.arange(2000)), "b")
    assert 0.5 <= factors.min() < 0.52
    assert 1.95 < factors.max() <= 2.0
    assert abs(np.median(factors) - 1) < 0.06


def test_p_is_how_many_are_changed() -> None:
    draws = Draws(0, 0, np.arange(2000))
    assert np.mean(Brightness(p=0.3).factors(draws, "b") != 1) == pytest.approx(0.3, abs=0.04)
    assert np.mean(Hue(p=0.3).shifts(draws, "h") != 0) == pytest.approx(0.3, abs=0.04)


def test_a_change_of_the_impossible_is_refused() -> None:
    with pytest.raises(UsageError, match=r"max_change is 1\.5, outside 0 to"):
        Brightness(max_change=1.5)
    with pytest.raises(UsageError, match="max_change is nan"):
        Hue(max_change=float("nan"))
    with pytest.raises(UsageError, match="Hue needs pictures of 3 channels or 1, these have 4"):
        check_colours(4, "Hue")
