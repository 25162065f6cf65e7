"""How well an order of things puts first what somebody liked."""

from __future__ import annotations

import torch
from torch import Tensor


def recall_of_liked(scores: Tensor, liked: Tensor, k: int) -> Tensor:
    """The share of what each person liked (1; -1 doesn't count) that is among their `k` best things, (batch,).

    >>> recall_of_liked(torch.tensor([[0.9, 0.8, 0.1]]), torch.tensor([[1, -1, 1]]), k=1)
    tensor([0.5000])
    """
    found, count = _found(scores, liked, k)
    return found.sum(1) / count.clamp(min=1)


def ndcg_of(scores: Tensor, liked: Tensor, k: int) -> Tensor:
    """The same, where the first places count more: 1 where the best things are all liked, or all that is liked comes first.

    >>> ndcg_of(torch.tensor([[0.9, 0.8, 0.1]]), torch.tensor([[1, 0, 0]]), k=2)
    tensor([1.])
    """
    found, count = _found(scores, liked, k)
    discount = 1 / torch.arange(2, found.shape[1] + 2, device=found.device, dtype=torch.float32).log2()
    best = torch.cat([discount.new_zeros(1), discount.cumsum(0)])[count.clamp(max=found.shape[1])]
    return (found * discount).sum(1) / best.clamp(min=1e-9)


def best_places(scores: Tensor, liked: Tensor, k: int) -> Tensor:
    """The `k` best things of those that count, (batch, k)."""
    return scores.masked_fill(liked < 0, -torch.inf).topk(min(k, scores.shape[1]), dim=1).indices


def _found(scores: Tensor, liked: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Which of the best were liked, and how many were liked at all."""
    found = liked.gather(1, best_places(scores, liked, k)) > 0
    return found.float(), (liked > 0).sum(1)
