"""Encoded rows of a table as plain features, in the form that each kind of model does well with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Annotated, Literal, final

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.models.architecture import Count
from fledge.models.on_features import Features

Form = Literal["plain", "bends", "points", "cells"]
"""As encoded, for trees; numbers by how far they have come along each stretch between knots, for lines that bend; numbers by
their position alone, for distances; numbers by the stretch they lie in, for counting."""

MOST_SLOTS = 256
"""A category of more places is only told apart by trees."""

_ROOM = 4e7
"""Numbers that the features of all examples may take, 160 MB of them."""
_MOST = 200_000


@final
@dataclass(frozen=True)
class RowFeatures(Features):
    """Categories, numbers and flags of a row, side by side; categories each with a place of its own but in the plain form.

    >>> RowFeatures(slots=(4,), steps=(2,), flags=0, form="bends").build()(torch.tensor([[3.0, 1.5]]))
    tensor([[0.0000, 0.0000, 0.0000, 1.0000, 1.0000, 0.5000]])
    """

    slots: tuple[Count, ...]
    steps: tuple[Annotated[int, msgspec.Meta(ge=0, le=256)], ...]
    flags: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    form: Form = "plain"

    @cached_property
    def told_apart(self) -> tuple[int, ...]:
        """Which categories have few enough places for one each."""
        return tuple(place for place, slots in enumerate(self.slots) if slots <= MOST_SLOTS)

    @property
    def stretches(self) -> tuple[int, ...]:
        """How many stretches each number has, one at least."""
        return tuple(max(1, steps) for steps in self.steps)

    @property
    def width(self) -> int:
        if self.form == "plain":
            return len(self.slots) + len(self.steps) + self.flags
        places = sum(self.slots[place] for place in self.told_apart)
        numbers = len(self.steps) if self.form == "points" else sum(self.stretches)
        return max(1, places + numbers + self.flags)

    @property
    def most(self) -> int:
        """Examples that are learned from; more of them are drawn from at random."""
        return max(1000, min(_MOST, int(_ROOM / self.width)))

    @property
    def words(self) -> str:
        return ""

    @property
    def without(self) -> int:
        """How many columns nothing is made of."""
        return 0 if self.form == "plain" else len(self.slots) - len(self.told_apart)

    def build(self) -> nn.Module:
        return nn.Identity() if self.form == "plain" else RowFeaturesNet(self)


class RowFeaturesNet(nn.Module):
    """Encoded rows (batch, columns) to features."""

    offsets: Tensor
    knots: Tensor
    columns: Tensor
    ends: Tensor

    def __init__(self, shape: RowFeatures) -> None:
        super().__init__()
        self.form = shape.form
        self.categories = len(shape.slots)
        self.numbers = len(shape.steps)
        self.told_apart = list(shape.told_apart)
        slots = [shape.slots[place] for place in self.told_apart]
        self.places = sum(slots)
        starts = torch.tensor([0, *accumulate(slots)][:-1] if slots else [], dtype=torch.int64)
        # Each number's stretches stand one after the other: where they begin, and how many there are.
        knots = [float(step) for stretches in shape.stretches for step in range(stretches)]
        columns = [place for place, stretches in enumerate(shape.stretches) for _ in range(stretches)]
        self.width = shape.width
        self.register_buffer("offsets", starts, persistent=False)
        self.register_buffer("knots", torch.tensor(knots), persistent=False)
        self.register_buffer("columns", torch.tensor(columns, dtype=torch.int64), persistent=False)
        self.register_buffer("ends", torch.tensor([float(each) for each in shape.stretches]), persistent=False)

    def forward(self, rows: Tensor) -> Tensor:
        positions = rows[:, self.categories : self.categories + self.numbers]  # (batch, numbers)
        flags = rows[:, self.categories + self.numbers :]
        found = torch.cat([self._places(rows), self._numbers(positions), flags], 1)  # (batch, width)
        return found if found.shape[1] else F.pad(found, (0, 1))

    def _places(self, rows: Tensor) -> Tensor:
        """A one at the place of each category."""
        ones = rows.new_zeros(rows.shape[0], self.places)
        if self.told_apart:
            ones.scatter_(1, rows[:, self.told_apart].long() + self.offsets, 1.0)
        return ones

    def _numbers(self, positions: Tensor) -> Tensor:
        if self.form == "points":
            return positions
        passed = positions[:, self.columns] - self.knots  # (batch, stretches of all numbers)
        if self.form == "bends":
            return passed.clamp(0, 1)
        # The last stretch holds its end too.
        last = self.knots == self.ends[self.columns] - 1
        return ((passed >= 0) & ((passed < 1) | last)).to(positions.dtype)
