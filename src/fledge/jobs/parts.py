"""Which part each of many items is in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Self, final, overload

import numpy as np
from numpy.typing import NDArray

NAMES = ("", "train", "valid", "test")
"""The parts; "" is for what is set aside."""


@final
class Parts(Sequence[str]):
    """The part of each of many rows, a byte each.

    >>> parts = Parts.of(4, {"train": [0, 2], "valid": [3]})
    >>> list(parts), parts.places("train").tolist(), parts.counts()
    (['train', '', 'train', 'valid'], [0, 2], {'': 1, 'train': 2, 'valid': 1})
    """

    def __init__(self, numbers: NDArray[np.uint8]) -> None:
        self._numbers = numbers

    @classmethod
    def of(cls, count: int, places: Mapping[str, Any]) -> Self:
        """So many rows, those at some places in parts."""
        numbers = np.zeros(count, np.uint8)
        for name, some in places.items():
            numbers[some] = NAMES.index(name)
        return cls(numbers)

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Parts: ...
    def __getitem__(self, place: int | slice) -> str | Parts:
        return Parts(self._numbers[place]) if isinstance(place, slice) else NAMES[self._numbers[place]]

    def __contains__(self, name: object) -> bool:
        return name in self.counts()

    def __add__(self, other: Parts) -> Parts:
        return Parts(np.concatenate([self._numbers, other._numbers]))

    def places(self, name: str) -> NDArray[np.int64]:
        """Where the items of a part stand."""
        return np.flatnonzero(self._numbers == NAMES.index(name))

    def used(self) -> NDArray[np.int64]:
        """Where the items stand that are in any part."""
        return np.flatnonzero(self._numbers)

    def counts(self) -> dict[str, int]:
        """How many items are in each part that has some."""
        return {name: int(count) for name, count in zip(NAMES, np.bincount(self._numbers, minlength=4), strict=True) if count}


def counts_of(parts: Sequence[str]) -> Mapping[str, int]:
    """How many items are in each part that has some."""
    return parts.counts() if isinstance(parts, Parts) else Counter(parts)
