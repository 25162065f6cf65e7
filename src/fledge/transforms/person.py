"""A person, of whom it is asked what they would like; and in training what they liked, among things they didn't have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.core.errors import UsageError, shown
from fledge.core.seeds import Draws
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.pair_reading import PersonReading, name_at
from fledge.transforms.row_frame import Rows, as_frame, is_frame
from fledge.transforms.transform import Transform

_AGAIN = 3
"""How often a drawn thing that the person has is drawn anew; where somebody has nearly everything, some stay."""


@final
@dataclass(frozen=True)
class Negatives:
    """Beside each thing liked, so many others drawn at random, which the person did not have."""

    count: int = 16

    def __post_init__(self) -> None:
        if not 1 <= self.count <= 10_000:
            raise UsageError(f"{self.count} things beside each liked one; it takes 1 to 10,000")


@final
@dataclass(frozen=True)
class Person(Transform[Any, Tensor]):
    """Somebody as their place in the catalogue, (1,); 0 for those never met.

    To learn from, a person stands beside a thing liked, (2,), and random changes put others beside it, (2 + count,).
    """

    catalogue: Catalogue

    @property
    def places(self) -> tuple[int, int]:
        """How many places people and things have."""
        return self.catalogue.places

    def encode(self, value: Any) -> Tensor:
        return torch.tensor([self.catalogue.person(self._reading.who(value))], dtype=torch.int32)

    def encode_all(self, values: Any) -> Tensor:
        """People, or a frame with their column, as (people, 1)."""
        if is_frame(values):
            values = values if isinstance(values, Rows) else Rows(as_frame(values))
        return torch.stack([self.encode(each) for each in values]) if len(values) else torch.empty(0, 1, dtype=torch.int32)

    def decode(self, value: Tensor) -> dict[str, Any]:
        person, *things = value.tolist()
        shown_as = {self.catalogue.user_name: self.catalogue.people[person - 1] if person else "unknown"}
        if things:
            shown_as[self.catalogue.item_name] = self.catalogue.title(things[0])
        if others := [self.catalogue.title(each) for each in things[1:4]]:
            shown_as["rather than"] = ", ".join(others) + (", ..." if len(things) > 4 else "")
        return shown_as

    def warnings(self, value: Any) -> tuple[str, ...]:
        return self._reading.warnings(value)

    def reading(self, examples: Tensor | None) -> PersonReading:
        return self._reading

    def graph(self) -> nn.Module:
        """Places are what the network takes."""
        return nn.Identity()

    def given_again(self, encoded: Tensor) -> str:
        return name_at(self.catalogue.people, int(encoded[0]))

    def plan(self, changes: Sequence[Any], draws: Draws, batch: Tensor) -> NDArray[np.int32]:
        """The things drawn beside each liked one, (batch, count)."""
        counts = [each.count for each in changes if isinstance(each, Negatives)]
        if len(counts) != 1 or len(changes) != 1:
            raise UsageError(f"the only random change of likes is one Negatives(...), not {shown(changes)}")
        count, things = counts[0], len(self.catalogue.things)
        if batch.shape[1] == 1:  # people alone: nothing stands beside them
            return np.zeros((len(batch), 0), np.int32)
        owners = np.repeat(batch[:, 0].cpu().numpy(), count)
        # Each has random numbers of its own, whatever else is in the batch.
        each = Draws(draws.seed, draws.epoch, (draws.items[:, None] * count + np.arange(count)).ravel())
        drawn = _places(each.uniform("beside"), things)
        for again in range(_AGAIN):
            had = self.catalogue.had.holds(owners, drawn)
            if not had.any():
                break
            drawn = np.where(had, _places(each.uniform(f"beside {again}"), things), drawn)
        return drawn.reshape(len(batch), count)

    def augment(self, batch: Tensor, plan: NDArray[np.int32]) -> Tensor:
        return torch.cat([batch, torch.from_numpy(plan).to(batch.device, batch.dtype)], 1)

    @cached_property
    def _reading(self) -> PersonReading:
        """What tells who is meant, with torch and without."""
        return PersonReading(self.catalogue)


def _places(shares: NDArray[np.float64], things: int) -> NDArray[np.int32]:
    return (shares * things).astype(np.int32) + 1
