"""Tables of any make as one plain kind of frame."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from fledge.core.errors import DataError
from fledge.transforms.row_frame import Rows, as_frame, value_text

COLUMNS = {"a": [1, None, 3], "b": [0.5, None, 2.0], "c": ["x", None, "z"], "d": [True, None, False]}


def test_every_make_of_frame_becomes_the_same() -> None:
    expected = as_frame(COLUMNS)
    frame = pl.DataFrame(COLUMNS)
    rows = frame.to_dicts()
    table = pa.table(COLUMNS)
    nullable = pd.DataFrame(COLUMNS).astype({"a": "Int64", "d": "boolean"})
    for make in (frame, frame.lazy(), Rows(frame), rows, table, nullable):
        assert as_frame(make).equals(expected), type(make)


def test_pandas_frames_of_every_column_type_come_across() -> None:
    frame = pd.DataFrame(
        {
            "i": np.array([1, 2], np.int8),
            "f": [0.5, np.nan],
            "o": pd.Series(["x", None], dtype=object),
            "s": pd.Series(["x", None], dtype="string"),
            "c": pd.Categorical(["x", "y"]),
            "t": pd.to_datetime(["2024-01-31", None]),
            "z": pd.to_datetime(["2024-01-31", None]).tz_localize("Europe/Berlin"),
            "m": pd.Series([1, "a"], dtype=object),
        }
    )
    found = as_frame(frame)
    assert found.row(0) == (1, 0.5, "x", "x", "x", datetime(2024, 1, 31), datetime(2024, 1, 30, 23), "1")
    assert found.row(1) == (2, None, None, None, "y", None, None, "a")


def test_kinds_of_numbers_and_moments_become_one_each() -> None:
    frame = pl.DataFrame({"d": [Decimal("1.5")], "u": pl.Series([3], dtype=pl.UInt8), "t": [date(2024, 1, 31)], "n": [None]})
    assert as_frame(frame).row(0) == (1.5, 3, datetime(2024, 1, 31), None)


def test_infinite_numbers_are_missing() -> None:
    assert as_frame(pl.DataFrame({"x": [float("inf"), float("nan"), 1.0]}))["x"].to_list() == [None, None, 1.0]


def test_columns_that_hold_no_plain_values_are_named() -> None:
    with pytest.raises(DataError, match="'l' holds values of type List"):
        as_frame(pl.DataFrame({"l": [[1, 2]]}))
    with pytest.raises(DataError, match="'l' holds"):
        as_frame([{"l": [1, 2]}])


def test_columns_of_one_name_are_refused() -> None:
    with pytest.raises(DataError, match="several columns called 'a'"):
        as_frame(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(DataError, match="Arrow"):
        as_frame(pa.table([[1], [2]], names=["a", "a"]))


def test_a_column_without_a_name_keeps_it() -> None:
    assert as_frame(pl.DataFrame({"": [1], "a": [2]})).columns == ["", "a"]


def test_a_name_is_one_whatever_kind_of_value_it_was() -> None:
    assert {value_text(each) for each in (3, 3.0, "3", " 3 ", np.int64(3), np.float32(3))} == {"3"}
    assert value_text(2.5) == value_text("2.5")
