"""A head for a frozen body, fitted at one stroke rather than trained."""

from __future__ import annotations

import torch
from torch import Tensor

from fledge.classic.linear import fill, weights_of
from fledge.core.errors import UsageError
from fledge.models.goal import Goal
from fledge.models.heads import Head


def probe_head(head: Head, features: Tensor, targets: Tensor, goal: Goal) -> str:
    """Fits a head without hidden layers to what its body makes of the training part; returns what is to be said of it.

    Logistic regression for classes and tags, ridge regression for numbers. The features' scaling becomes the head's batch norm.

    >>> head = Head(features=1, outputs=2, hidden=())
    >>> probe_head(head, torch.tensor([[0.0], [1.0], [9.0], [10.0]]), torch.tensor([0, 0, 1, 1]), "classes")
    ''
    >>> head.eval()(torch.tensor([[2.0], [8.0]])).argmax(1)
    tensor([0, 1])
    """
    if len(head.hidden):
        raise UsageError("a head with hidden layers has to be trained", hint="build the network with hidden=()")
    features, targets = features.cpu(), targets.cpu()
    mean, variance = features.double().mean(0), features.double().var(0, correction=0)
    scaled = (features - mean) / (variance + head.norm.eps).sqrt()
    weights, bias, note = weights_of(scaled.float().numpy(), targets.numpy(), goal, head.score.out_features)
    with torch.no_grad():
        head.norm.reset_parameters()
        head.norm.running_mean, head.norm.running_var = mean.float(), variance.float()
    fill(head.score, weights, bias)
    return note
