"""Classes and their shares."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import UsageError
from fledge.data.strata import class_numbers, few_classes, ranks_within, shares

counts = st.lists(st.integers(1, 50), min_size=1, max_size=30).map(np.array)


@given(counts, st.floats(0, 1))
def test_shares_add_up_and_leave_each_class_something_to_learn_from(
    counts: np.ndarray[tuple[int], np.dtype[np.int64]], share: float
) -> None:
    wanted = round(share * counts.sum())
    given = shares(counts, wanted)
    assert given.sum() == min(wanted, (counts - 1).sum())
    assert (given >= 0).all()
    assert (given <= counts - 1).all()


@given(counts, st.floats(0, 1))
def test_every_class_that_can_holds_something_back_where_there_is_room(
    counts: np.ndarray[tuple[int], np.dtype[np.int64]], share: float
) -> None:
    wanted = round(share * counts.sum())
    several = counts > 1
    if wanted >= several.sum():
        assert (shares(counts, wanted)[several] >= 1).all()


def test_shares_are_proportional() -> None:
    assert shares(np.array([100, 200, 700]), 100).tolist() == [10, 20, 70]


def test_with_too_little_room_the_smallest_classes_go_without() -> None:
    assert shares(np.array([10, 2, 2, 2]), 2).tolist()[0] == 1
    assert shares(np.array([10, 2, 2, 2]), 2).sum() == 2


def test_ranks_count_within_a_class() -> None:
    assert ranks_within(class_numbers("abba")).tolist() == [0, 0, 1, 1]


def test_measured_numbers_are_no_classes() -> None:
    assert not few_classes([1.0, 1.0, 2.0, 2.0])
    assert few_classes([1, 1, True, True])
    assert not few_classes([["a"], ["a"]])


def test_a_list_can_not_be_a_class() -> None:
    with pytest.raises(UsageError, match="stratify"):
        class_numbers([["a"]])  # type: ignore[list-item]
