"""For each of many, a list of places: who had what."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.transforms.texts import Ends, check_ends, digest_of

Places = NDArray[np.int32]


@final
@dataclass(frozen=True, eq=False, repr=False)
class Lists:
    """One list of places behind the other, each in rising order, and where each list ends.

    >>> had = Lists.of(np.array([1, 0, 1]), np.array([7, 7, 3]), owners=3)
    >>> had[1].tolist(), had[2].tolist(), had.holds(np.array([0, 1]), np.array([7, 5])).tolist()
    ([3, 7], [], [True, False])
    """

    places: Places
    ends: Ends

    def __post_init__(self) -> None:
        check_ends(self.ends, len(self.places), "lists")
        if self.places.dtype != np.int32 or self.places.ndim != 1 or (len(self.places) and int(self.places.min()) < 0):
            raise UsageError("lists hold places, which are whole numbers from 0 on")

    @classmethod
    def of(cls, owners_of: NDArray[np.integer], places: NDArray[np.integer], owners: int) -> Self:
        """From pairs of owner and place, each pair once however often it was given."""
        width = int(places.max()) + 1 if len(places) else 1
        keys = np.unique(owners_of.astype(np.int64) * width + places)
        ends = np.cumsum(np.bincount(keys // width, minlength=owners), dtype=np.int64)
        return cls((keys % width).astype(np.int32), ends)

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, owner: int) -> Places:
        start = int(self.ends[owner - 1]) if owner else 0
        return self.places[start : int(self.ends[owner])]

    @property
    def largest(self) -> int:
        """The largest place in any list; -1 where all are empty."""
        return int(self.places.max()) if len(self.places) else -1

    @cached_property
    def owners(self) -> Places:
        """Whose each place is, as long as `places`."""
        return np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.ends, prepend=0))

    def holds(self, owners: NDArray[np.integer], places: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Whether each place stands in its owner's list."""
        if not len(self._keys):
            return np.zeros(owners.shape, bool)
        keys = owners.astype(np.int64) * self._width + places
        found = self._keys[np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)] == keys
        there: NDArray[np.bool_] = found & (places < self._width)
        return there

    @property
    def _width(self) -> int:
        return self.largest + 1

    @cached_property
    def _keys(self) -> NDArray[np.int64]:
        keys: NDArray[np.int64] = self.owners.astype(np.int64) * self._width + self.places
        return keys

    def __repr__(self) -> str:
        return f"Lists({len(self)}, {digest_of(self.places, self.ends)})"
