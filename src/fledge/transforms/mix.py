"""Two pictures made into one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws


@final
@dataclass(frozen=True)
class Mixed:
    """A batch whose item i is `share[i]` itself and the rest of item `partner[i]`."""

    inputs: Tensor
    partner: Tensor
    """(count,) int64: a permutation in which nobody is its own partner, unless alone."""
    share: Tensor
    """(count,) float32, 0 to 1."""


def mixup(inputs: Tensor, draws: Draws, alpha: float = 0.4) -> Mixed:
    """Each input faded into another: its own share is at least half, and drawn from Beta(alpha, alpha)."""
    own = _shares(draws, "mixup", alpha)
    partner, share = _sent(inputs.device, _partners(draws, "mixup"), np.maximum(own, 1 - own).astype(np.float32))
    weight = share.view(-1, *[1] * (inputs.dim() - 1)).to(inputs.dtype)
    return Mixed(inputs * weight + inputs[partner] * (1 - weight), partner, share)


def cutmix(inputs: Tensor, draws: Draws, alpha: float = 1.0) -> Mixed:
    """A rectangle of each picture (count, channels, height, width) taken from another.

    What is left of a picture's own area is drawn from Beta(alpha, alpha).
    """
    size = (inputs.shape[2], inputs.shape[3])
    boxes = _boxes(draws, _shares(draws, "cutmix", alpha), size)
    areas = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    own = (1 - areas / (size[0] * size[1])).astype(np.float32)
    partner, share, box = _sent(inputs.device, _partners(draws, "cutmix"), own, boxes)
    rows, columns = (torch.arange(length, device=inputs.device) for length in size)
    tall = (rows >= box[:, 0, None]) & (rows < box[:, 2, None])  # (count, height)
    wide = (columns >= box[:, 1, None]) & (columns < box[:, 3, None])  # (count, width)
    inside = tall[:, None, :, None] & wide[:, None, None, :]
    return Mixed(torch.where(inside, inputs[partner], inputs), partner, share)


def _shares(draws: Draws, purpose: str, alpha: float) -> NDArray[np.float64]:
    if not alpha > 0:
        raise UsageError(f"alpha is {alpha}, but has to be above 0", hint="pass for example alpha=0.4")
    return np.array([source.beta(alpha, alpha) for source in draws.generators(f"{purpose} share")])


def _partners(draws: Draws, purpose: str) -> NDArray[np.int64]:
    """Everyone's partner: the next in an order drawn for the items, so that it doesn't hang on their places."""
    ranks = np.lexsort((draws.items, draws.uniform(f"{purpose} partner")))
    partners = np.empty(len(draws), dtype=np.int64)
    partners[ranks] = np.roll(ranks, -1)
    return partners


def _boxes(draws: Draws, own: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.int64]:
    """A rectangle for each item, (top, left, bottom, right), of the picture's shape, wholly inside it."""
    sides = np.rint(np.sqrt(1 - own)[:, None] * size)
    places = np.stack([draws.uniform("cutmix top"), draws.uniform("cutmix left")], 1)
    starts = np.floor(places * (np.array(size) - sides + 1))
    return np.concatenate([starts, starts + sides], 1).astype(np.int64)


def _sent(device: torch.device, *arrays: NDArray[np.generic]) -> tuple[Tensor, ...]:
    """Arrays as tensors on the device, without waiting for it."""
    return tuple(torch.from_numpy(array).to(device, non_blocking=True) for array in arrays)
