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

    For somebody new: `noise` is by how much (squared) what people say differs from what suits them, and `unsaid` how much each
    thing that they don't name counts as one they don't like: nothing of ratings, a little of likes.

    >>> FactorsNet(people=3, things=5, factors=2).build()(torch.zeros(4, 2, dtype=torch.int32)).shape
    torch.Size([4, 1])
    """

    people: Places
    things: Places
    factors: Annotated[int, msgspec.Meta(ge=1, le=16_384)]
    low: float | None = None
    high: float | None = None
    noise: _Positive = 0.5
    unsaid: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0

    def __post_init__(self) -> None:
        check_range(self.low, self.high)

    @property
    def places(self) -> tuple[int, int]:
        """How many places it knows."""
        return self.people, self.things

    def build(self) -> Factors:
        span = None if self.low is None or self.high is None else (self.low, self.high)
        return Factors(self.people, self.things, self.factors, span=span, noise=self.noise, unsaid=self.unsaid)


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
        noise: float = 0.5,
        unsaid: float = 0.0,
    ) -> None:
        super().__init__()
        self.people, self.things, self.factors = people, things, factors
        self.span, self.noise, self.unsaid = span, noise, unsaid
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
        """The vector (and bias) of somebody new: what is likeliest of a person like the known ones who said this.

        In closed form, by the spread of the known people's vectors: least squares for as many unknowns as things named.
        """
        if self.unsaid:
            return self._fitted_to_likes(places)
        spots = places.long() + self.people
        met = torch.cat([self.table[spots, :-1], self.table.new_ones(len(spots), 1)], 1)  # (n, factors + 1)
        people = self._whole_people()
        usual = people.mean(0)
        said = (people - usual) @ met.T  # (people, n)
        off = self._off(places, values) - met @ usual
        both = said.T @ said / len(said) + self.noise * torch.eye(len(spots), dtype=said.dtype, device=said.device)
        found: Tensor = usual + (people - usual).T @ (said @ torch.linalg.solve(both, off)) / len(said)
        return found

    def _whole_people(self) -> Tensor:
        """The known people's vectors, each with all of its bias."""
        known = slice(1, self.people)
        bias = self.table[known, -1] + (self.start[known] - self.start[0]) * self._slope
        return torch.cat([self.table[known, :-1], bias[:, None]], 1)

    def _off(self, places: Tensor, values: Tensor) -> Tensor:
        """What was said beyond what is said of these things on the whole, where vectors add up."""
        spots = places.long() + self.people
        start = self.start[0] + self.start[spots]
        if self.span is not None:
            low, wide = self.span[0], self.span[1] - self.span[0]
            values, start = (((each.to(self.table) - low) / wide).clamp(0.01, 0.99).logit() for each in (values, start))
        return values.to(self.table) - start - self.table[spots, -1]

    @property
    def _slope(self) -> float:
        """How much further apart numbers are where vectors add up, in the middle of the span."""
        return 1.0 if self.span is None else 4.0 / (self.span[1] - self.span[0])

    def _fitted_to_likes(self, places: Tensor) -> Tensor:
        """The vector by which the things named come near 1, and everything else near 0 where that costs little."""
        everything = self.table[self.people + 1 :, :-1]
        known = everything[places.long() - 1]
        held = self.noise * torch.eye(known.shape[1], dtype=known.dtype, device=known.device)
        solved = torch.linalg.solve(known.T @ known + held + self.unsaid * everything.T @ everything, known.sum(0))
        return torch.cat([solved, solved.new_zeros(1)])


def check_range(low: float | None, high: float | None) -> None:
    """A range of outputs has two ends, the lower one first."""
    if (low is None) != (high is None):
        raise UsageError("a range of outputs has a lower and an upper end", hint="y_range=(0.5, 5.5)")
    if low is not None and high is not None and not (isfinite(low) and isfinite(high) and low < high):
        raise UsageError(f"outputs can't lie between {low} and {high}", hint="y_range=(0.5, 5.5)")
