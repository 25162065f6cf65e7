"""Tables as batches."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import ColReader
from fledge.data.loader import Loader
from fledge.data.splits import IndexSplitter, RandomSplitter
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.transforms.category import Category, CategoryBlock
from fledge.transforms.row import Row, RowBlock, TabularBlock
from fledge.transforms.table_number import TableNumber
from tests.tables import birds, write_birds


def loaders(y_names: Any = "kind", frame: Any = None, **options: Any) -> DataLoaders:
    return TabularDataLoaders.from_df(birds() if frame is None else frame, y_names, device="cpu", seed=1, **options)


def held_back(dls: DataLoaders) -> pl.DataFrame:
    frame: pl.DataFrame = dls.valid.samples.inputs.frame  # type: ignore[union-attr]
    return frame


def test_a_frame_becomes_batches_of_rows_and_classes() -> None:
    dls = loaders(bs=32)
    assert dls.codec is not None
    assert isinstance(dls.codec.input, Row)
    assert dls.vocab == ("robin", "tit", "wren")
    assert dls.one_batch().inputs.shape == (32, dls.codec.input.width)
    assert (dls.train.count, dls.valid.count) == (160, 40)
    assert dict(dls.codec.input.left_out).keys() == {"ring", "planet"}


def test_a_file_and_its_frame_give_the_same_batches(tmp_path: Path) -> None:
    write_birds(tmp_path / "birds.csv")
    from_file = TabularDataLoaders.from_csv("birds.csv", "kind", path=tmp_path, device="cpu", seed=1)
    for frame in (birds(), birds().to_pandas(), birds().to_arrow(), birds().to_dicts()):
        dls = loaders(frame=frame)
        assert torch.equal(dls.one_batch().inputs, from_file.one_batch().inputs)
        assert torch.equal(dls.one_batch().targets, from_file.one_batch().targets)


def test_the_middle_way_with_a_datablock_encodes_the_same() -> None:
    frame = birds().drop("weight")
    block = DataBlock((RowBlock("kind"), CategoryBlock), get_y=ColReader("kind"), splitter=IndexSplitter(range(40)))
    middle = block.dataloaders(frame, device="cpu", bs=32)
    short = loaders(frame=frame, splitter=IndexSplitter(range(40)), bs=32)
    first, second = (dls.train.pick(range(100)) for dls in (middle, short))  # type: ignore[union-attr]
    assert torch.equal(first.inputs, second.inputs)
    assert torch.equal(first.targets, second.targets)
    assert TabularBlock is RowBlock


def test_numbers_are_told_where_many_differ_and_several_at_once() -> None:
    one, two = loaders("weight"), loaders(["weight", "wing"], on_bad="skip")
    assert one.codec is not None
    assert two.codec is not None
    assert isinstance(one.codec.target, TableNumber)
    assert two.codec.target.names == ("weight", "wing")
    assert two.one_batch().targets.shape[1] == 2
    assert "wing" not in two.codec.input.sources


def test_few_whole_numbers_are_classes_in_order() -> None:
    frame = birds().with_columns(eggs=pl.Series(np.arange(200) % 12))
    dls = loaders("eggs", frame)
    assert dls.vocab == tuple(map(str, range(12)))
    assert isinstance(loaders("eggs", frame.with_columns(pl.col("eggs").cast(pl.Float64))).codec.target, Category)  # type: ignore[union-attr]


def test_rows_of_which_nobody_knows_the_answer_are_set_aside() -> None:
    frame = birds().with_columns(kind=pl.when(pl.int_range(200) == 7).then(None).otherwise(pl.col("kind")))
    dls = loaders(frame=frame)
    assert [str(bad) for bad in dls.bad] == ["'item 7': it has no kind"]
    assert dls.train.count + dls.valid.count == 199


def test_the_latest_rows_can_be_held_back() -> None:
    dls = loaders(time="seen")
    learned = dls.train.samples.inputs.frame  # type: ignore[union-attr]
    assert learned["seen"].max() < held_back(dls)["seen"].min()


def test_whole_groups_can_be_held_back_and_are_not_learned_from() -> None:
    dls = loaders(group="observer")
    learned = dls.train.samples.inputs.frame  # type: ignore[union-attr]
    assert not set(learned["observer"]) & set(held_back(dls)["observer"])
    assert "observer" not in dls.codec.input.sources  # type: ignore[union-attr]


def test_a_column_or_places_can_say_what_is_held_back() -> None:
    mark = pl.Series("is_valid", [n % 4 == 0 for n in range(200)])
    assert loaders(frame=birds().with_columns(mark), valid_col="is_valid").valid.count == 50
    assert loaders(valid_idx=range(30)).valid.count == 30
    with pytest.raises(UsageError, match="valid_idx, time say each"):
        loaders(valid_idx=range(30), time="seen")


def test_a_table_for_a_last_test_is_a_part_of_its_own(tmp_path: Path) -> None:
    file = write_birds(tmp_path / "birds.csv", 50)
    dls = TabularDataLoaders.from_csv(file, "kind", test=file, device="cpu")
    assert isinstance(dls.test, Loader)
    assert (dls.test.count, dls.train.count) == (50, 40)


def test_the_words_of_other_libraries_are_accepted() -> None:
    class Categorify: ...

    dls = loaders("kind", cat_names=["place"], cont_names=["wing"], procs=[Categorify, "FillMissing", "Normalize"])
    assert dls.codec is not None
    assert dls.codec.input.sources == ("place", "wing")
    with pytest.raises(UnknownName, match="did you mean 'Normalize'"):
        loaders(procs=["Normalise"])


def test_what_was_found_out_is_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "fledge"):
        loaders()
    for line in (
        "planet: constant (always 'earth'), left out",
        "place: category (3 different values)",
        "time='seen' would hold",
    ):
        assert line in caplog.text


def test_names_that_are_not_there_are_named() -> None:
    with pytest.raises(UnknownName, match="did you mean 'kind'"):
        loaders("kin")
    with pytest.raises(UsageError, match="which column is to be told"):
        loaders(None)
    with pytest.raises(DataError, match="no rows"):
        loaders(frame=birds().head(0))


def test_one_class_alone_is_refused() -> None:
    with pytest.raises(DataError, match="nothing to tell apart"):
        loaders(frame=birds().with_columns(kind=pl.lit("robin")))


def test_new_rows_are_read_as_these_were() -> None:
    dls = loaders()
    new = birds(20, seed=5)
    for make in (new, new.to_pandas(), new.to_dicts()):
        assert dls.test_dl(make).count == 20
    assert dls.test_dl(pd.DataFrame(new.to_dicts()), with_labels=True).targets is not None


def test_epochs_hold_every_row_once_in_another_order() -> None:
    dls = loaders(bs=16)
    orders = [np.concatenate([batch.items for batch in dls.train.epoch(n, train=True)]) for n in (0, 1)]
    assert not np.array_equal(orders[0], orders[1])
    assert [sorted(each.tolist()) for each in orders] == [list(range(160))] * 2


def test_a_splitter_of_its_own_serves_too() -> None:
    assert loaders(splitter=RandomSplitter(0.5, seed=3)).valid.count == 100


def test_a_batch_is_shown_in_words() -> None:
    figure = loaders().show_batch(max_n=2)
    assert "place" in figure.axes[0].texts[0].get_text()
