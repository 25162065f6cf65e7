"""A network for rows of a table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn

from fledge.models.architecture import Architecture, Count

Steps = Annotated[int, msgspec.Meta(ge=0, le=256)]
"""Stretches between the knots of a number."""
Share = Annotated[float, msgspec.Meta(ge=0, lt=1)]
"""Of what is known, how much is left out by chance while learning."""


@final
@dataclass(frozen=True)
class TabularNet(Architecture):
    """Categories by their vectors, numbers by their place between knots, and a residual network over both.

    `slots` says how many places each category has, `steps` how many stretches between knots each number has, `flags` how
    many marks for missing numbers follow them. `layers` asks for plain layers of these widths in place of the residual ones.

    >>> TabularNet(slots=(4, 3), steps=(32,), flags=1, outputs=2).build()(torch.zeros(5, 4)).shape
    torch.Size([5, 2])
    """

    slots: tuple[Count, ...]
    steps: tuple[Steps, ...]
    flags: Annotated[int, msgspec.Meta(ge=0, le=100_000)]
    outputs: Count
    dim: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 8
    width: Annotated[int, msgspec.Meta(ge=1, le=16_384)] = 128
    blocks: Annotated[int, msgspec.Meta(ge=0, le=64)] = 2
    dropout: Share = 0.2
    layers: tuple[Annotated[int, msgspec.Meta(ge=1, le=16_384)], ...] = ()

    def build(self) -> RowNet:
        features = self.dim * (len(self.slots) + len(self.steps)) + self.flags
        if self.layers:
            widths = (features, *self.layers)
            plain = [_layer(before, after, self.dropout) for before, after in pairwise(widths)]
            return RowNet(self.slots, self.steps, self.dim, nn.Sequential(*plain), nn.Linear(widths[-1], self.outputs))
        residual = [Residual(self.width, self.dropout) for _ in range(self.blocks)]
        body = nn.Sequential(nn.Linear(features, self.width), *residual, nn.BatchNorm1d(self.width), nn.ReLU())
        return RowNet(self.slots, self.steps, self.dim, body, nn.Linear(self.width, self.outputs))


class RowNet(nn.Module):
    """Encoded rows (places of categories, positions of numbers, flags) to outputs."""

    def __init__(self, slots: tuple[int, ...], steps: tuple[int, ...], dim: int, body: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.categories = Categories(slots, dim) if slots else None
        self.numbers = Numbers(steps, dim) if steps else None
        self.cuts = len(slots), len(slots) + len(steps)
        self.body = body
        self.head = head

    def forward(self, rows: Tensor) -> Tensor:
        first, second = self.cuts
        parts = [rows[:, second:]]  # (batch, flags)
        if self.numbers is not None:
            parts.append(self.numbers(rows[:, first:second]))
        if self.categories is not None:
            parts.append(self.categories(rows[:, :first]))
        outputs: Tensor = self.head(self.body(torch.cat(parts, 1)))  # (batch, outputs)
        return outputs

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """All that sees, and the last layer, which says."""
        said = list(self.head.parameters())
        return [[each for each in self.parameters() if all(each is not other for other in said)], said]


class Categories(nn.Module):
    """The vectors of all columns in one table, found in one look-up.

    >>> Categories((4, 3), dim=8)(torch.zeros(5, 2)).shape
    torch.Size([5, 16])
    """

    offsets: Tensor

    def __init__(self, slots: tuple[int, ...], dim: int) -> None:
        super().__init__()
        starts = list(accumulate(slots, initial=0))
        self.vectors = nn.Embedding(starts[-1], dim)
        nn.init.normal_(self.vectors.weight, std=dim**-0.5)
        with torch.no_grad():
            # What training never meets says nothing: each column's places for missing and unknown start at zero.
            for start in starts[:-1]:
                self.vectors.weight[start : start + 2] = 0
        self.register_buffer("offsets", torch.tensor(starts[:-1], dtype=torch.int32), persistent=False)

    def forward(self, places: Tensor) -> Tensor:
        found: Tensor = self.vectors(places.int() + self.offsets)  # (batch, columns, dim)
        return found.flatten(1)


class Numbers(nn.Module):
    """Each number as a vector that moves along a straight line between one knot and the next.

    >>> Numbers((4, 32), dim=8)(torch.zeros(5, 2)).shape
    torch.Size([5, 16])
    """

    knots: Tensor

    def __init__(self, steps: tuple[int, ...], dim: int) -> None:
        super().__init__()
        most = max(1, *steps)
        self.directions = nn.Parameter(torch.randn(len(steps), most, dim) * (2.0 / (most * dim)) ** 0.5)
        self.start = nn.Parameter(torch.randn(len(steps), 1, dim) * 0.1)
        self.register_buffer("knots", torch.arange(most, dtype=torch.float32), persistent=False)

    def forward(self, positions: Tensor) -> Tensor:
        # How far each number has come along each stretch: 1 behind it, 0 before it.
        passed = (positions.T[:, :, None] - self.knots).clamp(0, 1)  # (columns, batch, steps)
        vectors = torch.baddbmm(self.start, passed, self.directions)  # (columns, batch, dim)
        return vectors.transpose(0, 1).flatten(1).relu()


class Residual(nn.Module):
    """Adds to what is known what two layers make of it.

    >>> Residual(8, dropout=0.1)(torch.zeros(5, 8)).shape
    torch.Size([5, 8])
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(width)
        self.widen = nn.Linear(width, 2 * width)
        self.dropout = nn.Dropout(dropout)
        self.narrow = nn.Linear(2 * width, width)

    def forward(self, known: Tensor) -> Tensor:
        seen: Tensor = self.narrow(self.dropout(self.widen(self.norm(known)).relu()))  # (batch, width)
        return known + seen


def _layer(before: int, after: int, dropout: float) -> nn.Sequential:
    return nn.Sequential(nn.Linear(before, after, bias=False), nn.BatchNorm1d(after), nn.ReLU(), nn.Dropout(dropout))
