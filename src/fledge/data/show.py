"""Samples as pictures, the way the model gets them."""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any, final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from fledge.core.errors import UsageError
from fledge.core.words import in_words
from fledge.data.loader import Loader
from fledge.transforms.transform import Codec

_CELL = 2.4
"""Inches of a sample's side."""


@final
class Drawing(Figure):
    """A figure that a notebook shows by itself, whether or not pyplot was ever set up there."""

    def _repr_png_(self) -> bytes:
        file = BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()


def show_batch(
    loader: Loader, codec: Codec[Any, Any], *, max_n: int = 9, unique: bool = False, columns: int | None = None
) -> Drawing:
    """A grid of samples with their targets; `unique` shows one sample with its various random changes."""
    if max_n < 1:
        raise UsageError(f"max_n={max_n} shows nothing")
    if unique:
        batch = loader.pick([turn * loader.count for turn in range(max_n)], train=loader.training)
    else:
        batch = next(loader.epoch(0, stop=1, train=loader.training))
    count = min(max_n, len(batch))
    figure, cells = grid(count, columns)
    for place, cell in enumerate(cells):
        draw(cell, codec.input.decode(batch.inputs[place].cpu()))
        if batch.targets is not None:
            label(cell, codec.target.decode(batch.targets[place].cpu()))
    return figure


def grid(count: int, columns: int | None = None) -> tuple[Drawing, list[Axes]]:
    """A figure with a cell for each of `count` things, in as many columns as make it nearly square."""
    across = columns or math.ceil(math.sqrt(count))
    down = math.ceil(count / across)
    figure = Drawing(figsize=(_CELL * across, (_CELL + 0.3) * down), layout="constrained")
    cells = [figure.add_subplot(down, across, place + 1) for place in range(count)]
    for cell in cells:
        cell.set_axis_off()
    return figure, cells


def draw(cell: Axes, value: Any) -> None:
    """A picture as such, anything else in words."""
    pixels = np.asarray(value)
    if is_picture(pixels):
        cell.imshow(pixels, cmap="gray" if pixels.ndim == 2 or pixels.shape[-1] == 1 else None, interpolation="antialiased")
    else:
        cell.text(0.5, 0.5, in_words(value), ha="center", va="center", wrap=True, fontsize=9, parse_math=False)


def label(cell: Axes, target: Any) -> None:
    """What the sample is: above it, or over it where that is a picture itself."""
    if is_picture(target):
        cell.imshow(target, alpha=0.5, interpolation="nearest")
    else:
        cell.set_title(in_words(target), fontsize=10, wrap=True, parse_math=False)


def is_picture(value: Any) -> bool:
    """Whether a decoded value is drawn and not said."""
    return isinstance(value, np.ndarray) and value.dtype == np.uint8 and value.ndim in (2, 3)
