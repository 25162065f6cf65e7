"""Labels out of paths and rows."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest

from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.data.labels import ColReader, RegexLabeller, cell, is_missing, parent_label

Row = namedtuple("Row", "name label")  # noqa: PYI024 (as frames make them)


def test_the_label_is_the_folder_a_file_stands_in() -> None:
    assert parent_label(Path("data/train/dog/1.jpg")) == "dog"


@pytest.mark.parametrize("path", ["1.jpg", "../1.jpg", "/1.jpg"])
def test_a_file_in_no_named_folder_has_no_label(path: str) -> None:
    with pytest.raises(DataError, match=r"1\.jpg"):
        parent_label(path)


def test_a_pattern_finds_its_first_group_anywhere_in_the_path() -> None:
    assert RegexLabeller(r"/(\w+)_\d+\.jpg$")(Path("pets/great_dane_12.jpg")) == "great_dane"


def test_a_pattern_that_has_to_match_is_held_to_the_beginning() -> None:
    labeller = RegexLabeller(r"(\w+)_\d+", match=True)
    assert labeller("dane_1.jpg") == "dane"
    with pytest.raises(DataError, match="finds no label"):
        labeller("-dane_1.jpg")


def test_a_pattern_that_fits_nothing_names_itself_and_the_file() -> None:
    with pytest.raises(DataError) as caught:
        RegexLabeller(r"^(\d+)$")("pets/dog.jpg")
    assert "pets/dog.jpg" in str(caught.value)
    assert "^(" in str(caught.value)


@pytest.mark.parametrize("pattern", ["[a-z", r"\d+"])
def test_a_pattern_that_can_give_no_label_is_refused_at_once(pattern: str) -> None:
    with pytest.raises(UsageError):
        RegexLabeller(pattern)


def rows() -> list[Any]:
    values = {"name": ["a"], "label": ["dog"]}
    polars_row = pl.DataFrame(values).row(0, named=True)
    return [polars_row, pd.DataFrame(values).iloc[0], Row("a", "dog"), next(pd.DataFrame(values).itertuples(index=False))]


@pytest.mark.parametrize("row", rows(), ids=["dict", "series", "named tuple", "pandas tuple"])
def test_a_column_is_read_by_name_or_number_from_any_kind_of_row(row: Any) -> None:
    assert cell(row, "label") == cell(row, 1) == cell(row, -1) == "dog"


def test_a_column_is_read_by_number_from_a_plain_row() -> None:
    assert ColReader(1)(["a", "dog"]) == "dog"


@pytest.mark.parametrize("row", rows(), ids=["dict", "series", "named tuple", "pandas tuple"])
def test_a_missing_column_is_named_with_its_nearest_and_those_present(row: Any) -> None:
    with pytest.raises(UnknownName) as caught:
        ColReader("lable")(row)
    assert "did you mean 'label'?" in str(caught.value)
    assert "name, label" in str(caught.value)


def test_a_row_without_columns_is_refused() -> None:
    with pytest.raises(DataError, match="no column"):
        ColReader("label")(["a", "dog"])


def test_columns_named_like_methods_are_still_columns() -> None:
    row = pd.Series({"keys": "k", "values": "v", "count": 3, "index": "i"})
    assert [cell(row, name) for name in ("keys", "values", "count", "index")] == ["k", "v", 3, "i"]


def test_several_columns_become_a_list() -> None:
    assert ColReader(["x", "y"])({"x": 1.5, "y": 2.0}) == [1.5, 2.0]


def test_a_path_as_prefix_is_a_folder() -> None:
    assert ColReader("name", prefix=Path("photos"), suffix=".jpg")({"name": "a"}) == Path("photos/a.jpg")
    assert ColReader("name", prefix="photos/", suffix=".jpg")({"name": 7}) == "photos/7.jpg"


def test_labels_are_divided_at_the_delimiter() -> None:
    reader = ColReader("tags", label_delim=";")
    assert reader({"tags": "sea; boat;;"}) == ["sea", "boat"]
    assert reader({"tags": ""}) == []


@pytest.mark.parametrize("value", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_value_is_none_whatever_the_frame_calls_it(value: Any) -> None:
    assert is_missing(value)
    for reader in (ColReader("x"), ColReader("x", label_delim=" "), ColReader("x", prefix="p", suffix="s")):
        assert reader({"x": value}) is None


@pytest.mark.parametrize("value", ["", 0, False, [], "nan", 0.0])
def test_a_value_that_looks_like_nothing_is_not_missing(value: Any) -> None:
    assert not is_missing(value)


def test_an_empty_delimiter_is_refused() -> None:
    with pytest.raises(UsageError, match="label_delim"):
        ColReader("x", label_delim="")
