"""Naive Bayes as a linear layer: each column by itself says how likely each class makes it."""

from __future__ import annotations

import torch

from fledge.classic.fitted import Fitted
from fledge.classic.material import Material
from fledge.models.linear import LinearNet

_SMOOTHING = 1.0
"""So many examples of each class are imagined in each cell."""


def naive_bayes(material: Material, _: int) -> Fitted:
    """Counts of each cell in each class; features are ones and zeros, so the logarithms of shares are weights."""
    features, targets = material.features.double(), material.targets
    classes = torch.nn.functional.one_hot(targets, material.outputs).double()  # (examples, classes)
    counts, sizes = classes.T @ features, classes.sum(0)  # (classes, features), (classes)
    shares = (counts + _SMOOTHING) / (sizes + 2 * _SMOOTHING)[:, None]
    weights = shares.log()
    bias = ((sizes + _SMOOTHING) / (sizes.sum() + _SMOOTHING * len(sizes))).log()
    architecture = LinearNet(features.shape[1], material.outputs)
    model = architecture.build()
    model.load_state_dict({"weight": weights.float(), "bias": bias.float()})
    return Fitted.on(material, model, architecture)
