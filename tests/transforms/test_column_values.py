"""Values of columns, worked on as columns."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fledge.data.label_checks import check_labels
from fledge.data.strata import class_numbers, few_classes
from fledge.transforms.category import Category
from fledge.transforms.column_values import Values

COLUMNS = [
    pl.Series(["b", "a", None, "b", "é"]),
    pl.Series([3, 1, None, 3, -2]),
    pl.Series([True, False, True, None, True]),
    pl.Series([0.5, None, 0.25, 0.5, -0.0]),
]


@pytest.mark.parametrize("column", COLUMNS)
def test_they_are_the_sequence_that_the_column_is(column: pl.Series) -> None:
    values, plain = Values(column), column.to_list()
    assert (list(values), len(values), values[-1]) == (plain, len(plain), plain[-1])
    assert list(values[1:3]) == plain[1:3]
    assert list(values.take([4, 0])) == [plain[4], plain[0]]
    assert list(values + values) == plain + plain
    with pytest.raises(IndexError):
        values[5]


@pytest.mark.parametrize("column", COLUMNS)
def test_classes_are_numbered_as_those_of_a_list_are(column: pl.Series) -> None:
    assert Values(column).numbered().tolist() == class_numbers(column.to_list()).tolist()
    assert Values(column).distinct() == list(dict.fromkeys(each for each in column if each is not None))


def test_several_columns_give_tuples_and_nothing_where_one_has_none() -> None:
    both = Values(pl.Series([1.0, 2.0]), pl.Series([3.0, None]))
    assert list(both) == [(1.0, 3.0), None]
    assert both.missing.tolist() == [False, True]
    assert np.asarray(both.take([0])).tolist() == [[1.0, 3.0]]


@pytest.mark.parametrize("column", COLUMNS)
def test_digests_are_the_same_for_equal_values_alone(column: pl.Series) -> None:
    found = Values(column).digests().tolist()
    equal = [[one == other for other in column] for one in column]
    assert [[one == other for other in found] for one in found] == equal


def test_labels_are_looked_at_as_those_of_a_list_are() -> None:
    labels = ["cat"] * 9 + ["Cat"] + ["dog"] * 3 + [None]
    assert check_labels(Values(pl.Series(labels))) == check_labels(labels)
    for alike in (["cat"] * 3, [1, 1], [0.5, 0.5, None], [None, None], [1.5, 2.5]):
        assert check_labels(Values(pl.Series(alike))) == check_labels(alike)


def test_classes_are_told_from_measures_as_those_of_a_list_are() -> None:
    for labels in (["a", "b", "a", "b"], [0.5, 0.7, 0.5, 0.7], ["a", "b"], [1, 1, 2]):
        assert few_classes(Values(pl.Series(labels))) == few_classes(labels)


@pytest.mark.parametrize("labels", [["b", "a", "b"], [10, 9, 10], [True, False]])
def test_categories_are_learned_and_encoded_alike(labels: list[str | int]) -> None:
    values = Values(pl.Series(labels))
    assert Category.learn(values) == Category.learn(labels)
    assert Category.learn(labels).encode_all(values).tolist() == Category.learn(labels).encode_all(labels).tolist()
