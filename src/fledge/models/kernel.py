"""A support vector machine: how near an input is to examples, each with its weight."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.models.architecture import Architecture, Count


@final
@dataclass(frozen=True)
class KernelNet(Architecture):
    """So many stored examples; nearness falls off as a bell does.

    >>> KernelNet(inputs=8, outputs=2, examples=9).build()(torch.zeros(4, 8)).shape
    torch.Size([4, 2])
    """

    inputs: Count
    outputs: Count
    examples: Annotated[int, msgspec.Meta(ge=1, le=1 << 24)]

    def build(self) -> Kernel:
        return Kernel(self)


class Kernel(nn.Module):
    """A weighted sum, for each output, of exp(-gamma * squared distance) to the examples, features in units of their spread."""

    mean: Tensor
    spread: Tensor
    gamma: Tensor
    examples: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, shape: KernelNet) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(shape.inputs))
        self.register_buffer("spread", torch.ones(shape.inputs))
        self.register_buffer("gamma", torch.ones(()))
        self.register_buffer("examples", torch.zeros(shape.examples, shape.inputs))
        self.register_buffer("weights", torch.zeros(shape.outputs, shape.examples))
        self.register_buffer("bias", torch.zeros(shape.outputs))

    def forward(self, features: Tensor) -> Tensor:
        inputs = (features - self.mean) / self.spread  # (batch, features)
        apart = (inputs.square().sum(1, keepdim=True) + self.examples.square().sum(1) - 2 * inputs @ self.examples.T).clamp_min(
            0
        )
        near = torch.exp(-self.gamma * apart)  # (batch, examples)
        return F.linear(near, self.weights, self.bias)
