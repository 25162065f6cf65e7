"""Files that are the same, and pictures that look the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from fledge.jobs.check_look import SIDE, Look

ALIKE = 0.98
"""From this correlation of their small grey pictures on, two pictures are taken for the same one."""

MOST_COMPARED = 100_000
"""Among more pictures than this only copies are looked for: comparing takes the square of their number."""

_COARSE = 8
_MAYBE = 0.94
_MOST_PAIRS = 200_000
_FLAT = 2.0
"""The standard deviation below which a picture shows nothing that could be compared."""
_ROWS, _COLUMNS = 1024, 4096

Floats = NDArray[np.float32]


@final
@dataclass(frozen=True)
class Pair:
    """Two files by their places, and how alike they are: 1 if they are the same byte for byte."""

    first: int
    second: int
    alike: float

    @property
    def same(self) -> bool:
        """Whether one is a copy of the other."""
        return self.alike == 1


def copies(looks: Sequence[Look]) -> list[list[int]]:
    """Groups of files that are the same byte for byte."""
    groups: dict[bytes, list[int]] = defaultdict(list)
    for place, look in enumerate(looks):
        if look.digest:
            groups[look.digest].append(place)
    return [group for group in groups.values() if len(group) > 1]


def near_twins(looks: Sequence[Look]) -> list[Pair]:
    """Pairs of pictures that look the same: scaled, saved again, made lighter, with a word written in a corner.

    Of copies only the first is compared. Pictures of one even colour are alike in nothing.
    """
    seen: set[bytes] = set()
    pictures: dict[int, NDArray[np.uint8]] = {}
    for place, look in enumerate(looks):
        if look.small is not None and look.digest not in seen and look.small.std() >= _FLAT:
            seen.add(look.digest)
            pictures[place] = look.small
    places = list(pictures)
    if not 2 <= len(places) <= MOST_COMPARED:
        return []
    small = np.stack(list(pictures.values()))
    found: list[Pair] = []
    for first, second in _candidates(small):
        alike = np.einsum("ij,ij->i", _unit(small[first]), _unit(small[second]))
        found += [
            Pair(places[one], places[other], float(min(value, 0.9999)))
            for one, other, value in zip(first.tolist(), second.tolist(), alike.tolist(), strict=True)
            if value >= ALIKE
        ]
        if len(found) > _MOST_PAIRS:
            break
    return found


def _candidates(small: NDArray[np.uint8]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pairs that are alike in 8 × 8 fields, which can be told of all pairs by a few large products."""
    by = SIDE // _COARSE
    coarse = _unit(small.reshape(-1, _COARSE, by, _COARSE, by).mean((2, 4), dtype=np.float32))
    for top in range(0, len(coarse), _ROWS):
        for left in range(top - top % _COLUMNS, len(coarse), _COLUMNS):
            alike = coarse[top : top + _ROWS] @ coarse[left : left + _COLUMNS].T
            rows, columns = np.nonzero(alike >= _MAYBE)
            first, second = rows + top, columns + left
            later = second > first
            first, second = first[later], second[later]
            for start in range(0, len(first), _COLUMNS):
                yield first[start : start + _COLUMNS], second[start : start + _COLUMNS]


def _unit(pictures: NDArray[np.uint8] | Floats) -> Floats:
    """Each picture as a vector of length 1 whose mean is 0, so that a product of two is their correlation."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(1, keepdims=True)
    flat /= np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)
    return flat
