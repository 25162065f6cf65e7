"""Several labels at once."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import DataError, UnknownName
from fledge.transforms.multi_category import MultiCategory, MultiCategoryBlock

ITEMS = st.lists(st.sets(st.sampled_from(["sea", "sky", "snow", "tree"])), min_size=1).filter(any)


@given(ITEMS)
def test_every_set_of_labels_goes_there_and_back(items: list[set[str]]) -> None:
    tags = MultiCategory.learn(items)
    assert [set(tags.decode(tags.encode(item))) for item in items] == items


@given(ITEMS)
def test_a_whole_column_is_encoded_as_its_items_are_one_by_one(items: list[set[str]]) -> None:
    tags = MultiCategory.learn(items)
    assert torch.equal(tags.encode_all(items), torch.stack([tags.encode(item) for item in items]))


def test_a_label_given_twice_counts_once() -> None:
    assert MultiCategory(("sea", "sky")).encode(["sky", "sky"]).tolist() == [0.0, 1.0]


def test_items_without_labels_are_all_zeros() -> None:
    assert MultiCategory(("sea", "sky")).encode_all([[], ()]).tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert MultiCategory(("sea", "sky")).encode_all([]).shape == (0, 2)


def test_a_bare_text_is_refused_for_its_letters_are_not_labels() -> None:
    with pytest.raises(DataError, match="several labels are a list, not 'sea;sky'") as caught:
        MultiCategoryBlock().learn(["sea;sky"])
    assert "label_delim" in str(caught.value)


def test_a_label_never_seen_names_its_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'sky'"):
        MultiCategory(("sea", "sky")).encode(["sea", "skye"])


def test_a_vocabulary_keeps_its_own_order() -> None:
    assert MultiCategoryBlock(vocab=["sky", "sea"]).learn([["sea"]]).names == ("sky", "sea")


def test_a_column_without_any_label_is_refused() -> None:
    with pytest.raises(DataError, match="no labels to learn from"):
        MultiCategoryBlock().learn([[], []])
