"""Simple models of each place of a picture: the same map for all, or what colours and places tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture, Count

CELL = 4
"""Pixels a side of the cells that are told apart: finer ones take long and tell little more."""

_NEAR, _FAR = 5, 17
"""Cells a side that a cell's surroundings are seen by."""

_OWN = 4
"""How many colours are looked at for each channel: the cell's own, how far its pixels stray, near and far around it."""


@final
@dataclass(frozen=True)
class SameMap(Architecture):
    """One map of scores for all pictures, of whatever size those are.

    >>> SameMap(outputs=2, height=3, width=4).build()(torch.zeros(5, 3, 6, 8)).shape
    torch.Size([5, 2, 6, 8])
    """

    outputs: Count
    height: Annotated[int, msgspec.Meta(ge=1, le=4096)]
    width: Annotated[int, msgspec.Meta(ge=1, le=4096)]

    def build(self) -> Map:
        return Map(torch.zeros(self.outputs, self.height, self.width))


class Map(nn.Module):
    """Says `scores` (classes, height, width) of whatever it is given."""

    scores: Tensor

    def __init__(self, scores: Tensor) -> None:
        super().__init__()
        self.register_buffer("scores", scores)

    def forward(self, inputs: Tensor) -> Tensor:
        spread = self.scores[None]
        if self.scores.shape[1:] != inputs.shape[2:]:
            spread = F.interpolate(spread, inputs.shape[2:], mode="bilinear")
        return spread.expand(inputs.shape[0], -1, -1, -1)  # (batch, classes, height, width)


@final
@dataclass(frozen=True)
class EachPlace(Architecture):
    """A model of features that is asked about each cell of a picture: its colours, those around it, and where it lies.

    `mean` and `std` are those that prepared pictures were normalised by, and are undone first.
    """

    model: Architecture
    channels: Annotated[int, msgspec.Meta(ge=1, le=64)] = 3
    mean: tuple[float, ...] = (0.0,)
    std: tuple[Annotated[float, msgspec.Meta(gt=0, le=1000)], ...] = (1.0,)

    def __post_init__(self) -> None:
        if getattr(self.model, "inputs", None) != cell_features(self.channels):
            raise UsageError(f"{type(self.model).__name__} doesn't take the features of a cell")

    @property
    def outputs(self) -> int:
        """How many classes are told apart."""
        outputs: int = getattr(self.model, "outputs")  # noqa: B009 - what takes features has outputs
        return outputs

    def build(self) -> PlaceModel:
        return PlaceModel(Cells(self.mean, self.std), self.model.build())


class PlaceModel(nn.Module):
    """Two parts, each of use alone: `cells` (pictures to vectors, one a cell) and `model` (vectors to scores)."""

    def __init__(self, cells: Cells, model: nn.Module) -> None:
        super().__init__()
        self.cells = cells
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        seen = self.cells(x)  # (batch, features, rows, columns)
        batch, _, rows, columns = seen.shape
        scores = self.model(seen.permute(0, 2, 3, 1).flatten(0, 2))  # (batch * rows * columns, classes)
        maps = scores.view(batch, rows, columns, -1).permute(0, 3, 1, 2)
        return F.interpolate(maps.float().contiguous(), x.shape[2:], mode="bilinear")  # (batch, classes, height, width)


class Cells(nn.Module):
    """Prepared pictures (batch, channels, height, width) to features of each cell, (batch, features, rows, columns)."""

    def __init__(self, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
        super().__init__()
        self.mean = mean
        self.std = std

    def forward(self, prepared: Tensor) -> Tensor:
        plain = prepared.float().contiguous()
        pixels = plain * plain.new_tensor(self.std).view(-1, 1, 1) + plain.new_tensor(self.mean).view(-1, 1, 1)
        rows, columns = (max(1, round(side / CELL)) for side in pixels.shape[2:])
        own = F.adaptive_avg_pool2d(pixels, (rows, columns))
        strays = (F.adaptive_avg_pool2d(pixels.square(), (rows, columns)) - own.square()).clamp(min=0).sqrt()
        down, across = ((torch.arange(side, device=own.device) + 0.5) / side for side in (rows, columns))
        places = torch.stack(torch.meshgrid(down, across, indexing="ij")).expand(len(own), -1, -1, -1)
        return torch.cat([own, strays, _around(own, _NEAR), _around(own, _FAR), places], 1)


def cell_features(channels: int) -> int:
    """How many features a cell of such pictures has."""
    return _OWN * channels + 2


def _around(cells: Tensor, side: int) -> Tensor:
    """The mean of the cells around each, as far as there are some."""
    return F.avg_pool2d(cells, side, stride=1, padding=side // 2, count_include_pad=False)
