"""What can be asked of the loaders together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch
from torch.utils.data import DataLoader, TensorDataset

from fledge.core.errors import UsageError
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import ColReader, parent_label
from fledge.data.sources import get_image_files
from fledge.data.splits import IndexSplitter
from fledge.transforms.category import CategoryBlock
from fledge.transforms.multi_category import MultiCategoryBlock
from fledge.transforms.number import NumberBlock
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize

ROWS = pl.DataFrame({"age": [float(n) for n in range(10)], "kind": ["old", "young"] * 5})


@pytest.fixture
def dls(photos: Path) -> DataLoaders:
    block = DataBlock(get_items=get_image_files, get_y=parent_label, item_tfms=Resize(16), batch_tfms=aug_transforms())
    return block.dataloaders(photos, bs=8, device="cpu", workers=2)


def table(**options: Any) -> DataLoaders:
    readers = {"get_x": ColReader("age"), "get_y": ColReader("kind")}
    block = DataBlock(blocks=(NumberBlock, CategoryBlock), splitter=IndexSplitter([8, 9]), **readers)
    return block.dataloaders(ROWS, device="cpu", **options)


def test_new_photos_come_in_order_without_targets(dls: DataLoaders, photos: Path) -> None:
    files = get_image_files(photos)[::7]
    loader = dls.test_dl(files)
    (batch,) = loader
    assert batch.targets is None
    assert [loader.samples.name(place) for place in range(len(batch))] == [str(file) for file in files]
    assert torch.equal(batch.inputs, dls.test_dl(files).pick(range(6)).inputs)


def test_new_photos_may_be_a_folder_or_one_file(dls: DataLoaders, photos: Path) -> None:
    assert dls.test_dl(photos).count == 40
    assert dls.test_dl(str(photos / "bird" / "bird_001.jpg")).count == 1


def test_new_rows_are_read_as_the_old_ones_and_labelled_if_asked_for() -> None:
    (batch,) = table().test_dl(ROWS.head(3), with_labels=True)
    assert batch.targets.tolist() == [0, 1, 0]
    (unlabelled,) = table().test_dl(ROWS.head(3).drop("kind"))
    assert torch.equal(unlabelled.inputs, batch.inputs)


def test_classes_are_counted_in_the_training_part() -> None:
    assert table().class_counts() == {"old": 4, "young": 4}
    tags = DataBlock(blocks=(NumberBlock, MultiCategoryBlock), splitter=IndexSplitter([2]))
    dls = tags.dataloaders([(1.0, ["a", "b"]), (2.0, ["a"]), (3.0, ["b"])], device="cpu")
    assert dls.class_counts() == {"a": 2, "b": 1}


def test_numbers_have_no_classes_to_count() -> None:
    dls = DataBlock(blocks=(NumberBlock, NumberBlock)).dataloaders([(1.0, 2.0), (2.0, 3.0), (3.0, 5.0)], device="cpu")
    with pytest.raises(UsageError, match="no classes"):
        dls.class_counts()


def test_the_fingerprint_says_what_has_changed() -> None:
    first, other = table().fingerprints(), table(bs=4).fingerprints()
    assert {name for name in first if first[name] != other[name]} == {"settings", "batches"}
    assert table().fingerprint() == table().fingerprint() != table(seed=1).fingerprint()


def test_a_step_of_ones_own_leaves_the_fingerprint_the_same(photos: Path) -> None:
    def made() -> str:
        block = DataBlock(get_items=get_image_files, get_y=parent_label, item_tfms=[Resize(8), lambda picture: picture])
        return block.dataloaders(photos, device="cpu").fingerprint()

    assert made() == made()


def test_moving_leaves_the_first_where_they_were(dls: DataLoaders) -> None:
    assert table().to("cpu").device == torch.device("cpu")
    assert dls.bs == 8


def test_foreign_loaders_train_but_can_not_be_asked_for_what_they_do_not_know() -> None:
    data = TensorDataset(torch.arange(10.0)[:, None], torch.arange(10))
    dls = DataLoaders.from_datasets(data, data, bs=4, device="cpu")
    assert (dls.bs, dls.train.count, len(dls.valid), dls.vocab) == (4, 10, 2, ())
    with pytest.raises(UsageError, match="without a codec"):
        dls.normalised((0.5,), (0.5,))
    with pytest.raises(UsageError, match="made elsewhere"):
        dls.test_dl([1.0])


def test_torch_loaders_are_taken_as_they_are() -> None:
    loader = DataLoader(TensorDataset(torch.zeros(6, 2), torch.ones(6)), batch_size=3)
    dls = DataLoaders.from_loaders(loader, [(torch.zeros(2, 2), torch.ones(2))], device="cpu")
    assert [len(batch) for batch in dls.train] == [3, 3]
    assert dls.fingerprint() != DataLoaders.from_loaders(loader, loader, device="cpu").fingerprint()
