"""Colours and edges of pictures, as a vector of a few hundred numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.models.on_features import Features

_SIDE = 48
"""Pixels a side that colours and edges are looked for in; finer detail tells little more and takes long."""
_CELLS, _DIRECTIONS, _TILES = 6, 8, 4
_SHADES = {1: 12, 2: 6, 3: 4}
"""How many shades of each channel are told apart, by how many channels are looked at together."""
_SMALL = 1e-6


@final
@dataclass(frozen=True)
class PictureFeatures(Features):
    """How often each colour occurs, which lies where, and which way edges run in each part of a picture.

    `mean` and `std` are those that prepared pictures were normalised by, and are undone first.

    >>> PictureFeatures(channels=3).build()(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 400])
    """

    channels: Annotated[int, msgspec.Meta(ge=1, le=64)]
    mean: tuple[float, ...] = (0.0,)
    std: tuple[Annotated[float, msgspec.Meta(gt=0, le=1000)], ...] = (1.0,)

    @property
    def width(self) -> int:
        seen = min(3, self.channels)
        mixtures: int = _SHADES[seen] ** seen
        return _DIRECTIONS * _CELLS * _CELLS + mixtures + self.channels * _TILES * _TILES

    @property
    def words(self) -> str:
        return "colours" if self.channels >= 3 else "edges"

    def build(self) -> PictureFeaturesNet:
        return PictureFeaturesNet(self.mean, self.std)


class PictureFeaturesNet(nn.Module):
    """Prepared pictures (batch, channels, height, width) to features, the square roots of shares and strengths."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.mean = mean
        self.std = std

    def forward(self, prepared: Tensor) -> Tensor:
        small = shrunk(prepared.float())
        pixels = small * small.new_tensor(self.std).view(-1, 1, 1) + small.new_tensor(self.mean).view(-1, 1, 1)
        seen = pixels[:, :3]
        layout = F.adaptive_avg_pool2d(pixels, _TILES).flatten(1)  # (batch, channels * tiles)
        return torch.cat([edges(seen.mean(1, keepdim=True)), colours(seen), layout], 1)


def shrunk(pictures: Tensor) -> Tensor:
    """Pictures at most `_SIDE` pixels high and wide, each pixel the mean of those it stands for."""
    height, width = (min(_SIDE, side) for side in pictures.shape[2:])
    return F.adaptive_avg_pool2d(pictures, (height, width)).contiguous()


def colours(pixels: Tensor) -> Tensor:
    """How often each mixture of shades occurs; a pixel between two shades counts for both in part.

    >>> colours(torch.ones(1, 1, 2, 2)).round(decimals=2)[0, -2:]
    tensor([0., 1.])
    """
    shades = _SHADES[pixels.shape[1]]
    places = torch.arange(shades, dtype=pixels.dtype, device=pixels.device).view(-1, 1)
    near = (1 - (pixels.flatten(2)[:, :, None] * (shades - 1) - places).abs()).relu()  # (batch, channels, shades, pixels)
    mixed, *others = near.unbind(1)
    for other in others[:-1]:
        mixed = (mixed[:, :, None] * other[:, None]).flatten(1, 2)  # (batch, shades * shades, pixels)
    # The product with the last channel sums up over the pixels.
    last = others[-1] if others else torch.ones_like(near[:, 0, :1])
    counted = (mixed @ last.transpose(1, 2)).flatten(1)  # (batch, shades ** channels)
    return (counted / near.shape[3]).clamp_min(_SMALL).sqrt()


def edges(grey: Tensor) -> Tensor:
    """How strongly brightness rises in each direction, in each cell of a picture, against what lies around it."""
    rises = F.conv2d(F.pad(grey, (1, 1, 1, 1), mode="replicate"), _slopes(grey)).relu()  # (batch, directions, height, width)
    steepness = rises.square().sum(1, keepdim=True) + _SMALL
    # The cube leaves little but the direction in which it rises most.
    cells = F.adaptive_avg_pool2d(rises**3 / steepness, _CELLS)  # (batch, directions, cells, cells)
    energy = cells.square().sum(1, keepdim=True)
    around = F.avg_pool2d(energy, 3, stride=1, padding=1, count_include_pad=False)
    return (0.1 * cells / (around + 1e-4).sqrt()).clamp_min(_SMALL).sqrt().flatten(1)


def _slopes(like: Tensor) -> Tensor:
    """Sobel's kernels turned to each direction, (directions, 1, 3, 3)."""
    across = like.new_tensor([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 8
    angles = [2 * math.pi * direction / _DIRECTIONS for direction in range(_DIRECTIONS)]
    return torch.stack([math.cos(each) * across + math.sin(each) * across.T for each in angles])[:, None]
