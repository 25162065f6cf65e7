"""Whether a model is as often right as it says."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest
import torch

from fledge.core.errors import UsageError
from fledge.insight.calibration import calibrate, calibration_of
from fledge.insight.interpretation import Interpretation
from fledge.insight.predictions import Predictions
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.number import Number
from fledge.transforms.transform import Codec


def test_the_error_is_the_mean_distance_of_said_and_true() -> None:
    found = calibrate(torch.tensor([0.95, 0.95, 0.55, 0.55]), torch.tensor([True, True, True, False]))
    assert [(each.low, each.came_true.count) for each in found.bins] == [(0.5, 2), (0.9, 2)]
    assert found.error == pytest.approx(0.05)


def test_a_perfect_model_shows_about_the_error_that_chance_makes() -> None:
    numbers = torch.Generator().manual_seed(0)
    said = torch.rand(20_000, generator=numbers)
    found = calibrate(said, torch.rand(20_000, generator=numbers) < said)
    assert found.verdict == "as sure as it should be"
    assert found.error == pytest.approx(found.by_chance, abs=0.004)


def test_the_error_by_chance_is_exact_for_equal_probabilities() -> None:
    said, count = 0.3, 4
    tosses = product((0, 1), repeat=count)
    exact = sum(prod(said if each else 1 - said for each in toss) * abs(sum(toss) / count - said) for toss in tosses)
    assert calibrate(torch.full((count,), said), torch.tensor([True, False, False, False])).by_chance == pytest.approx(exact)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [(0.99, "surer than it should be"), (0.3, "less sure than it could be"), (0.5, "as sure as it should be")],
)
def test_the_verdict_compares_what_is_said_with_the_interval_of_what_is_true(said: float, verdict: str) -> None:
    assert calibrate(torch.full((100,), said), torch.arange(100) < 50).verdict == verdict


def test_classes_are_judged_by_the_one_predicted_and_tags_one_by_one() -> None:
    shares, first = torch.tensor([[0.8, 0.2], [0.3, 0.7]]), torch.tensor([0, 0])
    of_classes = Interpretation(Predictions(shares, shares, first), Codec(Image(), Category(("cat", "dog"))))
    assert calibration_of(of_classes).came_true.count == 2
    there = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    of_tags = Interpretation(Predictions(shares, shares, there), Codec(Image(), MultiCategory(("sea", "sky"))))
    assert (calibration_of(of_tags).came_true.count, calibration_of(of_tags).came_true.value) == (4, 0.5)


def test_numbers_have_no_calibration() -> None:
    said = torch.zeros(2, 1)
    with pytest.raises(UsageError, match="probabilities"):
        calibration_of(Interpretation(Predictions(said, said, said), Codec(Image(), Number.learn([1.0, 2.0]))))


def test_what_is_no_probability_is_refused() -> None:
    with pytest.raises(UsageError, match="outside 0 to 1"):
        calibrate(torch.tensor([1.5]), torch.tensor([True]))
    with pytest.raises(UsageError, match="outside 0 to 1"):
        calibrate(torch.tensor([float("nan")]), torch.tensor([True]))
