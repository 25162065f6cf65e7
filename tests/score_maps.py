"""Scores and targets of places, drawn once."""

from __future__ import annotations

import torch
from torch import Tensor


def maps(count: int = 8, classes: int = 4, size: int = 6) -> tuple[Tensor, Tensor]:
    """Scores (count, classes, size, size) that know something of their targets, some of which are void (255)."""
    numbers = torch.Generator().manual_seed(0)
    targets = torch.randint(0, classes, (count, size, size), generator=numbers)
    scores = torch.randn(count, classes, size, size, generator=numbers)
    scores.scatter_add_(1, targets[:, None], torch.ones(count, 1, size, size))
    targets[torch.rand(targets.shape, generator=numbers) < 0.1] = 255
    return scores, targets
