"""What outputs are about, and so the scale they have."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

Goal = Literal["classes", "tags", "numbers"]
"""One of several classes, a yes or no for each of several tags, or numbers."""

_LEAST_CLASS, _LEAST_TAG = 1e-9, 1e-6


def as_outputs(shares: Tensor, goal: Goal) -> Tensor:
    """Shares as a network would give them: logarithms for classes, logits for tags; numbers are what they are.

    Nothing is ever quite impossible, so that all outputs are finite.

    >>> import torch
    >>> as_outputs(torch.tensor([[0.25, 0.75]]), "classes").softmax(1)
    tensor([[0.2500, 0.7500]])
    """
    match goal:
        case "classes":
            return shares.clamp_min(_LEAST_CLASS).log()
        case "tags":
            return shares.clamp(_LEAST_TAG, 1 - _LEAST_TAG).logit()
        case "numbers":
            return shares


def as_shares(outputs: Tensor, goal: Goal) -> Tensor:
    """What a network gives as what can be averaged: shares of classes and tags; numbers are what they are.

    >>> import torch
    >>> as_shares(torch.zeros(1, 2), "classes")
    tensor([[0.5000, 0.5000]])
    """
    match goal:
        case "classes":
            return outputs.softmax(-1)
        case "tags":
            return outputs.sigmoid()
        case "numbers":
            return outputs
