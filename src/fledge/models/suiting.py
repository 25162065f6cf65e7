"""A network that tells from two vectors how well a thing suits a person."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, final

import msgspec
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture
from fledge.models.factors import check_range
from fledge.models.recommender import Places, Recommender

_Width = Annotated[int, msgspec.Meta(ge=1, le=16_384)]

_CLOSEST = 20
"""How many people stand for somebody new."""

_COMPARED = 20_000
_AT_ONCE = 2048


@final
@dataclass(frozen=True)
class SuitingNet(Architecture):
    """Vectors of `factors` numbers, and layers over both and over their product.

    >>> SuitingNet(people=3, things=5, factors=4, layers=(8,)).build()(torch.zeros(6, 2, dtype=torch.int32)).shape
    torch.Size([6, 1])
    """

    people: Places
    things: Places
    factors: _Width
    layers: tuple[_Width, ...] = (64,)
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.2
    low: float | None = None
    high: float | None = None
    likes: bool = False

    def __post_init__(self) -> None:
        check_range(self.low, self.high)
        if not self.layers:
            raise UsageError("a network without layers is a product of vectors", hint="use FactorsNet, or layers=(64,)")

    @property
    def places(self) -> tuple[int, int]:
        """How many places it knows."""
        return self.people, self.things

    def build(self) -> Suiting:
        span = None if self.low is None or self.high is None else (self.low, self.high)
        return Suiting(self.people, self.things, self.factors, self.layers, dropout=self.dropout, span=span, likes=self.likes)


class Suiting(Recommender):
    """Adds to the biases it starts from what the layers make of a person and a thing."""

    start: Tensor

    def __init__(
        self,
        people: int,
        things: int,
        factors: int,
        layers: tuple[int, ...],
        *,
        dropout: float = 0.2,
        span: tuple[float, float] | None = None,
        likes: bool = False,
    ) -> None:
        super().__init__()
        self.people, self.things, self.span, self.likes = people, things, span, likes
        self.table = nn.Parameter(torch.randn(people + things, factors) * 0.1)
        self.register_buffer("start", torch.zeros(people + things))
        widths = (3 * factors, *layers)
        inner = [part for wide, next_ in pairwise(widths) for part in (nn.Linear(wide, next_), nn.ReLU(), nn.Dropout(dropout))]
        self.body = nn.Sequential(*inner)
        self.head = nn.Linear(widths[-1], 1)
        nn.init.zeros_(self.head.weight)  # what nothing is known of yet is as the biases say
        nn.init.zeros_(self.head.bias)
        with torch.no_grad():
            self.table[[0, people]] = 0

    def scores(self, people: Tensor, places: Tensor) -> Tensor:
        spots = torch.cat([people, places + self.people], 1)  # (batch, 1 + n)
        found = F.embedding(spots, self.table)
        person, thing = found[:, :1], found[:, 1:]
        start = self.start[spots]
        return self._said(start[:, :1] + start[:, 1:], person.expand_as(thing), thing)

    def for_new(self, places: Tensor, values: Tensor) -> Tensor:
        """What people say who are most like them: a network's vector for somebody has no closed form."""
        person = self._nearest(places, values)
        thing = self.table[self.people + 1 :]
        start = self.start[0] + self.start[self.people + 1 :]
        return self._said(start, person.expand_as(thing), thing)

    def vectors(self) -> Tensor:
        return self.table[self.people + 1 :]

    def _said(self, start: Tensor, person: Tensor, thing: Tensor) -> Tensor:
        beyond: Tensor = self.head(self.body(torch.cat([person, thing, person * thing], -1))).squeeze(-1)
        total = start + beyond
        if self.span is None:
            return total
        low, wide = self.span[0], self.span[1] - self.span[0]
        place = ((start - low) / wide).clamp(0.01, 0.99)
        squashed: Tensor = low + wide * torch.sigmoid(place.logit() + beyond)
        return squashed

    def _nearest(self, places: Tensor, values: Tensor) -> Tensor:
        """The mean vector of those who, by this network, would say most nearly what was said."""
        people = torch.arange(1, self.people, device=places.device, dtype=torch.int32)[:_COMPARED]
        parts = torch.split(people, _AT_ONCE)
        said = torch.cat([self.scores(part[:, None], places[None].expand(len(part), -1)) for part in parts])
        if self.likes:
            off = -said.mean(1)
        else:  # how generous somebody is on the whole says nothing of what they like
            usual = self.start[people.int()][:, None] + self.start[places.int() + self.people]
            wanted = values - self.start[0] - self.start[places.int() + self.people]
            off = (said - usual - wanted).square().mean(1)
        closest = off.topk(min(_CLOSEST, len(off)), largest=False).indices
        found: Tensor = self.table[people[closest]].mean(0)
        return found
