"""Held-back figures and how sure they are."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from scipy.stats import binomtest, t

from fledge.core.errors import DataError
from fledge.scoring.figure import Figure, student, wilson


def test_a_share_says_how_many_it_stands_on_and_how_sure_it_is() -> None:
    assert str(Figure.of_share(146, 150)) == "97.3 % of 150 (93.3 to 99.0 %)"


def test_all_right_is_not_certainty() -> None:
    assert str(Figure.of_share(82, 82)) == "100.0 % of 82 (above 95.5 %)"
    assert str(Figure.of_share(0, 82)) == "0.0 % of 82 (below 4.5 %)"


def test_a_number_says_so_too() -> None:
    assert str(Figure.of_mean(12.0, 3.0, 1234)) == "12 on 1,234 (11.83 to 12.17)"


def test_one_number_alone_is_too_few_to_say() -> None:
    figure = Figure.of_mean(12.0, 0.0, 1)
    assert (figure.low, figure.high, figure.interval) == (None, None, "too few to say how sure")


def test_no_examples_at_all_are_refused() -> None:
    with pytest.raises(DataError, match="no held-back examples"):
        Figure.of_share(0, 0)
    with pytest.raises(DataError, match="no held-back examples"):
        Figure.of_mean(0.0, 0.0, 0)


@pytest.mark.parametrize(("right", "count"), [(0, 5), (1, 1), (3, 7), (146, 150), (82, 82), (999, 10_000)])
def test_wilson_s_interval_is_scipy_s(right: int, count: int) -> None:
    theirs = binomtest(right, count).proportion_ci(method="wilson")
    assert wilson(right / count, count) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize("freedom", [*range(1, 30), 100, 1000, 100_000])
def test_student_s_reach_is_scipy_s(freedom: int) -> None:
    assert student(freedom) == pytest.approx(t.ppf(0.975, freedom), rel=4e-4)


def test_the_interval_of_a_mean_holds_the_true_one_95_times_of_100() -> None:
    numbers = np.random.default_rng(0)
    samples = numbers.normal(5.0, 2.0, (2000, 8))
    figures = [Figure.of_mean(row.mean(), row.std(ddof=1), 8) for row in samples]
    held = np.mean([(each.low or 0) <= 5.0 <= (each.high or 0) for each in figures])
    assert 0.935 <= held <= 0.965


def test_a_figure_can_not_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        Figure.of_share(1, 2).value = 1.0  # type: ignore[misc]
