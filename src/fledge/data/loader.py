"""Batches of samples: read in threads, the same whatever their number."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws, generator, order, order_in_blocks
from fledge.data.arrival import Raw, arriving
from fledge.data.batch import Batch
from fledge.data.column import Column, WholeColumn
from fledge.data.parallel import ordered
from fledge.data.samples import Places, Samples
from fledge.transforms.transform import Codec


@final
@dataclass(eq=False)
class Loader:
    """The batches of some samples, epoch by epoch.

    The order is a function of (seed, epoch), an item's random changes of (seed, epoch, item): the number of threads
    changes nothing, and any batch of any epoch can be made at any time. Nothing is dropped; a last batch of one item
    joins the one before it, for batch norm can't learn from one.

    Plain iteration gives the next epoch each time: shuffled and changed at random if these are samples to learn from
    (`training`), in order and unchanged if not.
    """

    samples: Samples
    inputs: Column
    targets: Column | None
    bs: int = 64
    seed: int = 0
    training: bool = False
    changes: tuple[Any, ...] = ()
    workers: int = 0
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    shares: NDArray[np.float64] | None = None
    """How often each item is drawn in an epoch (adding up to 1), where that is not once each."""
    block: int | None = None
    """So many neighbours are read together, where values are on a disk and one by one would be slow."""

    def __post_init__(self) -> None:
        if self.bs < 1:
            raise UsageError(f"a batch needs at least one item, not bs={self.bs}")
        if self.workers < 0:
            raise UsageError(f"workers={self.workers}", hint="workers=0 reads without threads")
        self._passes = 0
        # Where nothing has to be read, all of it stands on the device, and a batch is picked out there.
        self._held = isinstance(self.inputs, WholeColumn) and isinstance(self.targets, WholeColumn | None)
        if isinstance(self.inputs, WholeColumn) and isinstance(self.targets, WholeColumn | None):
            self.inputs = self.inputs.to(self.device)
            self.targets = self.targets and self.targets.to(self.device)

    def __len__(self) -> int:
        return 0 if self.count == 0 else 1 + len(_cuts(self.count, self.bs))

    def __iter__(self) -> Iterator[Batch]:
        self._passes += 1
        return self.epoch(self._passes - 1, train=self.training)

    @property
    def count(self) -> int:
        """How many samples an epoch visits."""
        return len(self.samples)

    def epoch(
        self, n: int, *, start: int = 0, stop: int | None = None, train: bool, shuffle: bool | None = None
    ) -> Iterator[Batch]:
        """Batches `start` to `stop` of epoch `n`: shuffled and changed at random to train, else in order and unchanged.

        `shuffle` alone decides the order where it is given: averaging over views wants random changes, in order.
        """
        visits = self._visits(n) if (train if shuffle is None else shuffle) else np.arange(self.count)
        pieces = np.split(visits, _cuts(self.count, self.bs))[start:stop] if self.count else []
        read = partial(self._read, epoch=n if train else None)
        if self._held or self.device.type == "cpu":
            # Two processors are busier when the threads that read also prepare.
            return ordered(lambda piece: self._ready(*read(piece)), pieces, 0 if self._held else self.workers)
        return arriving(ordered(read, pieces, self.workers), self._ready, self.device)

    def pick(self, visits: Sequence[int], *, epoch: int = 0, train: bool = False) -> Batch:
        """One batch of chosen items; `item + k * count` is the same item with its k-th other random changes."""
        batch, draws = self._read(np.asarray(visits, dtype=np.int64), epoch if train else None)
        return self._ready(batch.to(self.device), draws)

    def to(self, device: torch.device) -> Loader:
        """The same loader, for another device."""
        return replace(self, device=device)

    def with_codec(self, codec: Codec[Any, Any]) -> Loader:
        """The same loader, whose batches are prepared by another codec that encodes alike (normalised, say)."""
        targets = None if self.targets is None else replace(self.targets, transform=codec.target)
        return replace(self, inputs=replace(self.inputs, transform=codec.input), targets=targets)

    def _visits(self, epoch: int) -> Places:
        """The items of an epoch as they come up; a second visit to an item is `item + count`, and changes it otherwise."""
        if self.shares is None:
            if self.block is not None:
                return order_in_blocks(self.seed, epoch, self.count, self.block)
            return order(self.seed, epoch, self.count)
        drawn = generator(self.seed, "balance", epoch).choice(self.count, self.count, p=self.shares)
        return drawn + self.count * times_before(drawn)

    def _read(self, visits: Places, epoch: int | None) -> Raw:
        """A batch of encoded values, and the random numbers of its changes."""
        items = visits % self.count
        draws = None if epoch is None else Draws(self.seed, epoch, visits)
        pinned = self.device.type == "cuda"
        inputs = self.inputs.gather(items, draws, pinned=pinned)
        targets = None if self.targets is None else self.targets.gather(items, draws, pinned=pinned)
        return Batch(inputs, targets, items), draws

    @torch.no_grad()
    def _ready(self, batch: Batch, draws: Draws | None) -> Batch:
        """The batch as the model takes it; with random changes where there are numbers for them."""
        if draws is None or not self.changes:
            inputs = self.inputs.transform.prepare(batch.inputs)
            targets = None if self.targets is None else self.targets.transform.prepare(batch.targets)
            return Batch(inputs, targets, batch.items)
        plan = self.inputs.transform.plan(self.changes, draws, batch.inputs)
        inputs = self.inputs.transform.augment(batch.inputs, plan)
        targets = None if self.targets is None else self.targets.transform.augment(batch.targets, plan)
        return Batch(inputs, targets, batch.items)


def _cuts(count: int, bs: int) -> list[int]:
    """Where one batch ends and the next begins: every `bs` items, a last one alone joining the batch before.

    >>> _cuts(9, 4), _cuts(10, 4)
    ([4], [4, 8])
    """
    cuts = list(range(bs, count, bs))
    return cuts[:-1] if cuts and bs > 1 and count - cuts[-1] == 1 else cuts


def times_before(items: Places) -> Places:
    """How often each item stood in the list already.

    >>> times_before(np.array([5, 7, 5, 5, 7])).tolist()
    [0, 0, 1, 2, 1]
    """
    by_item = np.argsort(items, kind="stable")
    ordered_items = items[by_item]
    starts = np.flatnonzero(np.r_[True, ordered_items[1:] != ordered_items[:-1]])
    runs = np.diff(np.r_[starts, len(items)])
    times = np.empty_like(items)
    times[by_item] = np.arange(len(items)) - np.repeat(starts, runs)
    return times
