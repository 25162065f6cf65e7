"""What is suspicious about a table."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from fledge.data.tabular_checks import conflicts, leaks, twins
from fledge.transforms.column_values import Values
from fledge.transforms.row import Row

NUMBERS = np.random.default_rng(0).normal(size=(400, 3))
FRAME = pl.DataFrame({"a": NUMBERS[:, 0], "b": NUMBERS[:, 1], "c": ["x", "y"] * 200})


def told(labels: Iterable[object]) -> Values:
    return Values(pl.Series(list(labels)))


def test_a_column_that_tells_the_class_is_pointed_out() -> None:
    found = leaks(Row.learn(FRAME).columns, FRAME, told({"x": "yes", "y": "no"}[each] for each in FRAME["c"]))
    assert [str(each) for each in found] == [
        "the column 'c' alone tells the answer in 100.0 % of the rows: is it known beforehand?"
    ]


def test_columns_that_add_up_to_the_number_are_pointed_out() -> None:
    target = Values(2 * FRAME["a"] + FRAME["b"])
    assert "(2 x a, 1 x b)" in str(leaks(Row.learn(FRAME).columns, FRAME, target)[0])


def test_what_only_helps_is_no_leak() -> None:
    near = FRAME["a"].to_numpy() + 0.3 * NUMBERS[:, 2]
    assert leaks(Row.learn(FRAME).columns, FRAME, told(near.tolist())) == []
    assert leaks(Row.learn(FRAME).columns, FRAME, told("yes" if each > 0 else "no" for each in near)) == []


def test_rows_on_both_sides_are_counted_and_named_by_place() -> None:
    found = twins(FRAME[:300], pl.concat([FRAME[300:310], FRAME[5:7]]))
    assert str(found[0]) == "2 of 12 held-back rows stand in the training part too, value for value"
    assert found[0].items == (10, 11)
    assert twins(FRAME[:300], FRAME[300:]) == []


def test_equal_rows_with_different_labels_are_found() -> None:
    frame = pl.DataFrame({"a": [1, 1, 2], "b": [1, 1, 2]})
    assert conflicts(frame, told("xyx"))[0].items == (0, 1)
    assert conflicts(frame, told("xxy")) == []
