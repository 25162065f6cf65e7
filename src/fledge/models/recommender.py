"""What tells how well things suit people: the form that all such models have."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated

import msgspec
import torch
from torch import Tensor, nn

Places = Annotated[int, msgspec.Meta(ge=2, le=100_000_000)]
"""How many people or things there are, the place 0 for the unknown among them."""


class Recommender(nn.Module):
    """People and things by their places in, a number for each thing out.

    Inputs are (batch, 1): people, who get a number for everything there is; or (batch, 1 + n): people, each beside
    n things, which get a number each. Place 0 stands for whoever or whatever was never met.
    """

    things: int

    def forward(self, inputs: Tensor) -> Tensor:
        if inputs.shape[1] == 1:
            return self.everything(inputs[:, 0])
        return self.scores(inputs[:, :1], inputs[:, 1:])

    def everything(self, people: Tensor) -> Tensor:
        """A number for every thing from place 1 on, (batch, things - 1)."""
        places = torch.arange(1, self.things, device=people.device, dtype=people.dtype)
        return self.scores(people[:, None], places.expand(len(people), -1))

    @abstractmethod
    def scores(self, people: Tensor, places: Tensor) -> Tensor:
        """A number for each of n things beside each of the people: (batch, 1) and (batch, n) to (batch, n)."""

    @abstractmethod
    def for_new(self, places: Tensor, values: Tensor) -> Tensor:
        """A number for every thing from place 1 on, for somebody new who gave these things these ratings, (things - 1,)."""

    def vectors(self) -> Tensor | None:
        """What stands for each thing from place 1 on, if anything does: like things have like vectors."""
        return None
