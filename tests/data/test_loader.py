"""Our loader: the same batches whatever the number of threads."""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fledge.core.errors import DataError, UnreadableItem, UsageError
from fledge.data.batch import Batch
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import parent_label
from fledge.data.loader import Loader
from fledge.data.sources import get_image_files
from fledge.data.splits import IndexSplitter
from fledge.transforms.category import CategoryBlock
from fledge.transforms.number import NumberBlock
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import RandomResizedCrop, Resize

PHOTOS = DataBlock(
    get_items=get_image_files,
    get_y=parent_label,
    item_tfms=RandomResizedCrop(32),
    batch_tfms=aug_transforms(),
)


def loader_of(source: Any, block: DataBlock = PHOTOS, part: str = "train", **options: Any) -> Loader:
    settings: dict[str, Any] = {"bs": 8, "device": "cpu", "seed": 3, "workers": 2}
    loader = block.dataloaders(source, **settings | options).parts[part]
    assert isinstance(loader, Loader)
    return loader


def table(count: int, **options: Any) -> Loader:
    """A loader of numbers, all of which stand in memory."""
    rows = [(float(number), "odd" if number % 2 else "even") for number in range(count)]
    block = DataBlock(blocks=(NumberBlock, CategoryBlock), splitter=IndexSplitter([count - 2, count - 1]))
    return loader_of(rows, block, **options)


def digest(batches: Iterable[Batch]) -> str:
    found = hashlib.sha256()
    for batch in batches:
        for part in (batch.inputs.contiguous(), batch.targets, torch.from_numpy(batch.items)):
            found.update(part.numpy().tobytes())
    return found.hexdigest()


@pytest.mark.promise("B0")
def test_any_number_of_threads_gives_the_same_bits(photos: Path) -> None:
    seen = {digest(loader_of(photos, workers=workers).epoch(1, train=True)) for workers in (0, 1, 2, 4, 8)}
    seen |= {digest(loader_of(photos, cache=False).epoch(1, train=True))}
    assert len(seen) == 1


def test_epochs_differ_in_order_and_in_random_changes(photos: Path) -> None:
    loader = loader_of(photos)
    first, second = (list(loader.epoch(n, train=True)) for n in (0, 1))
    orders = [np.concatenate([batch.items for batch in batches]) for batches in (first, second)]
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(loader.count))
    assert orders[0].tolist() != orders[1].tolist()
    item = orders[0][0]
    place = orders[1].tolist().index(item)
    assert not torch.equal(first[0].inputs[0], second[place // 8].inputs[place % 8])


def test_another_seed_is_another_order(photos: Path) -> None:
    assert digest(loader_of(photos, seed=4).epoch(0, train=True)) != digest(loader_of(photos).epoch(0, train=True))


@pytest.mark.parametrize("make", [lambda photos: loader_of(photos), lambda photos: table(30)])
def test_an_epoch_goes_on_from_any_batch(photos: Path, make: Any) -> None:
    loader = make(photos)
    assert digest(loader.epoch(2, start=2, train=True)) == digest(list(loader.epoch(2, train=True))[2:])


def test_the_held_back_part_is_in_order_and_unchanged(photos: Path) -> None:
    loader = loader_of(photos, part="valid")
    (first,), (second,) = list(loader), list(loader)
    assert first.items is not None
    assert first.items.tolist() == list(range(loader.count))
    assert torch.equal(first.inputs, second.inputs)
    assert torch.equal(first.inputs[0], loader.pick([0]).inputs[0])


def test_plain_iteration_gives_the_next_epoch_each_time(photos: Path) -> None:
    loader = loader_of(photos)
    passes = [digest(loader), digest(loader)]
    assert passes == [digest(loader.epoch(n, train=True)) for n in (0, 1)]


def test_views_in_order_are_changed_at_random(photos: Path) -> None:
    loader = loader_of(photos, part="valid")
    view = next(loader.epoch(0, train=True, shuffle=False))
    assert view.items is not None
    assert view.items.tolist() == list(range(loader.count))
    assert not torch.equal(view.inputs, next(loader.epoch(0, train=False)).inputs)


def test_inputs_arrive_as_floats_with_channels_last(photos: Path) -> None:
    batch = next(loader_of(photos).epoch(0, train=True))
    assert batch.inputs.dtype == torch.float32
    assert batch.inputs.shape == (8, 3, 32, 32)
    assert batch.inputs.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize(("count", "sizes"), [(18, [8, 8]), (19, [8, 9]), (20, [8, 8, 2]), (5, [3]), (10, [8])])
def test_nothing_is_dropped_and_no_item_is_a_batch_alone(count: int, sizes: list[int]) -> None:
    loader = table(count)
    assert [len(batch) for batch in loader] == sizes
    assert len(loader) == len(sizes)


def test_tables_are_picked_out_of_memory_without_threads() -> None:
    loader, before = table(30, workers=4), threading.active_count()
    batch = next(batches := loader.epoch(0, train=True))
    assert threading.active_count() == before
    assert torch.equal(batch.inputs, loader.inputs.gather(batch.items, None))  # type: ignore[arg-type]
    batches.close()  # type: ignore[attr-defined]


def test_dropping_an_epoch_leaves_no_thread(photos: Path) -> None:
    before = threading.active_count()
    for _ in loader_of(photos, workers=4).epoch(0, train=True):
        break
    assert threading.active_count() == before


def test_an_error_while_reading_is_itself_and_names_the_item(photos: Path, tmp_path: Path) -> None:
    shutil.copytree(photos, tmp_path / "photos")
    loader, before = loader_of(tmp_path / "photos", cache=False), threading.active_count()
    loader.samples.inputs[5].unlink()
    with pytest.raises(UnreadableItem, match=r"while reading item 5: .*jpg"):
        list(loader.epoch(0, train=True))
    assert threading.active_count() == before


def test_pictures_of_many_sizes_are_refused_with_the_way_out() -> None:
    pictures = [(np.zeros((4 + place, 5, 3), np.uint8), "ab"[place % 2]) for place in range(6)]
    loader = loader_of(pictures, DataBlock())
    with pytest.raises(DataError, match=r"different sizes can't stand in one batch(.|\n)*item_tfms=Resize"):
        list(loader)


def test_balanced_classes_come_up_equally_often_and_repeats_are_changed_otherwise() -> None:
    pixels = np.random.default_rng(0).integers(0, 255, (60, 8, 8, 3), dtype=np.uint8)
    pictures = [(picture, "rare" if place < 2 else "common") for place, picture in enumerate(pixels)]
    block = DataBlock(splitter=IndexSplitter([58, 59]), batch_tfms=aug_transforms(p_lighting=1))
    loader = loader_of(pictures, block, balance="sample", bs=64)
    (batch,) = loader.epoch(0, train=True)
    assert batch.targets.float().mean().item() == pytest.approx(0.5, abs=0.15)
    rare = batch.inputs[torch.from_numpy(batch.items) == 0]
    assert len(rare) > 5
    assert len(torch.unique(rare.flatten(1), dim=0)) == len(rare)


def test_balance_needs_classes() -> None:
    with pytest.raises(UsageError, match="one class for each item"):
        loader_of([(1.0, 2.0), (2.0, 3.0), (3.0, 4.5)] * 3, DataBlock(blocks=(NumberBlock, NumberBlock)), balance="sample")


def test_settings_that_can_not_be_are_refused() -> None:
    with pytest.raises(UsageError, match="bs=0"):
        table(10, bs=0)
    with pytest.raises(UsageError, match="workers=-1"):
        table(10, workers=-1)


def test_normalised_loaders_share_what_was_read(photos: Path) -> None:
    block = DataBlock(get_items=get_image_files, get_y=parent_label, item_tfms=Resize(16))
    plain: DataLoaders = block.dataloaders(photos, device="cpu")
    scaled = plain.normalised((0.5, 0.5, 0.5), (0.25, 0.25, 0.25))
    before, after = (next(dls.valid.epoch(0, train=False)).inputs for dls in (plain, scaled))
    assert torch.allclose((before - 0.5) / 0.25, after, atol=1e-5)
