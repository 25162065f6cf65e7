"""Loaders that others made."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset, TensorDataset

from fledge.core.errors import DataError, UsageError
from fledge.data.foreign import ForeignLoader, as_batch

DATA = TensorDataset(torch.arange(20.0)[:, None], torch.arange(20))


class Noisy(Dataset[tuple[float, float]]):
    """A data set that draws from every global generator."""

    def __len__(self) -> int:
        return 6

    def __getitem__(self, item: int) -> tuple[float, float]:
        return random.random() + np.random.random() + float(torch.rand(1)), 0.0  # noqa: NPY002


class Endless:
    """Batches without a length."""

    def __iter__(self) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
        return iter([(torch.zeros(2), torch.zeros(2)), (torch.zeros(3), torch.zeros(3))])


def order(loader: ForeignLoader, n: int, start: int = 0) -> list[int]:
    return [item for batch in loader.epoch(n, start=start, train=True) for item in batch.targets.tolist()]


def test_shuffling_repeats_for_the_same_epoch_and_differs_between_epochs() -> None:
    first, again = (ForeignLoader(DataLoader(DATA, 4, shuffle=True), seed=1) for _ in range(2))
    assert order(first, 0) == order(again, 0) != order(first, 1)
    assert sorted(order(first, 1)) == list(range(20))


def test_an_epoch_goes_on_from_any_batch() -> None:
    loader = ForeignLoader(DataLoader(DATA, 4, shuffle=True))
    assert order(loader, 3, start=2) == order(loader, 3)[8:]


def test_what_the_data_draw_repeats_and_nobody_else_notices() -> None:
    loader = ForeignLoader(DataLoader(Noisy(), 2))
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    seen, drawn = [], []
    for batch in loader.epoch(0, train=True):
        seen.append(batch.inputs)
        drawn.append(torch.rand(1))
    assert torch.equal(torch.cat(drawn), expected)
    assert torch.equal(torch.cat(seen), torch.cat([batch.inputs for batch in loader.epoch(0, train=True)]))


def test_sizes_are_found_where_nothing_tells_them() -> None:
    loader = ForeignLoader(Endless())
    assert (len(loader), loader.count) == (2, 5)
    dropping = ForeignLoader(DataLoader(DATA, 6, drop_last=True))
    assert (len(dropping), dropping.count) == (3, 18)


def test_what_can_be_gone_through_only_once_is_refused() -> None:
    with pytest.raises(UsageError, match="only once"):
        ForeignLoader(batch for batch in [(1, 2)])


def test_arrays_become_tensors_and_inputs_alone_have_no_targets() -> None:
    batch = as_batch([np.ones((2, 3), np.float32), np.array([0, 1])])
    assert batch.inputs.dtype == torch.float32
    assert as_batch(torch.zeros(3)).targets is None


def test_a_batch_that_is_no_pair_is_refused() -> None:
    with pytest.raises(DataError, match=r"not a dict of 2"):
        as_batch({"pixels": 1, "labels": 2})
