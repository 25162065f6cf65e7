"""Loaders that others made: a torch DataLoader, or any iterable of batches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass, field, replace
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError
from fledge.core.lending import Lending
from fledge.core.seeds import key
from fledge.data.batch import Batch


@final
@dataclass(eq=False)
class ForeignLoader:
    """Batches `(inputs, targets)` of any iterable that can be gone through again; those of a list are there already.

    Its order and its random changes are its own, so `train` asks nothing of it; but the global generators of torch,
    numpy and Python that it draws from are seeded for each epoch, apart from everybody else's: shuffling repeats, and
    going on from a batch in the middle gives the same batches.
    """

    batches: Iterable[Any]
    seed: int = 0
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))

    def __post_init__(self) -> None:
        if isinstance(self.batches, Iterator):
            raise UsageError(
                f"{type(self.batches).__name__} can be gone through only once, and training goes through its batches often",
                hint="pass a list, a torch DataLoader, or an object whose __iter__ starts anew each time",
            )
        self._passes = 0
        self._sizes: tuple[int, int] | None = None

    def __len__(self) -> int:
        return len(self.batches) if isinstance(self.batches, Sized) else self._counted()[0]

    def __iter__(self) -> Iterator[Batch]:
        self._passes += 1
        return self.epoch(self._passes - 1, train=True)

    @property
    def count(self) -> int:
        """How many samples an epoch visits; found by going through once where nothing tells."""
        sampler = getattr(self.batches, "sampler", None)
        whole = getattr(self.batches, "drop_last", None) is False
        return len(sampler) if whole and isinstance(sampler, Sized) else self._counted()[1]

    def epoch(
        self, n: int, *, start: int = 0, stop: int | None = None, train: bool, shuffle: bool | None = None
    ) -> Iterator[Batch]:
        """Batches `start` to `stop` of epoch `n`."""
        if isinstance(self.batches, list | tuple):
            for batch in self.batches[start:stop]:
                yield as_batch(batch).to(self.device)
            return
        lending = Lending(key(self.seed, "foreign", n) % 2**32)
        with lending.lent():
            batches = iter(self.batches)
        for place in range(len(self) if stop is None else min(stop, len(self))):
            with lending.lent():
                batch = next(batches, None)
            if batch is None:
                return
            if place >= start:
                yield as_batch(batch).to(self.device)

    def to(self, device: torch.device) -> ForeignLoader:
        """The same loader, for another device."""
        return replace(self, device=device)

    def _counted(self) -> tuple[int, int]:
        """How many batches and how many samples there are."""
        if self._sizes is None:
            with Lending(key(self.seed, "foreign", 0) % 2**32).lent():
                lengths = [len(as_batch(batch)) for batch in self.batches]
            self._sizes = len(lengths), sum(lengths)
        return self._sizes


def as_batch(batch: Any) -> Batch:
    """What a foreign loader gave, as a batch.

    >>> as_batch((np.zeros((4, 2), dtype=np.float32), [0, 1, 1, 0])).targets
    tensor([0, 1, 1, 0])
    """
    if isinstance(batch, Batch):
        return batch
    if isinstance(batch, list | tuple) and len(batch) == 2:
        return Batch(_as_tensor(batch[0]), _as_tensor(batch[1]))
    if isinstance(batch, Tensor):
        return Batch(batch, None)
    kind = f"{type(batch).__name__} of {len(batch)}" if isinstance(batch, Sized) else type(batch).__name__
    raise DataError(f"a batch must be (inputs, targets), not a {kind}", hint="let the loader give pairs of tensors")


def _as_tensor(value: Any) -> Any:
    """Arrays and lists of numbers as tensors; tensors, and tuples and mappings of them, as they are."""
    if isinstance(value, np.ndarray) or (isinstance(value, list) and not any(isinstance(each, Tensor) for each in value)):
        return torch.as_tensor(value)
    return value
