"""Scores of what a model sees, brought to a picture's own size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.tasks.regions import Scene
from fledge.transforms.mask_colours import VOID
from fledge.transforms.picture_graph import seen_axes
from fledge.transforms.resize import PictureStep

_STRIP = 1 << 23
"""Scores that are brought to a picture's own size at a time."""


def spread_out(scores: Tensor, scene: Scene) -> NDArray[np.uint8]:
    """The best class at each place of a picture of its own size, from scores of the part that was seen; VOID elsewhere."""
    top, left, high, wide = scene.seen
    down, across = (
        (torch.arange(count) + 0.5 - start) / length * 2 - 1
        for count, start, length in ((scene.height, top, high), (scene.width, left, wide))
    )
    mask = np.full((scene.height, scene.width), VOID, np.uint8)
    rows, columns = (np.flatnonzero((each.abs() <= 1).numpy()) for each in (down, across))
    if not len(rows) or not len(columns):
        return mask
    first, last = int(columns[0]), int(columns[-1]) + 1
    count = max(1, _STRIP // (scores.shape[0] * (last - first)))
    for start in range(int(rows[0]), int(rows[-1]) + 1, count):
        end = min(start + count, int(rows[-1]) + 1)
        grid = torch.stack(torch.meshgrid(down[start:end], across[first:last], indexing="ij")[::-1], -1)[None]
        spread = F.grid_sample(scores[None], grid, mode="bilinear", padding_mode="border", align_corners=False)
        mask[start:end, first:last] = spread[0].argmax(0).to(torch.uint8).numpy()
    return mask


class SpreadGraph(nn.Module):
    """The same inside an exported graph: scores (batch, classes, high, wide) to the masks (batch, height, width) and shares.

    `canvas` (height, width) has the picture's own size, and nothing on it counts. One class is spread out at a time, for all
    of them at the size of a large picture would fill any memory.
    """

    def __init__(self, steps: tuple[PictureStep, ...]) -> None:
        super().__init__()
        self.steps = steps

    def forward(self, scores: Tensor, canvas: Tensor) -> tuple[Tensor, Tensor]:
        down, across = (
            _Line.of(*part, count, seen)
            for part, count, seen in zip(seen_axes(self.steps, *canvas.shape), canvas.shape, scores.shape[2:], strict=True)
        )
        wide = across.spread(scores, 3)  # (batch, classes, high, width)
        best = down.spread(wide[:, 0], 1)  # (batch, height, width)
        mask = torch.zeros_like(best, dtype=torch.int32)
        for place in range(1, scores.shape[1]):
            score = down.spread(wide[:, place], 1)
            mask = torch.where(score > best, place, mask)
            best = torch.maximum(score, best)
        seen = down.seen[:, None] & across.seen
        return torch.where(seen, mask, VOID).to(torch.uint8), scores.softmax(1)


@final
@dataclass(frozen=True)
class _Line:
    """For each place along a side of a picture: the two scores it lies between, how near the second is, whether it is seen."""

    first: Tensor
    second: Tensor
    share: Tensor
    seen: Tensor

    @classmethod
    def of(cls, start: Tensor, length: Tensor, count: int, scores: int) -> Self:
        """As `grid_sample` finds them, in the same steps."""
        place = (torch.arange(count) + 0.5 - start.float()) / length.float() * 2 - 1
        at = (((place + 1) * scores - 1) / 2).clamp(0, scores - 1)
        first = at.floor()
        second = (first + 1).clamp_max(scores - 1)
        return cls(first.long(), second.long(), at - first, place.abs() <= 1)

    def spread(self, scores: Tensor, dimension: int) -> Tensor:
        """Scores along this side, at every place."""
        first, second = (scores.index_select(dimension, each) for each in (self.first, self.second))
        share = self.share if dimension == scores.ndim - 1 else self.share[:, None]
        return first * (1 - share) + second * share
