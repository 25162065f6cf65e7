"""Two models on the same examples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from fledge.core.errors import UsageError
from fledge.scoring.difference import difference, mcnemar


@pytest.mark.parametrize(("first", "second"), [(0, 0), (1, 0), (5, 5), (9, 1), (2, 12), (700, 640)])
def test_mcnemar_s_test_is_a_fair_coin_for_the_examples_only_one_got_right(first: int, second: int) -> None:
    expected = binomtest(first, first + second).pvalue if first + second else 1.0
    assert mcnemar(first, second) == pytest.approx(expected, rel=1e-9)


def test_a_clear_gain_is_beyond_noise() -> None:
    found = difference([1] * 90 + [0] * 10, [1] * 70 + [0] * 30)
    assert found.beyond_noise
    assert str(found) == "+20.0 points on the same 100 (+12.0 to +28.4): beyond noise"


def test_one_example_more_is_noise() -> None:
    assert not difference([1] * 50, [1] * 49 + [0]).beyond_noise


def test_two_models_right_on_everything_may_still_differ() -> None:
    same = difference([1] * 82, [1] * 82)
    assert same.value == 0
    assert same.low < -0.02 < 0.02 < same.high


def test_swapping_the_models_swaps_the_sign() -> None:
    numbers = np.random.default_rng(1)
    a, b = (numbers.random(60) < 0.8).astype(float), (numbers.random(60) < 0.6).astype(float)
    one, other = difference(a, b), difference(b, a)
    assert (one.value, one.chance) == (-other.value, other.chance)
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


def test_the_interval_of_rights_holds_the_true_difference_at_least_94_times_of_100() -> None:
    numbers = np.random.default_rng(0)
    # Together right 70, only the first 15, only the second 5, neither 10 times of 100: 10 points apart.
    kinds = numbers.choice(4, p=[0.7, 0.15, 0.05, 0.1], size=(500, 80))
    found = [difference(np.isin(row, (0, 1)).astype(float), np.isin(row, (0, 2)).astype(float)) for row in kinds]
    assert np.mean([each.low <= 0.1 <= each.high for each in found]) >= 0.94


def test_chance_alone_is_called_more_than_noise_at_most_5_times_of_100() -> None:
    numbers = np.random.default_rng(0)
    pairs = (numbers.random((2, 500, 80)) < 0.8).astype(float)
    found = [difference(a, b).beyond_noise for a, b in zip(*pairs, strict=True)]
    assert np.mean(found) <= 0.05


def test_numbers_are_compared_by_drawing_the_examples_anew() -> None:
    numbers = np.random.default_rng(0)
    hard = numbers.normal(10, 5, 200)  # how hard an example is moves both, and cancels
    found = difference(hard + numbers.normal(0.5, 1, 200), hard)
    assert found.beyond_noise
    assert not found.share
    assert found.low < 0.5 < found.high
    assert found.high - found.low == pytest.approx(2 * 1.96 / np.sqrt(200), rel=0.2)


def test_the_same_scores_give_the_same_interval_every_time() -> None:
    scores = np.linspace(0, 3, 50)
    assert difference(scores, scores[::-1]) == difference(scores, scores[::-1])


def test_scores_of_other_examples_can_not_be_compared() -> None:
    for first, second in (([1.0], [1.0, 0.0]), ([], []), ([float("nan")], [1.0])):
        with pytest.raises(UsageError):
            difference(first, second)
