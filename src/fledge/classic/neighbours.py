"""The examples themselves as a model."""

from __future__ import annotations

import torch

from fledge.classic.fitted import Fitted
from fledge.classic.linear import Scaling
from fledge.classic.material import Material, named
from fledge.core.seeds import generator
from fledge.models.neighbours import NeighboursNet

NEAREST = 5
_MOST = 10_000
"""Examples that are kept: each is compared with every input, and stands in the file."""


def neighbours(material: Material, seed: int, nearest: int = NEAREST) -> Fitted:
    """The mean of what is true of the nearest examples."""
    count = min(len(material), _MOST)
    kept = generator(seed, "neighbours").choice(len(material), count, replace=False)
    kept.sort()
    places = torch.from_numpy(kept)
    features, targets = material.features[places], material.targets[places]
    scaling = Scaling.of(features.numpy(), named=named(material))
    architecture = NeighboursNet(features.shape[1], material.outputs, material.goal, count, min(nearest, count))
    model = architecture.build()
    model.fill(features, targets, torch.from_numpy(scaling.mean), torch.from_numpy(scaling.spread))
    return Fitted.on(material, model, architecture, f"{count:,} of them kept" if count < len(material) else "")
