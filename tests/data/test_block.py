"""From a source to loaders: what is set aside, what is refused, what is learned."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
import torch

from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import ColReader, parent_label
from fledge.data.loader import Loader
from fledge.data.sources import get_image_files
from fledge.data.splits import GrandparentSplitter, IndexSplitter, RandomSplitter
from fledge.transforms.category import CategoryBlock
from fledge.transforms.multi_category import MultiCategoryBlock
from fledge.transforms.number import NumberBlock
from fledge.transforms.presets import Normalize, aug_transforms
from fledge.transforms.resize import Resize

PHOTOS = DataBlock(get_items=get_image_files, get_y=parent_label, item_tfms=Resize(16))
NUMBERS = DataBlock(blocks=(NumberBlock, CategoryBlock))


def loaders(block: DataBlock, source: Any, **options: Any) -> DataLoaders:
    settings: dict[str, Any] = {"device": "cpu", "workers": 2}
    return block.dataloaders(source, **settings | options)


def train_of(dls: DataLoaders) -> Loader:
    assert isinstance(dls.train, Loader)
    return dls.train


@pytest.fixture
def some_bad(photos: Path, tmp_path: Path) -> Path:
    """The photos, and among them two files that are none."""
    shutil.copytree(photos, tmp_path / "photos")
    (tmp_path / "photos" / "bird" / "bird_003.jpg").write_bytes(b"<html>not found</html>")
    (tmp_path / "photos" / "forest" / "forest_001.jpg").write_bytes(b"")
    return tmp_path / "photos"


def test_a_folder_of_photos_becomes_batches(photos: Path) -> None:
    dls = loaders(PHOTOS, photos, bs=8)
    assert dls.vocab == ("bird", "forest")
    assert (dls.train.count, dls.valid.count) == (32, 8)
    inputs, targets = dls.one_batch()
    assert inputs.shape == (8, 3, 16, 16)
    assert set(targets.tolist()) <= {0, 1}


def test_labels_stay_with_their_photos(photos: Path) -> None:
    dls = loaders(PHOTOS, photos)
    for batch in dls.train:
        assert batch.items is not None
        names = [parent_label(train_of(dls).samples.name(int(item))) for item in batch.items]
        assert [dls.vocab[target] for target in batch.targets] == names


@pytest.mark.promise("C1")
def test_every_unreadable_file_is_listed_with_its_reason_and_nothing_else(
    some_bad: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dls = loaders(PHOTOS, some_bad)
    assert [Path(each.name).name for each in dls.bad] == ["bird_003.jpg", "forest_001.jpg"]
    assert all(each.reason for each in dls.bad)
    assert dls.train.count + dls.valid.count == 38
    assert "2 of 40 items are set aside" in caplog.text
    dls.write_bad_files(tmp_path / "bad_files.csv")
    assert (tmp_path / "bad_files.csv").read_text().count("\n") == 3


def test_more_than_one_bad_item_in_twenty_stops_it_unless_told_to_go_on(some_bad: Path) -> None:
    (some_bad / "forest" / "forest_002.jpg").write_bytes(b"GIF89a")
    with pytest.raises(DataError, match="3 of 40 items can't be used, more than one in twenty"):
        loaders(PHOTOS, some_bad)
    assert len(loaders(PHOTOS, some_bad, on_bad="skip").bad) == 3


def test_bad_items_stop_it_where_that_was_asked_for(some_bad: Path) -> None:
    with pytest.raises(DataError, match=r"2 of 40 items can't be used: .*bird_003"):
        loaders(PHOTOS, some_bad, on_bad="raise")


def test_places_of_a_split_are_those_in_the_source_whatever_is_set_aside(some_bad: Path) -> None:
    files = get_image_files(some_bad)
    block = DataBlock(get_y=parent_label, item_tfms=Resize(16), splitter=IndexSplitter([3, 10, 30]))
    valid = loaders(block, files).valid
    assert isinstance(valid, Loader)
    assert list(valid.samples.inputs) == [files[10], files[30]]


def test_nothing_readable_is_an_error_that_shows_why(tmp_path: Path) -> None:
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "1.jpg").write_bytes(b"junk")
    with pytest.raises(DataError, match=r"none of the 2 items can be used: .*1\.jpg"):
        loaders(PHOTOS, tmp_path)


def test_an_empty_folder_is_an_error_that_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no photos")
    with pytest.raises(DataError, match="jpg"):
        loaders(PHOTOS, tmp_path)


def test_no_items_at_all_is_an_error() -> None:
    with pytest.raises(DataError, match="no items"):
        loaders(NUMBERS, [])


def test_one_class_is_refused(photos: Path) -> None:
    with pytest.raises(DataError, match=r"all 20 items have the same label 'bird'"):
        loaders(PHOTOS, photos / "bird")


def test_a_class_that_loses_all_its_items_is_named(some_bad: Path, caplog: pytest.LogCaptureFixture) -> None:
    (some_bad / "fox").mkdir()
    (some_bad / "fox" / "1.jpg").write_bytes(b"junk")
    with pytest.raises(DataError, match="more than one in twenty"):
        loaders(PHOTOS, some_bad)
    dls = loaders(PHOTOS, some_bad, on_bad="skip")
    assert "every item of class fox had to be set aside" in caplog.text
    assert [each.kind for each in dls.findings] == ["class_lost"]


def test_a_class_that_loses_all_its_items_stops_it(photos: Path, tmp_path: Path) -> None:
    shutil.copytree(photos, tmp_path / "photos")
    (tmp_path / "photos" / "fox").mkdir()
    (tmp_path / "photos" / "fox" / "1.jpg").write_bytes(b"junk")
    with pytest.raises(DataError, match="every item of class fox had to be set aside"):
        loaders(PHOTOS, tmp_path / "photos")


def test_items_without_a_label_are_set_aside(caplog: pytest.LogCaptureFixture) -> None:
    rows = [(float(number), "even" if number % 2 == 0 else "odd") for number in range(20)]
    rows += [(20.0, None), (21.0, "  "), (22.0, float("nan"))]  # type: ignore[list-item]
    dls = loaders(NUMBERS, rows, on_bad="skip")
    assert [(each.name, each.reason) for each in dls.bad] == [(f"item {place}", "it has no label") for place in (20, 21, 22)]
    assert "3 of 23 items are set aside" in caplog.text


def test_a_label_function_that_fails_sets_aside_that_item_alone() -> None:
    def halves(number: float) -> str:
        return "low" if 10 / number > 1 else "high"

    dls = loaders(DataBlock(blocks=(NumberBlock, CategoryBlock), get_y=halves), [float(number) for number in range(20)])
    assert [str(each) for each in dls.bad] == ["'item 0': its label can't be told: ZeroDivisionError: float division by zero"]


def test_a_forgotten_label_function_is_said_at_once() -> None:
    with pytest.raises(UsageError, match=r"nothing says what the label(.|\n)*get_y"):
        loaders(NUMBERS, [1.0, 2.0])


def test_a_path_without_get_items_says_what_is_missing(photos: Path) -> None:
    with pytest.raises(UsageError, match="get_items=get_image_files"):
        loaders(DataBlock(get_y=parent_label), photos)


def test_a_held_back_label_never_seen_in_training_is_named_with_its_items() -> None:
    rows = [(float(number), "ab"[number % 2]) for number in range(10)] + [(10.0, "stranger")]
    with pytest.raises(DataError, match=r"valid part has labels .*'stranger' of item 10"):
        loaders(DataBlock(blocks=(NumberBlock, CategoryBlock), splitter=IndexSplitter([0, 10])), rows)


def test_what_is_learned_comes_from_the_training_part_alone() -> None:
    rows = [(float(number), "ab"[number % 2]) for number in range(4)] + [(1000.0, "a")]
    dls = loaders(DataBlock(blocks=(NumberBlock, CategoryBlock), splitter=IndexSplitter([4])), rows)
    assert dls.codec is not None
    assert dls.codec.input.mean == (1.5,)


def test_a_test_folder_becomes_the_test_part(photos: Path, tmp_path: Path) -> None:
    for part in ("train", "valid", "test"):
        shutil.copytree(photos, tmp_path / part)
    dls = loaders(replace(PHOTOS, splitter=GrandparentSplitter()), tmp_path)
    assert {name: part.count for name, part in dls.parts.items()} == {"train": 40, "valid": 40, "test": 40}


@pytest.mark.parametrize("frame", [pl.DataFrame, pd.DataFrame])
@pytest.mark.parametrize("names", [("c", "cat"), ("self", ""), ("get_y", "size")])
def test_frames_are_read_by_row_whatever_their_columns_are_called(frame: Callable[[Any], Any], names: tuple[str, str]) -> None:
    table = frame({names[0]: [float(number) for number in range(10)], names[1]: ["x", "y"] * 5})
    block = DataBlock(blocks=(NumberBlock, CategoryBlock), get_x=ColReader(names[0]), get_y=ColReader(names[1]))
    dls = loaders(block, table)
    assert dls.vocab == ("x", "y")
    assert train_of(dls).samples[0].input == float(train_of(dls).samples.numbers[0])


def test_a_missing_column_is_named_with_those_present() -> None:
    block = DataBlock(blocks=(NumberBlock, CategoryBlock), get_x=ColReader("age"), get_y=ColReader("lable"))
    with pytest.raises((UnknownName, DataError), match="did you mean 'label'"):
        loaders(block, pl.DataFrame({"age": [1.0, 2.0], "label": ["a", "b"]}))


def test_a_frame_with_a_column_twice_is_refused() -> None:
    frame = pd.DataFrame([[1.0, "a", "b"]], columns=["age", "label", "label"])
    with pytest.raises(DataError, match="several columns called 'label'"):
        loaders(NUMBERS, frame)


def test_several_labels_and_numbers_are_targets_too() -> None:
    tags = loaders(DataBlock(blocks=(NumberBlock, MultiCategoryBlock)), [(float(n), ["a", "b"][: n % 3]) for n in range(12)])
    assert tags.one_batch().targets.shape[1] == 2
    ages = loaders(DataBlock(blocks=(NumberBlock, NumberBlock)), [(float(n), 2.0 * n) for n in range(12)])
    assert ages.one_batch().targets.dtype == torch.float32
    assert (ages.vocab, tags.vocab) == ((), ("a", "b"))


def test_blocks_may_be_instances_and_must_be_two() -> None:
    block = DataBlock(blocks=(NumberBlock(), CategoryBlock(vocab=["b", "a"])))
    assert loaders(block, [(1.0, "a"), (2.0, "b")] * 3).vocab == ("b", "a")
    with pytest.raises(UsageError, match="give two"):
        DataBlock(blocks=(NumberBlock,))  # type: ignore[arg-type]


def test_normalisation_and_final_size_hold_for_the_held_back_part_too(photos: Path) -> None:
    changes = [*aug_transforms(size=12), Normalize.imagenet()]
    dls = loaders(replace(PHOTOS, batch_tfms=changes), photos)
    valid = next(dls.valid.epoch(0, train=False)).inputs
    assert valid.shape[2:] == dls.one_batch().inputs.shape[2:] == (12, 12)
    assert valid.min() < 0
    assert dls.codec is not None
    assert dls.codec.input.mean == (0.485, 0.456, 0.406)


def test_picture_steps_for_numbers_are_refused() -> None:
    with pytest.raises(UsageError, match="inputs are Number"):
        loaders(DataBlock(blocks=(NumberBlock, CategoryBlock), batch_tfms=Normalize.imagenet()), [(1.0, "a"), (2.0, "b")] * 3)


def test_a_batch_larger_than_the_data_is_said_and_holds_it_all(caplog: pytest.LogCaptureFixture) -> None:
    dls = loaders(NUMBERS, [(1.0, "a"), (2.0, "b")] * 5, bs=64)
    assert len(dls.one_batch()) == dls.train.count == 8
    assert "bs=64 is more than the 8 samples" in caplog.text


@pytest.mark.parametrize("setting", [{"on_bad": "ignore"}, {"balance": "loss"}])
def test_a_setting_that_is_not_known_is_refused_before_anything_is_read(setting: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="known are"):
        loaders(NUMBERS, "nowhere", **setting)


def test_with_the_same_seed_the_same_items_are_held_back(photos: Path) -> None:
    first, again = (loaders(PHOTOS, photos).fingerprints() for _ in range(2))
    other = loaders(replace(PHOTOS, splitter=RandomSplitter(seed=7)), photos).fingerprints()
    assert first == again
    assert {name for name, value in other.items() if value != first[name]} == {"split"}


@pytest.mark.parametrize("cache", [True, False])
def test_files_are_known_by_what_they_hold_wherever_they_lie(photos: Path, tmp_path: Path, *, cache: bool) -> None:
    shutil.copytree(photos, tmp_path / "copy")
    first, copied = (loaders(PHOTOS, place, cache=cache).fingerprints() for place in (photos, tmp_path / "copy"))
    assert copied == first
    one, other = sorted((tmp_path / "copy" / "bird").glob("*.jpg"))[:2]
    shutil.copy(other, one)
    changed = loaders(PHOTOS, tmp_path / "copy", cache=cache).fingerprints()
    assert {name for name, value in changed.items() if value != first[name]} == {"contents"}


def test_rows_are_known_by_what_they_hold() -> None:
    rows = [(n**2 / 9, "ab"[n % 2]) for n in range(30)]
    first, again, other = (loaders(NUMBERS, each).fingerprints() for each in (rows, rows, [(99.0, "a"), *rows[1:]]))
    assert first == again
    assert first["contents"] != other["contents"]


def test_odd_labels_are_said_and_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING, "fledge")
    dls = loaders(NUMBERS, [(float(n), ["Cat", "cat", "dog"][n % 3]) for n in range(30)])
    assert [each.kind for each in dls.findings] == ["twins"]
    assert "'Cat'" in caplog.text


def test_the_cache_is_filled_by_the_first_look_and_used_after_it(photos: Path, tmp_path: Path) -> None:
    shutil.copytree(photos, tmp_path / "photos")
    loader = train_of(loaders(PHOTOS, tmp_path / "photos"))
    before = next(loader.epoch(0, train=False)).inputs
    shutil.rmtree(tmp_path / "photos")
    assert torch.equal(next(loader.epoch(0, train=False)).inputs, before)
