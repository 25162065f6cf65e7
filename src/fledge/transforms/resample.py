"""Pictures taken along 3x3 matrices, in one resampling."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fledge.transforms.geometry import PadMode
from fledge.transforms.matrices import Matrices, Size2, turned

SHARP = 1.5
"""Up to this many pixels for one are taken as they are; beyond, pixels are averaged in pairs first."""


@final
@dataclass(frozen=True)
class Route:
    """Which items of a batch take which way: turned only (`turn`), or sampled after averaging `pool` (high, wide) pixels."""

    rows: NDArray[np.int64]
    turn: int | None
    pool: Size2


def routes(matrices: Matrices, in_size: Size2, out_size: Size2, *, pool: bool = True) -> Iterator[Route]:
    """The items of a batch, grouped by the way they take; which one depends on the item alone."""
    turns = _turns(matrices, in_size, out_size)
    pools = _pools(matrices, in_size, out_size) if pool else np.ones((len(matrices), 2), dtype=np.int64)
    ways = np.column_stack([turns, np.where(turns[:, None] >= 0, 1, pools)])
    for turn, high, wide in np.unique(ways, axis=0).tolist():
        rows = np.flatnonzero((ways == (turn, high, wide)).all(1))
        yield Route(rows, None if turn < 0 else turn, (high, wide))


def turn(pictures: Tensor, code: int) -> Tensor:
    """Pictures laid down as `matrices.turned` says, pixel by pixel."""
    laid = pictures.transpose(2, 3) if code & 4 else pictures
    return laid.flip([dim for bit, dim in ((1, 3), (2, 2)) if code & bit])


def shrink(pictures: Tensor, pool: Size2) -> Tensor:
    """Each `pool` of pixels, powers of two, as their mean; past the right and lower edge the last pixel goes on."""
    for dim, times in zip((2, 3), pool, strict=True):
        while times > 1:
            pictures, times = _halved(pictures, dim), times // 2
    return pictures


def onto_shrunk(matrices: Matrices, in_size: Size2, pool: Size2) -> Matrices:
    """The same matrices for pictures that `shrink` made smaller: the last pixel's pool may reach over the edge."""
    reach = [size / (-(-size // step) * step) for size, step in zip(reversed(in_size), reversed(pool), strict=True)]
    moved: Matrices = matrices.copy()
    for axis, part in enumerate(reach):
        moved[:, axis] = matrices[:, axis] * part + matrices[:, 2] * (part - 1)
    return moved


def sample(
    pictures: Tensor, matrices: Tensor, out_size: Size2, pad_mode: PadMode, mode: Literal["bilinear", "nearest"] = "bilinear"
) -> Tensor:
    """Pictures (float) taken along matrices (float32, same device): (count, channels, *out_size)."""
    grid = _grid(matrices, out_size).to(pictures.dtype)
    return F.grid_sample(pictures, grid, mode=mode, padding_mode=pad_mode, align_corners=False)


def _halved(pictures: Tensor, dim: int) -> Tensor:
    """Each two pixels along a dimension as their mean: sums of slices, ten times as fast as `avg_pool2d` on a CPU."""
    size = pictures.shape[dim]
    if size % 2:
        pictures = torch.cat([pictures, pictures.narrow(dim, size - 1, 1)], dim)
    first, second = (pictures[:, :, start::2] if dim == 2 else pictures[..., start::2] for start in (0, 1))
    return (first + second).mul_(0.5)


def _grid(matrices: Tensor, out_size: Size2) -> Tensor:
    """Where each pixel of the result comes from, (count, height, width, 2).

    Written out instead of multiplied as matrices, so that each number comes from the same sum whatever the batch.
    """
    y, x = ((torch.arange(size, device=matrices.device) * 2 + 1) / size - 1 for size in out_size)
    along = matrices[:, :, 0, None] * x  # (count, 3, width)
    down = matrices[:, :, 1, None] * y + matrices[:, :, 2, None]  # (count, 3, height)
    planes = along[:, :, None, :] + down[:, :, :, None]  # (count, 3, height, width)
    # As two planes in memory: made and read twice as fast as pairs are.
    return planes[:, :2].div_(planes[:, 2:]).permute(0, 2, 3, 1)


def _turns(matrices: Matrices, in_size: Size2, out_size: Size2) -> NDArray[np.int64]:
    """The code of `matrices.turned` for items that are turned and nothing else, -1 for the others."""
    codes = np.full(len(matrices), -1)
    for code, exact in enumerate(turned(np.arange(8))):
        if out_size == (in_size[::-1] if code & 4 else in_size):
            codes[(matrices == exact).all((1, 2))] = code
    return codes


def _pools(matrices: Matrices, in_size: Size2, out_size: Size2) -> NDArray[np.int64]:
    """How many pixels (high, wide) to average first: the power of two that leaves at most SHARP for one, at the centre."""
    corner = matrices[:, 2, 2, None, None]
    slopes = (matrices[:, :2, :2] * corner - matrices[:, :2, 2, None] * matrices[:, 2, None, :2]) / corner**2
    steps = slopes * np.array(in_size[::-1])[:, None] / np.array(out_size[::-1])
    pixels = np.hypot(steps[:, ::-1, 0], steps[:, ::-1, 1])  # (count, 2): rows, then columns, met in one step
    pools: NDArray[np.int64] = 2 ** np.ceil(np.log2(np.maximum(pixels / SHARP, 1.0)) - 1e-9).astype(np.int64)
    return pools
