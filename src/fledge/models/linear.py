"""Weighted sums of features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import nn

from fledge.models.architecture import Architecture, Count


@final
@dataclass(frozen=True)
class LinearNet(Architecture):
    """Each output a weighted sum of the features: logistic regression for classes and tags, ridge for numbers.

    >>> LinearNet(inputs=8, outputs=2).build()
    Linear(in_features=8, out_features=2, bias=True)
    """

    inputs: Count
    outputs: Count

    def build(self) -> nn.Linear:
        return nn.Linear(self.inputs, self.outputs)
