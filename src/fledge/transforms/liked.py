"""What somebody liked, among all there is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.transforms.catalogue import Catalogue
from fledge.transforms.transform import Transform


@final
@dataclass(frozen=True)
class Liked(Transform[Sequence[str], Tensor]):
    """For each thing there is 1 if it was liked, 0 if not, -1 if it doesn't count, for the person had it before.

    In training the things are a liked one and those drawn beside it: 1, 0, 0, ..., as bytes without a sign.
    """

    catalogue: Catalogue

    def encode(self, value: Sequence[str]) -> Tensor:
        found = torch.zeros(len(self.catalogue.things), dtype=torch.int8)
        found[[self.catalogue.known_thing(each) - 1 for each in value]] = 1
        return found

    def decode(self, value: Tensor) -> Any:
        """The titles of what was liked; of a liked thing among others just that it was."""
        if value.dtype == torch.uint8:
            return "liked"
        return tuple(self.catalogue.title(place + 1) for place in (value > 0).nonzero().flatten().tolist())

    def of_people(self, people: NDArray[np.integer], liked: Sequence[NDArray[np.integer]]) -> Tensor:
        """What each of several people liked, by places; what they had in the part that was learned from doesn't count."""
        found = np.zeros((len(people), len(self.catalogue.things)), np.int8)
        for row, (person, places) in enumerate(zip(people.tolist(), liked, strict=True)):
            found[row, self.catalogue.had[person] - 1] = -1 if person else 0
            found[row, np.asarray(places) - 1] = 1
        return torch.from_numpy(found)

    def augment(self, batch: Tensor, plan: NDArray[np.int32]) -> Tensor:
        return torch.cat([batch, batch.new_zeros(len(batch), plan.shape[1])], 1)
