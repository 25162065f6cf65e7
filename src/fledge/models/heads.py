"""From feature vectors to outputs: the part of a network that is new for every task."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn


class Head(nn.Module):
    """Scores each output from a vector of features, over some hidden layers.

    Every layer is normalised first, so that one rate fits whatever scale a body's features have.

    >>> import torch
    >>> Head(features=8, outputs=3)(torch.zeros(2, 8)).shape
    torch.Size([2, 3])
    """

    def __init__(self, features: int, outputs: int, *, hidden: Sequence[int] = (512,), dropout: float = 0.5) -> None:
        super().__init__()
        self.hidden = nn.Sequential(*(_layer(before, after, dropout / 2) for before, after in pairwise((features, *hidden))))
        last = (features, *hidden)[-1]
        self.norm = nn.BatchNorm1d(last)
        self.dropout = nn.Dropout(dropout)
        self.score = nn.Linear(last, outputs)

    def forward(self, features: Tensor) -> Tensor:
        seen = self.hidden(features)  # (batch, the last hidden width)
        scores: Tensor = self.score(self.dropout(self.norm(seen)))  # (batch, outputs)
        return scores


def _layer(before: int, after: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.BatchNorm1d(before), nn.Dropout(dropout), nn.Linear(before, after, bias=False), nn.ReLU())
