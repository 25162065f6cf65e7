"""What a run comes to, in one sentence."""

from __future__ import annotations

import numpy as np
import pytest

from fledge.core.errors import UsageError
from fledge.report.facts import Contender
from fledge.report.verdict import verdict
from fledge.scoring.difference import difference
from fledge.scoring.figure import Figure
from tests.report.small import NET, RULE, some_facts


def rights(count: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return (np.arange(100) < count).astype(float)


def board(chosen: int, *others: tuple[str, str, int]) -> list[Contender]:
    """A recommended network, and others by name, kind and how many of 100 they get right."""
    made = [
        Contender(name, kind, Figure.of_share(right, 100), 1.0, ahead=difference(rights(chosen), rights(right)))  # type: ignore[arg-type]
        for name, kind, right in others
    ]
    return [*made, Contender("net", "network", Figure.of_share(chosen, 100), 9.0)]


def test_a_network_is_compared_with_the_best_simple_thing() -> None:
    assert verdict(some_facts()) == (
        f"{NET}: 36 of 40 held-back photos right (95 % sure: 76.9 to 96.0 %), "
        f"40.0 percentage points better than {RULE}, which is more than noise."
    )


def test_a_gain_within_noise_is_said_to_be() -> None:
    said = verdict(some_facts(contenders=board(92, ("forest", "classic", 90)), recommended="net"))
    assert said.endswith("; beside forest (90.0 %), its difference of 2.0 percentage points is within noise.")


def test_a_network_that_scored_higher_within_noise_is_named() -> None:
    said = verdict(some_facts(contenders=board(92, ("rule", "rule", 50), ("big net", "network", 93)), recommended="net"))
    assert said.endswith("more than noise; big net scored 1.0 percentage points better, which is within noise.")


@pytest.mark.parametrize(
    ("right", "gains"),
    [
        (91, "gains 1.0 percentage points, which is within noise"),
        (90, "gains nothing"),
        (88, "is 2.0 percentage points worse, which is within noise"),
        (50, "is 40.0 percentage points worse, which is more than noise"),
    ],
)
def test_a_network_not_worth_its_time_is_said_to_be_and_by_how_much(right: int, gains: str) -> None:
    net = Contender("net", "network", Figure.of_share(right, 100), 9.0, ahead=difference(rights(90), rights(right)))
    forest = Contender("forest", "classic", Figure.of_share(90, 100), 1.0)
    said = verdict(some_facts(contenders=[forest, net], recommended="forest"))
    assert said.endswith(f"and no network is worth its time: the best (net, {right}.0 %) {gains}.")


def test_a_network_that_does_better_than_what_was_asked_for_is_named() -> None:
    net = Contender("net", "network", Figure.of_share(90, 100), 9.0, ahead=difference(rights(50), rights(90)))
    forest = Contender("forest", "classic", Figure.of_share(50, 100), 1.0)
    said = verdict(some_facts(contenders=[forest, net], recommended="forest"))
    assert said.endswith(", although net does better (90.0 %), by more than noise.")


@pytest.mark.parametrize(("right", "is_said"), [(52, True), (90, False)])
def test_a_simple_model_no_better_than_a_rule_is_said_to_be(right: int, is_said: bool) -> None:
    rule = Contender("always 'a'", "rule", Figure.of_share(50, 100), 0.1, ahead=difference(rights(right), rights(50)))
    forest = Contender("forest", "classic", Figure.of_share(right, 100), 1.0)
    said = verdict(some_facts(contenders=[rule, forest], recommended="forest"))
    assert said.endswith(", which is not better than always 'a' (50.0 %) by more than noise.") == is_said


def test_other_metrics_go_by_their_name() -> None:
    one = Contender("mean", "rule", Figure(0.42, 40, 0.3, 0.5), 0.1)
    said = verdict(some_facts(contenders=[one], recommended="mean", metric="r2"))
    assert said == "mean: r2 0.42 on 40 held-back photos (95 % sure: 0.3 to 0.5)."


def test_what_is_recommended_has_to_be_among_what_was_tried() -> None:
    with pytest.raises(UsageError, match="'nobody' is recommended"):
        verdict(some_facts(recommended="nobody"))
