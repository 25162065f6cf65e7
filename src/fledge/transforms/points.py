"""Places in a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, final

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import DataError, UsageError, shown
from fledge.transforms.resize import PictureStep
from fledge.transforms.transform import Block, Transform

Point = tuple[float, float]
"""A place as shares of the picture's width and height: (0, 0) is the upper left corner, (1, 1) the lower right."""

BEYOND = 1.0
"""How far outside the picture a point may lie, in widths and heights: an eye may be cut off, a place in pixels is a mistake."""


@final
@dataclass(frozen=True)
class Points(Transform[Sequence[Point], Tensor]):
    """The same `count` points in each picture, as (x, y) from -1 to 1; they move along when the picture is changed.

    A batch of them is flat, (batch, 2 * count), as a model's outputs are.
    Points are shares of the whole picture, so it has to keep its edges: `Resize(method="squish")`, not a crop.

    >>> eyes = Points(2)
    >>> eyes.encode([(0.25, 0.5), (0.75, 0.5)])
    tensor([[-0.5000,  0.0000],
            [ 0.5000,  0.0000]])
    >>> eyes.decode(eyes.encode([(0.25, 0.5), (0.75, 0.5)]))
    ((0.25, 0.5), (0.75, 0.5))
    """

    count: Annotated[int, msgspec.Meta(ge=1, le=10_000)]

    def encode(self, value: Sequence[Point]) -> Tensor:
        return torch.from_numpy((2 * _pairs(value, self.count) - 1).astype(np.float32))

    def decode(self, value: Tensor) -> tuple[Point, ...]:
        return tuple((x, y) for x, y in ((value.double().reshape(self.count, 2) + 1) / 2).tolist())

    def prepare(self, batch: Tensor) -> Tensor:
        return batch.flatten(1)

    def augment(self, batch: Tensor, plan: Any) -> Tensor:
        """The points moved as the plan moves the pictures."""
        moved: Tensor = plan.points(batch)
        return moved.flatten(1)


@final
@dataclass(frozen=True)
class PointBlock(Block):
    """Points in each picture: `count` of them, or as many as the first picture has."""

    count: int | None = None

    def learn(self, values: Sequence[Sequence[Point]], steps: Sequence[Any] = ()) -> Points:
        if not len(values):
            raise DataError("there are no points to learn from", hint="check get_y: it is what gives each item its points")
        for step in steps:
            if isinstance(step, PictureStep) and not step.keeps_edges:
                raise UsageError(
                    f"{step} cuts or pads pictures, and points are given as shares of the whole picture",
                    hint='use Resize(size, method="squish"), and random crops in batch_tfms, which move the points along',
                )
        return Points(len(_pairs(values[0], self.count)))


def _pairs(value: Sequence[Point], count: int | None) -> NDArray[np.float64]:
    """Points as (count, 2), each where a point can be."""
    try:
        pairs = np.asarray(value)
    except ValueError:  # points with more and fewer numbers
        pairs = np.empty(0, object)
    if pairs.dtype.kind not in "fiu" or pairs.shape != (len(pairs) if count is None else count, 2) or not len(pairs):
        wanted = "points" if count is None else f"{count} points"
        raise DataError(
            f"{wanted} as pairs of numbers (x, y) are needed, not {shown(value)}", hint="give (0.5, 0.5) for the middle"
        )
    if not np.all(np.abs(pairs - 0.5) <= 0.5 + BEYOND):
        raise DataError(
            f"points are shares of the picture's width and height, and one of {shown(value)} lies far outside it",
            hint="divide x by the picture's width and y by its height",
        )
    return pairs.astype(np.float64)
