"""Every geometric change against torchvision's functional form."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2 import functional as V

from fledge.transforms.matrices import Matrices, Size2, composed, rotated, turned, warped, window, zoomed
from fledge.transforms.resample import sample

BILINEAR = InterpolationMode.BILINEAR
CLOSE = 2e-4  # of 1: both sides work out where a pixel comes from in float32, in another order


def photo(height: int = 48, width: int = 64) -> Tensor:
    """Something smooth with a little of everything, 0 to 1."""
    y, x = torch.meshgrid(torch.linspace(0, 1, height), torch.linspace(0, 1, width), indexing="ij")
    waves = [torch.sin(7 * x + 3 * y), torch.cos(5 * x * y + 1), torch.sin(9 * y - 2 * x)]
    return torch.stack(waves)[None] * 0.5 + 0.5


def moved(picture: Tensor, matrices: Matrices, size: Size2 | None = None) -> Tensor:
    return sample(picture, torch.from_numpy(matrices.astype(np.float32)), size or (48, 64), "zeros")


def assert_same_inside(ours: Tensor, theirs: Tensor, edge: int = 0) -> None:
    """Equal wherever both took the picture and not the black around it (and `edge` pixels in from the frame)."""
    seen = (theirs > 0).all(1, keepdim=True).float()
    inner = -torch.nn.functional.max_pool2d(-seen, 5, stride=1, padding=2)
    inner = inner[:, :, edge : seen.shape[2] - edge, edge : seen.shape[3] - edge] > 0
    ours, theirs = (each[:, :, edge : seen.shape[2] - edge, edge : seen.shape[3] - edge] for each in (ours, theirs))
    assert inner.float().mean() > 0.4
    assert ((ours - theirs).abs() * inner).max() < CLOSE


@pytest.mark.parametrize("degrees", [-30.0, 10.0, 90.0])
def test_a_rotation_is_torchvisions(degrees: float) -> None:
    picture = photo() * 0.9 + 0.1
    assert_same_inside(moved(picture, rotated(degrees, 64 / 48)), V.rotate(picture, degrees, interpolation=BILINEAR))


@pytest.mark.parametrize("scale", [0.8, 1.25])
def test_a_zoom_is_torchvisions(scale: float) -> None:
    picture = photo() * 0.9 + 0.1
    theirs = V.affine(picture, angle=0.0, translate=[0, 0], scale=scale, shear=[0.0, 0.0], interpolation=BILINEAR)
    assert_same_inside(moved(picture, zoomed(scale)), theirs)


@pytest.mark.parametrize(("x", "y"), [(0.2, 0.0), (0.0, -0.15), (-0.1, 0.0)])
def test_a_warp_is_torchvisions_perspective(x: float, y: float) -> None:
    picture = photo() * 0.9 + 0.1
    frame = np.array([[0, 0], [64, 0], [64, 48], [0, 48]])
    corners = frame / [64, 48] * 2 - 1
    taken = corners * (1 - np.array([y, x]) * corners[:, ::-1])  # y tilts widths, x tilts heights
    start = ((taken + 1) / 2 * [64, 48]).tolist()
    theirs = V.perspective(picture, start, frame.tolist(), interpolation=BILINEAR)
    assert_same_inside(moved(picture, warped(x, y)), theirs)


def test_flips_are_torchvisions() -> None:
    picture = photo()
    for code, theirs in ((1, V.horizontal_flip(picture)), (2, V.vertical_flip(picture))):
        assert (moved(picture, turned(np.array([code]))) - theirs).abs().max() < CLOSE


@pytest.mark.parametrize(("height", "width", "size"), [(30, 40, (48, 64)), (41, 17, (33, 40)), (48, 64, (40, 60))])
def test_a_crop_is_torchvisions_resized_crop(height: int, width: int, size: Size2) -> None:
    picture = photo()
    ours = moved(picture, window(5, 3, height, width, (48, 64)) if height < 48 else window(0, 0, 48, 64, (48, 64)), size)
    top, left = (5, 3) if height < 48 else (0, 0)
    theirs = V.resized_crop(picture, top, left, height, width, list(size), interpolation=BILINEAR, antialias=False)
    # At the cut theirs repeats the crop's last pixel; ours takes the picture's next one.
    assert (ours - theirs)[:, :, 3:-3, 3:-3].abs().max() < CLOSE


def test_a_turn_in_a_wide_frame_keeps_circles_round() -> None:
    matrix = rotated(90.0, 2.0)[0]
    assert matrix[:2, :2] == pytest.approx(np.array([[0, -0.5], [2, 0]]))


def test_changes_compose_in_the_order_given() -> None:
    picture = photo() * 0.9 + 0.1
    first, second = rotated(20.0, 64 / 48), zoomed(1.3, 0.2, -0.1)
    twice = moved(moved(picture, first), second)
    assert (moved(picture, composed([first, second], 1)) - twice)[:, :, 12:-12, 12:-12].abs().max() < 0.01


def test_a_zoom_leaves_its_centre_where_it_is() -> None:
    assert zoomed(1.7, 0.3, -0.6)[0] @ [0.3, -0.6, 1] == pytest.approx(np.array([0.3, -0.6, 1]))
