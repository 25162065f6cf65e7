"""Numbers to predict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from fledge.core.errors import DataError, UsageError
from fledge.transforms.number import Number, NumberBlock

COLUMN = st.lists(st.floats(-1e6, 1e6), min_size=1)


@given(COLUMN)
def test_every_number_goes_there_and_back(column: list[float]) -> None:
    number = Number.learn(column)
    back = [number.decode(number.encode(value)) for value in column]
    assert back == pytest.approx(column, rel=1e-5, abs=max(1.0, np.ptp(column)) * 1e-5)


def test_a_column_is_scaled_to_mean_0_and_spread_1() -> None:
    column = Number.learn([20.0, 30.0, 70.0]).encode_all([20.0, 30.0, 70.0])
    assert column.shape == (3, 1)
    assert float(column.mean()) == pytest.approx(0, abs=1e-6)
    assert float(column.std(correction=0)) == pytest.approx(1)


def test_several_numbers_each_have_their_own_scale_and_name() -> None:
    size = NumberBlock(names=["width", "height"]).learn([(1.0, 100.0), (3.0, 300.0)])
    assert (size.mean, size.std, size.names) == ((2.0, 200.0), (1.0, 100.0), ("width", "height"))
    assert size.decode(size.encode((3.0, 100.0))) == (3.0, 100.0)


def test_a_number_that_never_varies_keeps_its_scale() -> None:
    assert Number.learn([0.1] * 7).std == (1.0,)
    assert Number.learn([0.0, 1e-200]).std == (1.0,)
    assert Number.learn([1e9, 1e9 + 1]).std == (0.5,)


def test_outputs_are_brought_back_to_their_own_units_in_a_batch() -> None:
    number = Number(mean=(10.0, 0.0), std=(2.0, 5.0), names=("a", "b"))
    assert number.unscaled(torch.tensor([[1.0, 1.0], [0.0, -1.0]])).tolist() == [[12.0, 5.0], [10.0, -5.0]]


@pytest.mark.parametrize("value", ["3.5", "", None, float("nan"), float("inf"), 1e39, [], [1.0, "x"], {"a": 1}])
def test_what_is_no_finite_number_is_refused_by_name(value: object) -> None:
    with pytest.raises(DataError, match="has to be a finite number, not"):
        Number.learn([1.0, value])  # type: ignore[list-item]


def test_text_is_never_read_as_a_number() -> None:
    with pytest.raises(DataError, match=r"not '1\.0'"):
        Number.learn(["1.0", "2.0"])  # type: ignore[list-item]


@pytest.mark.parametrize("values", [[(1.0, 2.0), (1.0, 2.0, 3.0)], [(1.0, 2.0), 3.0]])
def test_items_with_more_and_fewer_numbers_are_refused(values: Sequence[Sequence[float]]) -> None:
    with pytest.raises(DataError, match="more and fewer"):
        Number.learn(values)


def test_other_than_the_asked_for_number_of_outputs_is_refused() -> None:
    with pytest.raises(DataError, match="have 2 numbers each, and n_out is 1"):
        NumberBlock(n_out=1).learn([(1.0, 2.0)])
    with pytest.raises(DataError, match="1 numbers are needed"):
        Number.learn([1.0, 2.0]).encode((1.0, 2.0))


def test_whole_numbers_arrays_and_numpy_scalars_are_numbers() -> None:
    assert Number.learn([1, 3]).mean == Number.learn(np.array([1, 3])).mean == Number.learn([np.float32(1), np.int8(3)]).mean  # type: ignore[list-item]


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(DataError, match="no numbers to learn from"):
        NumberBlock().learn([])
    assert Number.learn([1.0]).encode_all([]).shape == (0, 1)


def test_fields_that_do_not_match_are_refused() -> None:
    with pytest.raises(UsageError, match="don't match"):
        Number(mean=(1.0,), std=(1.0, 2.0), names=("a",))
    with pytest.raises(UsageError, match="above 0"):
        Number(mean=(1.0,), std=(0.0,), names=("a",))
