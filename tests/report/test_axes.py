"""Scales and ticks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as some

from fledge.report.axes import Axis

finite = some.floats(-1e12, 1e12, allow_nan=False, allow_infinity=False)


@given(some.lists(finite, min_size=1, max_size=5), some.booleans(), some.booleans())
def test_an_axis_holds_all_its_values_and_has_few_ticks(values: list[float], whole: bool, zero: bool) -> None:
    axis = Axis.over(values, whole=whole, zero=zero)
    assert axis.low <= min(values) <= max(values) <= axis.high
    assert axis.low < axis.high
    assert len(axis.ticks) <= 8
    assert all(axis.low <= tick <= axis.high for tick in axis.ticks)


def test_epochs_have_whole_ticks() -> None:
    assert Axis.over([1, 2, 3], whole=True).ticks == (1.0, 2.0, 3.0)
    assert Axis.over([1], whole=True).ticks == (1.0,)


def test_shares_are_percentages_and_end_at_a_hundred() -> None:
    axis = Axis.over([0.91, 0.999], share=True)
    assert axis.high <= 1
    assert axis.text(0.925) == "92.5 %"


def test_values_that_are_no_numbers_are_left_out() -> None:
    assert Axis.over([float("nan"), 1.0, 3.0, float("inf")]).low == 1.0
    assert Axis.over([]).high == 1.0
