"""Answers from the examples that are most alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture, Count
from fledge.models.goal import Goal, as_outputs
from fledge.models.places import check_places


@final
@dataclass(frozen=True)
class NeighboursNet(Architecture):
    """So many stored examples, the `nearest` of which speak for an input.

    >>> NeighboursNet(inputs=8, outputs=2, goal="numbers", examples=9, nearest=3).build()(torch.zeros(4, 8)).shape
    torch.Size([4, 2])
    """

    inputs: Count
    outputs: Count
    goal: Goal
    examples: Annotated[int, msgspec.Meta(ge=1, le=1 << 30)]
    nearest: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5

    def __post_init__(self) -> None:
        if self.nearest > self.examples:
            raise UsageError(f"the {self.nearest} nearest of {self.examples} examples can't be found")

    def build(self) -> Neighbours:
        return Neighbours(self)


class Neighbours(nn.Module):
    """The mean of what is true of the nearest examples, each feature measured in units of its spread."""

    mean: Tensor
    spread: Tensor
    examples: Tensor
    targets: Tensor
    handicaps: Tensor

    def __init__(self, shape: NeighboursNet) -> None:
        super().__init__()
        self.goal = shape.goal
        self.outputs = shape.outputs
        self.nearest = shape.nearest
        self.register_buffer("mean", torch.zeros(shape.inputs))
        self.register_buffer("spread", torch.ones(shape.inputs))
        self.register_buffer("examples", torch.zeros(shape.examples, shape.inputs))
        self.register_buffer("handicaps", torch.zeros(shape.examples))
        if shape.goal == "classes":
            self.register_buffer("targets", torch.zeros(shape.examples, dtype=torch.int64))
            check_places(self, {"targets": shape.outputs})
        else:
            self.register_buffer("targets", torch.zeros(shape.examples, shape.outputs))

    def fill(self, features: Tensor, targets: Tensor, mean: Tensor, spread: Tensor) -> None:
        """Takes in examples, and how their features are measured."""
        examples = ((features - mean) / spread).float()
        # An example's product with an input, less half its own square, is largest where the two are nearest.
        handicaps = -examples.square().sum(1) / 2
        state = {"mean": mean.float(), "spread": spread.float(), "examples": examples, "handicaps": handicaps}
        self.load_state_dict({**state, "targets": targets})

    def forward(self, features: Tensor) -> Tensor:
        inputs = (features - self.mean) / self.spread  # (batch, features)
        close = F.linear(inputs, self.examples, self.handicaps)  # (batch, examples)
        found = self.targets[close.topk(self.nearest, dim=1).indices]
        said = F.one_hot(found, self.outputs).float() if self.goal == "classes" else found  # (batch, nearest, outputs)
        return as_outputs(said.mean(1), self.goal)
