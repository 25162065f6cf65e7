"""Randomness as a pure function of what it is for: (seed, epoch, item, purpose)."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import final

import numpy as np
from numpy.typing import NDArray

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15

MIXED = 64
"""So many blocks are mixed with each other."""


def key(*parts: int | str) -> int:
    """One 64-bit number out of several parts, the same on every machine.

    >>> key(42, "order", 1) == key(42, "order", 1) != key(42, "order", 2)
    True
    """
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in parts)
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def generator(*parts: int | str) -> np.random.Generator:
    """A numpy generator for one purpose."""
    return np.random.Generator(np.random.Philox(key=key(*parts)))


def order(seed: int, epoch: int, count: int) -> NDArray[np.int64]:
    """The order in which an epoch visits `count` items."""
    return generator(seed, "order", epoch).permutation(count)


def order_in_blocks(seed: int, epoch: int, count: int, block: int) -> NDArray[np.int64]:
    """The same order in which neighbours are mostly read together: blocks are drawn by chance, and mixed with some others.

    >>> visits = order_in_blocks(seed=0, epoch=1, count=10, block=2)
    >>> sorted(visits.tolist()) == list(range(10))
    True
    """
    draw = generator(seed, "order in blocks", epoch)
    starts = draw.permutation(-(-count // block)) * block
    visits = (starts[:, None] + np.arange(block)).ravel().astype(np.int64, copy=False)
    visits = visits[visits < count]
    for start in range(0, count, block * MIXED):
        draw.shuffle(visits[start : start + block * MIXED])
    return visits


@final
@dataclass(frozen=True)
class Draws:
    """The random numbers of one batch: each item's depend on that item alone, not on its neighbours.

    >>> together = Draws(seed=1, epoch=0, items=np.array([3, 7])).uniform("angle")
    >>> alone = Draws(seed=1, epoch=0, items=np.array([7])).uniform("angle")
    >>> bool(together[1] == alone[0])
    True
    """

    seed: int
    epoch: int
    items: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.items)

    def uniform(self, purpose: str, low: float = 0.0, high: float = 1.0) -> NDArray[np.float64]:
        """One number in [low, high) for each item."""
        bits = scrambled(self.items.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64(key(self.seed, self.epoch, purpose)))
        return low + (high - low) * ((bits >> np.uint64(11)).astype(np.float64) * 2.0**-53)

    def chance(self, purpose: str, probability: float) -> NDArray[np.bool_]:
        """Whether something of this probability happens to each item."""
        return self.uniform(f"{purpose}?") < probability

    def generators(self, purpose: str) -> list[np.random.Generator]:
        """A generator for each item, where one number is not enough."""
        return [generator(self.seed, self.epoch, purpose, int(item)) for item in self.items]


def scrambled(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64: every bit of the input moves every bit of the output."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9 & _MASK)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB & _MASK)
    return bits ^ (bits >> np.uint64(31))
