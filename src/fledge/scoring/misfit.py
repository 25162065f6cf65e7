"""Why outputs and targets can't go into a loss together."""

from __future__ import annotations

import torch
from torch import Tensor


def class_misfit(outputs: Tensor, targets: Tensor, ignored: int) -> str | None:
    """Scores (batch, classes, ...) against the place of one class each (batch, ...)."""
    if targets.dtype != torch.int64:
        return f"it needs the place of one class for each item, and the targets are {described(targets)}"
    if outputs.ndim < 2 or targets.shape != outputs.shape[:1] + outputs.shape[2:]:
        return f"it needs one class for each item, and there are {shapes(outputs, targets)}"
    counted = targets[targets != ignored]
    if counted.numel() and not 0 <= int(counted.min()) <= int(counted.max()) < outputs.shape[1]:
        return f"the model gives {outputs.shape[1]} scores, and the targets are {described(counted)}"
    return None


def share_misfit(outputs: Tensor, targets: Tensor) -> str | None:
    """Scores (batch, classes) against the share of each class, of the same shape."""
    shares = targets.shape == outputs.shape and targets.ndim > 1 and bool(targets.min() >= 0)
    if shares and bool((targets.sum(1) - 1).abs().max() < 1e-3):
        return None
    return f"it needs one class for each item, or shares of classes that sum to 1, and the targets are {described(targets)}"


def tag_misfit(outputs: Tensor, targets: Tensor) -> str | None:
    """Scores (batch, tags) against zeros and ones of the same shape."""
    if targets.shape != outputs.shape:
        return f"it needs a 0 or 1 for each output, and there are {shapes(outputs, targets)}"
    if not bool(((targets >= 0) & (targets <= 1)).all()):
        return f"it needs targets from 0 to 1, and they are {described(targets)}"
    return None


def number_misfit(outputs: Tensor, targets: Tensor) -> str | None:
    """Numbers against as many numbers for each item."""
    if not targets.is_floating_point():
        return f"it needs numbers, and the targets are {described(targets)}"
    if len(targets) != len(outputs) or targets.numel() != outputs.numel():
        return f"it needs one target for each output, and there are {shapes(outputs, targets)}"
    return None


def like_misfit(outputs: Tensor, targets: Tensor) -> str | None:
    """Scores of things (batch, things) against 1 (liked), 0 (not) and -1 (doesn't count) of the same shape."""
    if targets.shape != outputs.shape or targets.ndim != 2:
        return f"it needs 1, 0 or -1 for each thing, and there are {shapes(outputs, targets)}"
    if targets.is_floating_point() or int(targets.max()) > 1 or int(targets.min()) < -1:
        return f"it needs 1 for a thing liked, 0 for another, -1 for one that doesn't count; targets are {described(targets)}"
    return None


def weight_misfit(weights: tuple[float, ...], outputs: Tensor) -> str | None:
    """One weight for each score, where there are weights."""
    if weights and len(weights) != outputs.shape[1]:
        return f"it has {len(weights)} weights, and the model gives {outputs.shape[1]} scores"
    return None


def described(targets: Tensor) -> str:
    """What targets are, as a person would say it.

    >>> described(torch.tensor([0, 2, 1]))
    'whole numbers from 0 to 2 of shape (3,)'
    """
    kind = "numbers" if targets.is_floating_point() else "whole numbers"
    return f"{kind} from {float(targets.min()):g} to {float(targets.max()):g} of shape {tuple(targets.shape)}"


def shapes(outputs: Tensor, targets: Tensor) -> str:
    """Both shapes, for a message."""
    return f"outputs of shape {tuple(outputs.shape)} and targets of shape {tuple(targets.shape)}"
