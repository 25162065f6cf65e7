"""Large pictures in overlapping tiles, and their scores as one map without seams."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.transforms.image import Image
from fledge.transforms.picture import read_picture
from fledge.transforms.resize import resized

OVERLAP = 0.25
"""The share of a tile that its neighbour sees too."""

_AT_ONCE = 4
_GRID = 32
"""Tiles begin at multiples of this, as bodies halve pictures five times: then each sees the same grid that the whole would."""


@final
@dataclass(frozen=True, eq=False)
class Tiles:
    """A picture at the scale a model knows (`canvas`, bytes), and where the tiles begin on it."""

    canvas: Tensor
    picture: tuple[int, int]
    """The height and width it has itself."""
    size: tuple[int, int]
    tops: Sequence[int]
    lefts: Sequence[int]
    overlap: tuple[int, int]

    def at(self, top: int, left: int) -> Tensor:
        """One tile; past the edge of the picture its last pixels go on."""
        rows, columns = (
            (torch.arange(length) + start).clamp(max=side - 1)
            for length, start, side in zip(self.size, (top, left), self.canvas.shape[1:], strict=True)
        )
        return self.canvas[:, rows][:, :, columns]


def cut(value: object, transform: Image, size: tuple[int, int]) -> Tiles:
    """A picture at such a scale that what is `size` (height, width) pixels of it becomes what the model sees at once."""
    if not (len(size) == 2 and all(isinstance(each, int) and each >= 8 for each in size)):
        raise UsageError(f"tiles={size!r} is no height and width of 8 pixels or more", hint="tiles=True, or tiles=(360, 480)")
    pixels = read_picture(value, channels=transform.channels)
    height, width = pixels.shape[1:]
    high, wide = transform.sees(size)
    canvas = resized(pixels, max(1, round(height * high / size[0])), max(1, round(width * wide / size[1])))
    overlap = _overlap(high), _overlap(wide)
    tops, lefts = (
        starts(side, tile, tile - both) for side, tile, both in zip(canvas.shape[1:], (high, wide), overlap, strict=True)
    )
    return Tiles(canvas, (height, width), (high, wide), tops, lefts, overlap)


def starts(side: int, tile: int, step: int) -> list[int]:
    """Where tiles begin on a side; the last one may reach over its end.

    >>> starts(400, 128, 96), starts(100, 128, 96)
    ([0, 96, 192, 288], [0])
    """
    return list(range(0, max(side - tile, 0) + step, step)) if side > tile else [0]


def joined(tiles: Tiles, outputs: Callable[[Tensor], Tensor]) -> Tensor:
    """Scores (classes, height, width) of the whole canvas: where tiles overlap, each counts less towards its own edge."""
    places = [(top, left) for top in tiles.tops for left in tiles.lefts]
    total = weight = torch.zeros(0)
    for start in range(0, len(places), _AT_ONCE):
        some = places[start : start + _AT_ONCE]
        for (top, left), scores in zip(some, outputs(torch.stack([tiles.at(*place) for place in some])), strict=True):
            if not total.numel():
                reach = tiles.tops[-1] + tiles.size[0], tiles.lefts[-1] + tiles.size[1]
                total, weight = torch.zeros(scores.shape[0], *reach), torch.zeros(reach)
            down = _ramp(tiles.size[0], tiles.overlap[0], first=top == 0, last=top == tiles.tops[-1])
            across = _ramp(tiles.size[1], tiles.overlap[1], first=left == 0, last=left == tiles.lefts[-1])
            trust = down[:, None] * across
            part = slice(top, top + tiles.size[0]), slice(left, left + tiles.size[1])
            total[:, part[0], part[1]] += scores * trust
            weight[part] += trust
    height, width = tiles.canvas.shape[1:]
    return (total / weight)[:, :height, :width]


def _overlap(tile: int) -> int:
    """How many pixels of a tile its neighbour sees too."""
    if tile >= 4 * _GRID:
        return round(tile * OVERLAP / _GRID) * _GRID + (tile % _GRID)
    return max(2, round(tile * OVERLAP))


def _ramp(tile: int, overlap: int, *, first: bool, last: bool) -> Tensor:
    """How much each line of a tile counts: nothing at an edge where the picture goes on, for there the tile sees too little.

    >>> _ramp(8, 4, first=False, last=True).tolist()
    [0.0, 0.25, 0.75, 1.0, 1.0, 1.0, 1.0, 1.0]
    """
    margin = overlap // 4
    edge = ((torch.arange(tile) + 0.5 - margin) / max(overlap - 2 * margin, 1)).clamp(0, 1)
    whole = torch.ones(tile)
    return (whole if first else edge) * (whole if last else edge.flip(0))
