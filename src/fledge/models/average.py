"""Several models as one: the mean of what they say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture
from fledge.models.goal import Goal, as_outputs, as_shares


@final
@dataclass(frozen=True)
class AverageNet(Architecture):
    """Models of the same inputs and outputs.

    >>> from fledge.models.always import AlwaysNet
    >>> AverageNet(members=(AlwaysNet(2), AlwaysNet(2)), goal="numbers").build()(torch.zeros(3, 5)).shape
    torch.Size([3, 2])
    """

    members: Annotated[tuple[Architecture, ...], msgspec.Meta(min_length=1, max_length=100)]
    goal: Goal

    def __post_init__(self) -> None:
        if len({getattr(each, "outputs", None) for each in self.members}) != 1:
            raise UsageError("models of different outputs have no mean")

    @property
    def outputs(self) -> int:
        """How many numbers it gives for one input."""
        outputs: int = getattr(self.members[0], "outputs")  # noqa: B009 - every member has
        return outputs

    def build(self) -> Average:
        return Average([each.build() for each in self.members], self.goal)


class Average(nn.Module):
    """The mean of probabilities, or of numbers: a model that is very sure doesn't outvote the others."""

    def __init__(self, members: list[nn.Module], goal: Goal) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.goal = goal

    def forward(self, inputs: Tensor) -> Tensor:
        said = torch.stack([as_shares(member(inputs), self.goal) for member in self.members])  # (members, batch, outputs)
        return as_outputs(said.mean(0), self.goal)
