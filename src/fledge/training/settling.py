"""Batch norms that know nothing yet: their statistics settle in the first steps instead of drifting away from 0 and 1.

A batch norm begins with mean 0 and spread 1 and moves a tenth of the way with each batch, so after a short training it
still half believes in a start that nobody measured, and a good network answers badly. Until that start is forgotten, the
statistics here are the plain mean over the batches seen.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from torch import nn

_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d, nn.SyncBatchNorm)


def unsettled(model: nn.Module, resting: Sequence[nn.Module]) -> list[Any]:
    """The batch norms that are still at their beginning, of those that learn.

    >>> norm = nn.BatchNorm1d(4)
    >>> unsettled(norm, []) == [norm], unsettled(norm, [norm])
    (True, [])
    """
    at_rest = {id(each) for part in resting for each in part.modules()}
    return [each for each in model.modules() if isinstance(each, _NORMS) and id(each) not in at_rest and _is_new(each)]


@contextmanager
def settling(norms: list[Any]) -> Iterator[None]:
    """One step in which these norms take the mean over all batches so far; those that have settled leave the list."""
    usual = [norm.momentum for norm in norms]
    for norm, momentum in zip(norms, usual, strict=True):
        norm.momentum = max(momentum, 1 / (int(norm.num_batches_tracked) + 1))
    try:
        yield
    finally:
        for norm, momentum in zip(norms, usual, strict=True):
            norm.momentum = momentum
        norms[:] = [norm for norm in norms if _seen(norm) * norm.momentum < 1]


def _is_new(norm: Any) -> bool:
    """Whether a norm has seen few batches; one with other statistics than the first ones brings them from pretraining."""
    if norm.momentum is None or norm.num_batches_tracked is None or norm.running_mean is None:
        return False
    seen = _seen(norm)
    untouched = bool((norm.running_mean == 0).all()) and bool((norm.running_var == 1).all())
    return untouched if seen == 0 else seen * norm.momentum < 1


def _seen(norm: Any) -> int:
    return int(norm.num_batches_tracked)
