"""Things by those most like them that the person has: item to item."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor

from fledge.models.architecture import Architecture
from fledge.models.recommender import Places, Recommender
from fledge.models.searching import first_not_below

_AT_ONCE = 1 << 24
"""So many numbers are looked up in one go, where every thing is scored for people."""


@final
@dataclass(frozen=True)
class NearThingsNet(Architecture):
    """For each thing its `near` most alike; `given` is how many ratings (or likes) there are to look them up in.

    Of those alike that a person has, the mean is taken, and `damping` pulls it towards what is said without them; of
    `likes` the alikeness is summed up.

    >>> NearThingsNet(people=3, things=5, near=2, given=4).build()(torch.zeros(6, 2, dtype=torch.int32)).shape
    torch.Size([6, 1])
    """

    people: Places
    things: Places
    near: Annotated[int, msgspec.Meta(ge=1, le=10_000)]
    given: Annotated[int, msgspec.Meta(ge=0, le=10_000_000_000)]
    damping: Annotated[float, msgspec.Meta(gt=0, le=1000)] = 0.2
    likes: bool = False

    @property
    def places(self) -> tuple[int, int]:
        """How many places it knows."""
        return self.people, self.things

    def build(self) -> NearThings:
        return NearThings(self)


class NearThings(Recommender):
    """What people gave beyond what was to be expected (`beyond`), lies in order of person and thing (`key`)."""

    of_people: Tensor
    of_things: Tensor
    alike: Tensor
    weight: Tensor
    key: Tensor
    beyond: Tensor

    def __init__(self, sizes: NearThingsNet) -> None:
        super().__init__()
        self.things, self.damping, self.likes = sizes.things, sizes.damping, sizes.likes
        self.register_buffer("of_people", torch.zeros(sizes.people))
        self.register_buffer("of_things", torch.zeros(sizes.things))
        self.register_buffer("alike", torch.zeros(sizes.things, sizes.near, dtype=torch.int32))
        self.register_buffer("weight", torch.zeros(sizes.things, sizes.near))
        self.register_buffer("key", torch.zeros(sizes.given, dtype=torch.int64))
        self.register_buffer("beyond", torch.zeros(sizes.given))

    def scores(self, people: Tensor, places: Tensor) -> Tensor:
        start = self.of_people[people.int()] + self.of_things[places.int()]
        if torch.compiler.is_exporting():  # whose sizes aren't known yet
            return start + self._learned(*self._looked_up(people, places))
        rows = max(1, _AT_ONCE // (places.shape[1] * self.alike.shape[1]))
        pieces = zip(torch.split(people, rows), torch.split(places, rows), strict=True)
        return start + torch.cat([self._learned(*self._looked_up(*piece)) for piece in pieces])

    def everything(self, people: Tensor) -> Tensor:
        start = self.of_people[people.int()][:, None] + self.of_things[1:]
        return start + torch.stack([self._learned_of_all(*self._all_of(person)) for person in people.tolist()])

    def for_new(self, places: Tensor, values: Tensor) -> Tensor:
        beyond = values.new_zeros(self.things)
        has = torch.zeros(self.things, dtype=torch.bool, device=values.device)
        spots = places.int()
        # What they gave on the whole says how generous they are, not what they like.
        expected = self.of_people[0] + self.of_things[spots]
        off = values - expected
        beyond[spots] = torch.ones_like(off) if self.likes else off - off.mean() * len(off) / (len(off) + 5)
        has[spots] = True
        return self.of_people[0] + self.of_things[1:] + self._learned_of_all(has, beyond)

    def _all_of(self, person: int) -> tuple[Tensor, Tensor]:
        """For each thing whether the person has it, and what they gave beyond the expected."""
        ends = torch.tensor([person, person + 1], device=self.key.device) * self.things
        first, last = torch.searchsorted(self.key, ends).tolist()
        had = self.key[first:last] - person * self.things
        has, beyond = torch.zeros_like(self.of_things, dtype=torch.bool), torch.zeros_like(self.of_things)
        has[had], beyond[had] = True, self.beyond[first:last]
        return has, beyond

    def _learned_of_all(self, has: Tensor, beyond: Tensor) -> Tensor:
        alike = self.alike[1:].int()
        return self._learned(self.weight[1:] * has[alike], beyond[alike])

    def _looked_up(self, people: Tensor, places: Tensor) -> tuple[Tensor, Tensor]:
        """For the things alike to each: how alike (0 where the person has it not) and what was given beyond the expected."""
        alike = self.alike[places.int()]  # (batch, n, near)
        weight = self.weight[places.int()]
        if not len(self.key):
            return torch.zeros_like(weight), torch.zeros_like(weight)
        wanted = people.long()[:, :, None] * self.things + alike
        spots = first_not_below(self.key, wanted).clamp(max=len(self.key) - 1)
        has = self.key[spots] == wanted
        return weight * has, self.beyond[spots] * has

    def _learned(self, weight: Tensor, beyond: Tensor) -> Tensor:
        if self.likes:
            return (weight * beyond).sum(-1)
        return (weight * beyond).sum(-1) / (weight.sum(-1) + self.damping)
