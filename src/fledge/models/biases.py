"""What people and things add to the mean, each by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from fledge.models.architecture import Architecture
from fledge.models.recommender import Places, Recommender


@final
@dataclass(frozen=True)
class BiasesNet(Architecture):
    """A number for each person and one for each thing, added up: mean, item means and popularity are of this form.

    >>> BiasesNet(people=3, things=5).build()(torch.zeros(4, 2, dtype=torch.int32)).shape
    torch.Size([4, 1])
    """

    people: Places
    things: Places

    @property
    def places(self) -> tuple[int, int]:
        """How many places it knows."""
        return self.people, self.things

    def build(self) -> Biases:
        return Biases(torch.zeros(self.people), torch.zeros(self.things))


class Biases(Recommender):
    """`of_people` holds the mean as well, so that the place of the unknown person gives it."""

    of_people: Tensor
    of_things: Tensor

    def __init__(self, of_people: Tensor, of_things: Tensor) -> None:
        super().__init__()
        self.things = len(of_things)
        self.register_buffer("of_people", of_people)
        self.register_buffer("of_things", of_things)

    def scores(self, people: Tensor, places: Tensor) -> Tensor:
        return self.of_people[people.int()] + self.of_things[places.int()]

    def for_new(self, places: Tensor, values: Tensor) -> Tensor:
        return self.of_people[0] + self.of_things[1:]
