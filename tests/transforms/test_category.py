"""One label of a list, and how labels are written."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.transforms.category import Category, CategoryBlock
from fledge.transforms.label import label_text

LABELS = st.one_of(st.text(min_size=1).filter(lambda text: text.strip() and "\0" not in text), st.integers(), st.booleans())


@given(st.lists(LABELS, min_size=1))
def test_every_label_goes_there_and_back_as_its_text(labels: list[str | int | bool]) -> None:
    category = Category.learn(labels)
    assert [category.decode(category.encode(label)) for label in labels] == [label_text(label) for label in labels]


@given(st.lists(LABELS, min_size=1))
def test_a_whole_column_is_encoded_as_its_labels_are_one_by_one(labels: list[str | int | bool]) -> None:
    category = Category.learn(labels)
    assert category.encode_all(labels).tolist() == [category.encode(label) for label in labels]


@pytest.mark.parametrize("label", ["a\0b", "a" * 10_001])
def test_a_label_that_no_model_file_could_hold_is_refused_before_training(label: str) -> None:
    with pytest.raises(DataError, match="zero byte, or more than 10,000"):
        Category.learn(["cat", label])


def test_names_are_in_alphabetical_order_whatever_the_order_of_labels() -> None:
    assert Category.learn(["dog", "cat", "dog"]) == Category.learn(["cat", "dog"]) == Category(("cat", "dog"))


def test_numbers_as_labels_are_in_order_of_size() -> None:
    assert Category.learn([10, 9, 100]).names == ("9", "10", "100")
    assert Category.learn(np.array([2, 10])).names == ("2", "10")


def test_a_label_is_known_by_its_text_whatever_kind_it_is() -> None:
    category = Category.learn([1, 2])
    assert category.encode("2") == category.encode(2) == category.encode(2.0) == category.encode(np.int64(2)) == 1  # type: ignore[arg-type]


def test_a_label_never_seen_names_its_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'dog'"):
        Category.learn(["dog", "cat"]).encode("dgo")


def test_a_label_never_seen_is_found_in_a_column_too() -> None:
    with pytest.raises(UnknownName, match="unknown label 'dgo'"):
        Category.learn(["dog", "cat"]).encode_all(["dog", "dgo"])


@pytest.mark.parametrize("label", [None, "", "  ", 1.5, float("nan"), ["cat"], ("a", "b")])
def test_what_can_not_be_a_label_is_refused_by_name(label: object) -> None:
    with pytest.raises(DataError, match="a label is text"):
        Category.learn(["cat", label])  # type: ignore[list-item]
    with pytest.raises(DataError, match="a label is text"):
        Category.learn(["cat"]).encode_all(["cat", label])  # type: ignore[list-item]


def test_a_vocabulary_keeps_its_own_order_and_labels_not_met_in_training() -> None:
    assert CategoryBlock(vocab=["no", "maybe", "yes"]).learn(["yes", "no"]).names == ("no", "maybe", "yes")


def test_without_a_vocabulary_the_labels_met_are_the_names() -> None:
    assert CategoryBlock().learn([True, False]).names == ("False", "True")


def test_a_list_of_names_that_repeats_or_is_empty_or_blank_is_refused() -> None:
    with pytest.raises(UsageError, match="stand twice in the list: cat"):
        Category(("cat", "cat", "dog"))
    with pytest.raises(UsageError, match="blank"):
        Category(("cat", " "))
    with pytest.raises(DataError, match="no labels to learn from"):
        Category.learn([])


def test_a_large_list_of_names_with_a_repetition_is_refused_at_once() -> None:
    with pytest.raises(UsageError):
        Category(tuple(str(place % 50_000) for place in range(100_000)))


def test_an_empty_column_is_an_empty_tensor() -> None:
    encoded = Category(("cat",)).encode_all([])
    assert (encoded.dtype, encoded.shape) == (torch.int64, (0,))
