"""The training part of ratings or likes, as classic models take it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.data.column import WholeColumn
from fledge.data.loader import Loader
from fledge.transforms.pair import Pair
from fledge.transforms.person import Person


@final
@dataclass(frozen=True, eq=False)
class WhoHadWhat:
    """Three columns that belong together: people, things (by their places) and what was given; 1 for a like."""

    people: NDArray[np.int32]
    things: NDArray[np.int32]
    given: NDArray[np.float32]
    places: tuple[int, int]
    likes: bool

    @classmethod
    def of(cls, loader: Loader) -> Self:
        """All that a loader of pairs, or of likes to learn from, holds."""
        column, targets = loader.inputs, loader.targets
        if not isinstance(column, WholeColumn) or not isinstance(column.transform, Pair | Person) or targets is None:
            raise UsageError("these are no ratings and no likes", hint="build the loaders with CollabDataLoaders")
        pairs = column.encoded.cpu().numpy()
        if pairs.shape[1] != 2 or not isinstance(targets, WholeColumn):
            raise UsageError("these are people to ask about, not ratings to learn from", hint="take the training part")
        likes = isinstance(column.transform, Person)
        given = np.ones(len(pairs), np.float32) if likes else targets.encoded.cpu().numpy()
        return cls(pairs[:, 0], pairs[:, 1], given, column.transform.places, likes)

    def __len__(self) -> int:
        return len(self.given)

    @cached_property
    def mean(self) -> float:
        """The mean of all that was given."""
        return float(self.given.mean(dtype=np.float64))

    def sums(self, side: int, values: NDArray[np.floating]) -> NDArray[np.float64]:
        """The values added up for each person (side 0) or each thing (side 1)."""
        # An empty part adds up to whole numbers.
        return np.bincount((self.people, self.things)[side], values, self.places[side]).astype(np.float64, copy=False)

    def counts(self, side: int) -> NDArray[np.int64]:
        """How often each person, or each thing, comes up."""
        return np.bincount((self.people, self.things)[side], minlength=self.places[side])
