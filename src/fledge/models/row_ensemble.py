"""Many networks for the rows of a table in one, which share their layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn

from fledge.models.architecture import Architecture, Count
from fledge.models.goal import Goal, as_outputs, as_shares
from fledge.models.tabular import RowNet, Share, Steps


@final
@dataclass(frozen=True)
class RowEnsemble(Architecture):
    """So many `members`, each of which sees a row in its own light, thinks as all do, and has its own last word.

    Categories and numbers become vectors as in `TabularNet`. While it learns, the outputs of all members stand one after the
    other, (members * batch, outputs), so that each is told its own mistakes (`EachMember`); after that they answer as one.

    >>> RowEnsemble(slots=(4, 3), steps=(32,), flags=1, outputs=2, goal="classes").build().eval()(torch.zeros(5, 4)).shape
    torch.Size([5, 2])
    """

    slots: tuple[Count, ...]
    steps: tuple[Steps, ...]
    flags: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    outputs: Count
    goal: Goal
    members: Annotated[int, msgspec.Meta(ge=2, le=256)] = 16
    dim: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 8
    width: Annotated[int, msgspec.Meta(ge=1, le=16_384)] = 128
    blocks: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2
    dropout: Share = 0.1

    def build(self) -> RowNet:
        features = self.dim * (len(self.slots) + len(self.steps)) + self.flags
        layers: list[nn.Module] = [Lights(self.members, features)]
        for before in [features, *[self.width] * (self.blocks - 1)]:
            layers += [nn.Linear(before, self.width), nn.ReLU(), nn.Dropout(self.dropout)]
        said = Said(self.members, self.width, self.outputs, self.goal)
        return RowNet(self.slots, self.steps, self.dim, nn.Sequential(*layers), said)


class Lights(nn.Module):
    """The same features as each member sees them: at first some turned round, by chance others for each.

    >>> Lights(members=4, features=6)(torch.zeros(5, 6)).shape
    torch.Size([4, 5, 6])
    """

    def __init__(self, members: int, features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randint(0, 2, (members, 1, features)).float() * 2 - 1)

    def forward(self, features: Tensor) -> Tensor:
        return features * self.weight  # (members, batch, features)


class Said(nn.Module):
    """What each member makes of what it knows, and, once nothing is learned any more, their mean.

    >>> Said(members=4, width=6, outputs=2, goal="numbers").eval()(torch.zeros(4, 5, 6)).shape
    torch.Size([5, 2])
    """

    def __init__(self, members: int, width: int, outputs: int, goal: Goal) -> None:
        super().__init__()
        self.goal = goal
        self.weight = nn.Parameter((torch.rand(members, width, outputs) * 2 - 1) * width**-0.5)
        self.bias = nn.Parameter(torch.zeros(members, 1, outputs))

    def forward(self, known: Tensor) -> Tensor:
        said = torch.baddbmm(self.bias, known, self.weight)  # (members, batch, outputs)
        if self.training:
            return said.flatten(0, 1)  # (members * batch, outputs)
        return as_outputs(as_shares(said, self.goal).mean(0), self.goal)
