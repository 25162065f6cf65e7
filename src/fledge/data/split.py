"""The parts that items were divided into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fledge.core.errors import DataError, listed, shown

Indices = NDArray[np.int64]


@final
@dataclass(frozen=True, eq=False)
class Split:
    """The places of the items to learn from, of those held back, and of those kept for a last test."""

    train: Indices
    valid: Indices
    test: Indices = field(default_factory=lambda: np.empty(0, dtype=np.int64))


def made(
    count: int, train: ArrayLike, valid: ArrayLike, test: ArrayLike = (), *, hint: str = "pass more items, or another valid_pct"
) -> Split:
    """A split in order of place, once it is sure that no place is wrong, on two sides, or that a side is empty.

    >>> made(3, train=[2, 0], valid=[1]).train.tolist()
    [0, 2]
    """
    parts = {"train": np.sort(indices(train)), "valid": np.sort(indices(valid)), "test": np.sort(indices(test))}
    for name, places in parts.items():
        if wrong := places[(places < 0) | (places >= count)].tolist():
            raise DataError(f"the {name} part asks for item {listed(wrong, 3)} of {count}", hint="places count from 0")
    times = np.bincount(np.concatenate([np.unique(places) for places in parts.values()]))
    if twice := np.flatnonzero(times > 1).tolist():
        raise DataError(
            f"{len(twice)} items stand in two parts of the split (item {listed(twice, 3)})", hint="give each to one"
        )
    for name, meaning in (("train", "to learn from"), ("valid", "held back")):
        if not len(parts[name]):
            raise DataError(f"of {count} items none is {meaning}", hint=hint)
    return Split(**parts)


def indices(places: ArrayLike | Iterable[int]) -> Indices:
    """Places in a list, as an array of whole numbers.

    >>> indices(range(3)).tolist()
    [0, 1, 2]
    """
    found = np.asarray(places if isinstance(places, np.ndarray) else list(places))  # type: ignore[arg-type]
    if found.ndim != 1 or (found.size and found.dtype.kind not in "iu"):
        raise DataError(
            f"{shown(found.tolist())} are no places of items", hint="places are whole numbers from 0; MaskSplitter takes a mask"
        )
    return found.astype(np.int64)
