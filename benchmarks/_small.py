"""The network of S4 and its batches; torch alone, for the peers use it too."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

BATCH = 64
FEATURES = 20


def network() -> nn.Module:
    return nn.Sequential(nn.Linear(FEATURES, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))


def rows(count: int) -> tuple[Tensor, Tensor]:
    """Numbers, and whether their first ones add up to more than nothing."""
    values = torch.randn(count, FEATURES, generator=torch.Generator().manual_seed(0))
    return values, (values[:, :5].sum(1) > 0).long()


class Batches:
    """So many batches, picked out of one tensor in a new order each time."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self.inputs, self.targets = rows(steps * BATCH)

    def __len__(self) -> int:
        return self.steps

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for places in torch.randperm(len(self.targets)).split(BATCH):
            yield self.inputs[places], self.targets[places]
