"""Decision trees as arrays: an input goes left or right until it comes to a leaf."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Self, final

import msgspec
import torch
from torch import Tensor, nn

from fledge.models.architecture import Architecture, Count
from fledge.models.goal import Goal, as_outputs
from fledge.models.places import check_places

Many = Annotated[int, msgspec.Meta(ge=1, le=1 << 30)]


@final
@dataclass(frozen=True)
class TreesNet(Architecture):
    """A forest of so many trees, which have so many nodes and leaves together, none deeper than `depth`.

    >>> TreesNet(inputs=8, outputs=2, goal="classes", trees=3, nodes=9, leaves=6, depth=1).build()(torch.zeros(4, 8)).shape
    torch.Size([4, 2])
    """

    inputs: Count
    outputs: Count
    goal: Goal
    trees: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    nodes: Many
    leaves: Many
    depth: Annotated[int, msgspec.Meta(ge=0, le=1000)]

    def build(self) -> Trees:
        return Trees(self)


class Trees(nn.Module):
    """The mean of what each tree says.

    All trees' nodes stand in one table. A node sends an input on to `left` if its feature is at most the threshold,
    else to `right`; the last node on the way leads to itself, and its `leaf` says which of `values` holds.
    """

    roots: Tensor
    feature: Tensor
    threshold: Tensor
    left: Tensor
    right: Tensor
    leaf: Tensor
    values: Tensor

    def __init__(self, shape: TreesNet) -> None:
        super().__init__()
        self.goal = shape.goal
        self.depth = shape.depth
        self.register_buffer("roots", torch.zeros(shape.trees, dtype=torch.int32))
        for name in ("feature", "left", "right", "leaf"):
            self.register_buffer(name, torch.zeros(shape.nodes, dtype=torch.int32))
        self.register_buffer("threshold", torch.zeros(shape.nodes))
        self.register_buffer("values", torch.zeros(shape.leaves, shape.outputs))
        nodes = dict.fromkeys(("roots", "left", "right"), shape.nodes)
        check_places(self, {**nodes, "feature": shape.inputs, "leaf": shape.leaves})

    def forward(self, features: Tensor) -> Tensor:
        walk = Walk.of(features, len(self.roots))
        node = self.roots.repeat(features.shape[0])  # (batch * trees)
        for _ in range(self.depth):
            leftward = walk.met(self.feature, node) <= self.threshold.index_select(0, node)
            node = torch.where(leftward, self.left.index_select(0, node), self.right.index_select(0, node))
        leaf = self.leaf.index_select(0, node).view(features.shape[0], -1)  # (batch, trees)
        shares = self.values[leaf.long()].mean(1)  # (batch, outputs)
        return as_outputs(shares, self.goal)


@final
@dataclass(frozen=True, eq=False)
class Walk:
    """Every input on its way through every tree at once, as flat lists: looking up in those is several times as fast."""

    flat: Tensor
    """The features of all inputs, one after the other."""
    starts: Tensor
    """For each input and tree, where the input's features begin."""

    @classmethod
    def of(cls, features: Tensor, trees: int) -> Self:
        """The inputs (batch, features) before so many trees."""
        places = torch.arange(features.shape[0], dtype=torch.int32, device=features.device) * features.shape[1]
        return cls(features.flatten(), places.repeat_interleave(trees))

    def met(self, feature: Tensor, node: Tensor) -> Tensor:
        """The feature that each node asks about, of the input that stands there."""
        return self.flat.index_select(0, feature.index_select(0, node) + self.starts)
