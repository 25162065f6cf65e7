"""Boosted trees as arrays: each tree adds to one output."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn

from fledge.models.architecture import Architecture, Count
from fledge.models.places import check_places

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
        node = self.roots.expand(features.shape[0], -1)  # (batch, trees)
        for _ in range(self.depth):
            met = features.gather(1, self.feature[node].long())  # (batch, trees)
            leftward = met <= self.threshold[node]
            if self.has_sets:
                place_set = self.place_set[node]
                named = self.sets[place_set, met.long().clamp(0, self.slots - 1)]
                leftward = torch.where(place_set > 0, named, leftward)
            node = torch.where(leftward, self.left[node], self.right[node])
        # Hundreds of small numbers are added exactly enough, and in any number of threads alike.
        added = self.value[node].double()  # (batch, trees)
        sums = added.new_zeros(features.shape[0], self.outputs).index_add_(1, self.output.long(), added)
        return (self.start.double() + sums).float()  # (batch, outputs)
