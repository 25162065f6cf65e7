"""Boosted trees as arrays: each tree adds to one output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn

from fledge.models.architecture import Architecture, Count
from fledge.models.places import check_places
from fledge.models.trees import Walk

Many = Annotated[int, msgspec.Meta(ge=1, le=1 << 28)]


@final
@dataclass(frozen=True)
class BoostedNet(Architecture):
    """So many trees, which have so many nodes together, none deeper than `depth`; `sets` of places that go to the left.

    >>> BoostedNet(inputs=8, outputs=2, trees=3, nodes=9, depth=1).build()(torch.zeros(4, 8)).shape
    torch.Size([4, 2])
    """

    inputs: Count
    outputs: Count
    trees: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    nodes: Many
    depth: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    sets: Annotated[int, msgspec.Meta(ge=0, le=1 << 24)] = 0
    slots: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 1
    """How many places a set speaks of."""

    def build(self) -> Boosted:
        return Boosted(self)


class Boosted(nn.Module):
    """The sum, from a start, of what each tree adds to its output.

    A node sends an input on to `left` if its feature is at most the threshold, or, if it has a set (from 1 on), if the
    feature is one of the places in it; else to `right`. The last node on the way leads to itself, and its `value` is added.
    """

    start: Tensor
    roots: Tensor
    output: Tensor
    feature: Tensor
    threshold: Tensor
    left: Tensor
    right: Tensor
    value: Tensor
    place_set: Tensor
    sets: Tensor

    def __init__(self, shape: BoostedNet) -> None:
        super().__init__()
        self.outputs, self.depth, self.slots = shape.outputs, shape.depth, shape.slots
        self.has_sets = shape.sets > 0
        self.register_buffer("start", torch.zeros(shape.outputs))
        for name in ("roots", "output"):
            self.register_buffer(name, torch.zeros(shape.trees, dtype=torch.int32))
        for name in ("feature", "left", "right"):
            self.register_buffer(name, torch.zeros(shape.nodes, dtype=torch.int32))
        for name in ("threshold", "value"):
            self.register_buffer(name, torch.zeros(shape.nodes))
        nodes = dict.fromkeys(("roots", "left", "right"), shape.nodes)
        bounds = {**nodes, "feature": shape.inputs, "output": shape.outputs}
        if self.has_sets:
            self.register_buffer("place_set", torch.zeros(shape.nodes, dtype=torch.int32))
            self.register_buffer("sets", torch.zeros(shape.sets + 1, shape.slots, dtype=torch.bool))
            bounds["place_set"] = shape.sets + 1
        check_places(self, bounds)

    def forward(self, features: Tensor) -> Tensor:
        walk = Walk.of(features, len(self.roots))
        node = self.roots.repeat(features.shape[0])  # (batch * trees)
        for _ in range(self.depth):
            met = walk.met(self.feature, node)
            leftward = met <= self.threshold.index_select(0, node)
            if self.has_sets:
                leftward = self._named(met, node, leftward)
            node = torch.where(leftward, self.left.index_select(0, node), self.right.index_select(0, node))
        # Hundreds of small numbers are added exactly enough, and in any number of threads alike.
        added = self.value.index_select(0, node).view(features.shape[0], -1).double()  # (batch, trees)
        sums = added.new_zeros(features.shape[0], self.outputs).index_add_(1, self.output.long(), added)
        return (self.start.double() + sums).float()  # (batch, outputs)

    def _named(self, met: Tensor, node: Tensor, leftward: Tensor) -> Tensor:
        """The same, where a node has a set: whether the place that was met is in it."""
        place_set = self.place_set.index_select(0, node)
        places = place_set * self.slots + met.int().clamp(0, self.slots - 1)
        chosen = place_set > 0
        # Not `where`, of which ONNX Runtime has none for truth values.
        return (chosen & self.sets.flatten().index_select(0, places)) | (~chosen & leftward)
