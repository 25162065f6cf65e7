"""Vectors of people and things by turns: with those of one side given, those of the other have a closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.classic.who_had_what import WhoHadWhat

_ROOM = 1 << 23
"""So many numbers are held at once while the squares of vectors are added up."""


@final
@dataclass(frozen=True, eq=False)
class Side:
    """Everything that was given, in the order of one side's owners: whose (`ends`), about which others, and how much."""

    others: Tensor
    values: Tensor
    ends: NDArray[np.int64]

    @classmethod
    def of(cls, had: WhoHadWhat, side: int, values: NDArray[np.float32]) -> Self:
        """From the people's side (0) or the things' (1)."""
        owners, others = (had.people, had.things) if side == 0 else (had.things, had.people)
        order = np.argsort(owners, kind="stable")
        return cls(torch.from_numpy(others[order]), torch.from_numpy(values[order]), np.cumsum(had.counts(side)))

    @property
    def owners(self) -> int:
        """How many owners there are."""
        return len(self.ends)

    def chunks(self, dim: int) -> Iterator[tuple[int, int]]:
        """Owners in stretches that fit into memory, from the first to the one behind the last."""
        most_owners, most_values = max(1, _ROOM // (dim * dim)), max(1, _ROOM // (dim * dim))
        start = 0
        while start < self.owners:
            begun = self.ends[start - 1] if start else 0
            stop = int(np.searchsorted(self.ends, begun + most_values, side="right"))
            stop = max(start + 1, min(stop, start + most_owners, self.owners))
            yield start, stop
            start = stop

    def normal_equations(self, start: int, stop: int, vectors: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        """For each owner of a stretch the squares of the others' vectors added up, and their products with the targets."""
        dim = vectors.shape[1]
        squares, products = vectors.new_zeros(stop - start, dim * dim), vectors.new_zeros(stop - start, dim)
        first, last = int(self.ends[start - 1]) if start else 0, int(self.ends[stop - 1])
        sizes = torch.from_numpy(np.diff(self.ends[start:stop], prepend=first))
        whose = torch.repeat_interleave(torch.arange(stop - start), sizes)
        step = max(1, _ROOM // (dim * dim))
        for at in range(first, last, step):
            part, to = slice(at, min(at + step, last)), whose[at - first : min(at + step, last) - first]
            found = vectors[self.others[part].int()]  # (n, dim)
            squares.index_add_(0, to, (found[:, :, None] * found[:, None, :]).flatten(1))
            products.index_add_(0, to, found * targets[part][:, None])
        return squares.view(-1, dim, dim), products


def solved(
    side: Side, vectors: Tensor, targets: Tensor, held: Tensor, towards: Tensor, noise: torch.Generator | None
) -> Tensor:
    """Each owner's vector: least squares over what they gave, held `towards` a mean as strongly as `held` (dim, dim) says.

    With `noise`, drawn from all vectors that would do, each as likely as it fits.
    """
    found = torch.empty(side.owners, vectors.shape[1])
    for start, stop in side.chunks(vectors.shape[1]):
        squares, products = side.normal_equations(start, stop, vectors, targets)
        factor = torch.linalg.cholesky(squares + held)
        middle = torch.cholesky_solve((products + held @ towards)[:, :, None], factor)
        if noise is not None:
            drawn = torch.randn(middle.shape, generator=noise)
            middle = middle + torch.linalg.solve_triangular(factor.transpose(1, 2), drawn, upper=True)
        found[start:stop] = middle[:, :, 0]
    return found
