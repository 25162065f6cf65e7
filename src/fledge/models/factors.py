"""People and things as vectors whose product says how well they suit."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Annotated, final

import msgspec
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture
from fledge.models.recommender import Places, Recommender

_Positive = Annotated[float, msgspec.Meta(gt=0, le=1e9)]


@final
@dataclass(frozen=True)
class FactorsNet(Architecture):
    """Vectors of `factors` numbers and a bias for each person and each thing; with `low` and `high`, outputs lie between them.

    `ridge` is how strongly the vector of somebody new is held at nothing; `likes` says that a thing not named by them is
    one that they don't have, rather than one of which nothing is known.

    >>> FactorsNet(people=3, things=5, factors=2).build()(torch.zeros(4, 2, dtype=torch.int32)).shape
    torch.Size([4, 1])
    """

    people: Places
    things: Places
    factors: Annotated[int, msgspec.Meta(ge=1, le=16_384)]
    low: float | None = None
    high: float | None = None
    ridge: _Positive = 5.0
    likes: bool = False

    def __post_init__(self) -> None:
        check_range(self.low, self.high)

    @property
    def places(self) -> tuple[int, int]:
        """How many places it knows."""
        return self.people, self.things

    def build(self) -> Factors:
        span = None if self.low is None or self.high is None else (self.low, self.high)
        return Factors(self.people, self.things, self.factors, span=span, ridge=self.ridge, likes=self.likes)


class Factors(Recommender):
    """All vectors in one table, found in one look-up; its last column holds biases, which add to those it starts from."""

    start: Tensor

    def __init__(
        self,
        people: int,
        things: int,
        factors: int,
        *,
        span: tuple[float, float] | None = None,
        ridge: float = 5.0,
        likes: bool = False,
    ) -> None:
        super().__init__()
        self.people, self.things, self.factors = people, things, factors
        self.span, self.ridge, self.likes = span, ridge, likes
        self.table = nn.Parameter(torch.zeros(people + things, factors + 1))
        self.register_buffer("start", torch.zeros(people + things))

    def scores(self, people: Tensor, places: Tensor) -> Tensor:
        spots = torch.cat([people, places + self.people], 1)  # (batch, 1 + n)
        found = F.embedding(spots, self.table)  # (batch, 1 + n, factors + 1)
        person, thing = found[:, :1], found[:, 1:]
        start = self.start[spots]
        product = (person[..., :-1] * thing[..., :-1]).sum(-1)  # (batch, n)
        return self.within(start[:, :1] + start[:, 1:], product + person[..., -1] + thing[..., -1])

    def everything(self, people: Tensor) -> Tensor:
        of_people, of_things = self.table[people.int()], self.table[self.people + 1 :]
        product = of_people[:, :-1] @ of_things[:, :-1].T  # (batch, things - 1)
        start = self.start[people.int()][:, None] + self.start[self.people + 1 :]
        return self.within(start, product + of_people[:, -1:] + of_things[:, -1])

    def for_new(self, places: Tensor, values: Tensor) -> Tensor:
        vector = self._fitted(places, values)
        of_things = self.table[self.people + 1 :]
        start = self.start[0] + self.start[self.people + 1 :]
        return self.within(start, of_things[:, :-1] @ vector[:-1] + of_things[:, -1] + vector[-1])

    def vectors(self) -> Tensor:
        return self.table[self.people + 1 :, :-1]

    def within(self, start: Tensor, product: Tensor) -> Tensor:
        """What it starts from and what the vectors add; inside the span, if there is one, where the sum keeps its sense."""
        if self.span is None:
            return start + product
        low, wide = self.span[0], self.span[1] - self.span[0]
        place = ((start - low) / wide).clamp(0.01, 0.99)
        return low + wide * torch.sigmoid(place.logit() + product)

    def _fitted(self, places: Tensor, values: Tensor) -> Tensor:
        """The vector (and bias) nearest to what somebody new said, in closed form: least squares held at nothing.

        Of likes, everything not named counts a little as not liked, as it does for people known from the start.
        """
        spots = places.int() + self.people
        known = torch.cat([self.table[spots, :-1], self.table.new_ones(len(spots), 1)], 1)  # (n, factors + 1)
        start = self.start[0] + self.start[spots]
        wanted = values.to(known) - (start + self.table[spots, -1]) if self.span is None else self._unsquashed(values, start, spots)
        held = self.ridge * torch.eye(known.shape[1], dtype=known.dtype, device=known.device)
        if self.likes:
            everything = self.table[self.people + 1 :, :-1]
            known, wanted = known[:, :-1], torch.ones_like(wanted)
            held = held[:-1, :-1] + everything.T @ everything * (len(spots) / max(len(everything), 1))
        # A bias is held more gently than the vector, for it says what all that was said has in common.
        solved = torch.linalg.solve(known.T @ known + held, known.T @ wanted)
        return torch.cat([solved, solved.new_zeros(1)]) if self.likes else solved

    def _unsquashed(self, values: Tensor, start: Tensor, spots: Tensor) -> Tensor:
        assert self.span is not None
        low, wide = self.span[0], self.span[1] - self.span[0]
        said, begun = (((each.to(self.table) - low) / wide).clamp(0.01, 0.99).logit() for each in (values, start))
        return said - begun - self.table[spots, -1]


def check_range(low: float | None, high: float | None) -> None:
    """A range of outputs has two ends, the lower one first."""
    if (low is None) != (high is None):
        raise UsageError("a range of outputs has a lower and an upper end", hint="y_range=(0.5, 5.5)")
    if low is not None and high is not None and not (isfinite(low) and isfinite(high) and low < high):
        raise UsageError(f"outputs can't lie between {low} and {high}", hint="y_range=(0.5, 5.5)")
