"""Which of the things tried is recommended."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fledge.core.errors import TrainingError
from fledge.jobs.measuring import Measured
from fledge.jobs.tried import Kind, Tried, best_of, simplest_good_enough
from fledge.jobs.trying import chosen, told
from fledge.scoring.figure import Figure, wilson
from fledge.scoring.metrics import accuracy


def one(name: str, kind: Kind, right: int, of: int = 100) -> Tried:
    """Something that gets the first so many right."""
    scores = (np.arange(of) < right).astype(np.float64)
    predictions: Any = SimpleNamespace(figures={"accuracy": Figure(right / of, of, *wilson(right / of, of), share=True)})
    predictor: Any = None
    return Tried(name, kind, predictor, Measured(predictions, accuracy, scores), 0.1, 1000, 0.001)


RULE, NEAR, FOREST = one("always 'bird'", "rule", 50), one("near", "classic", 90), one("forest", "classic", 92)


def test_the_simplest_within_noise_of_the_best_is_recommended() -> None:
    assert simplest_good_enough([RULE, NEAR, FOREST, one("net", "network", 93)]).name == "near"


def test_a_gain_beyond_noise_is_taken() -> None:
    assert simplest_good_enough([RULE, NEAR, FOREST, one("net", "network", 100)]).name == "net"


def test_a_rule_is_only_taken_where_nothing_scores_above_it() -> None:
    assert simplest_good_enough([RULE, one("near", "classic", 52)]).name == "near"
    assert simplest_good_enough([RULE, one("near", "classic", 49)]).name == "always 'bird'"


def test_of_equals_the_simplest_is_the_best() -> None:
    assert best_of([RULE, NEAR, one("net", "network", 90)]).name == "near"


def test_a_network_asked_for_is_taken_whatever_is_better() -> None:
    net = one("net", "network", 60)
    assert chosen([RULE, NEAR, net], "resnet18") is net
    with pytest.raises(TrainingError, match="resnet18 was not trained, only always 'bird', near"):
        chosen([RULE, NEAR], "resnet18")


def test_a_line_of_the_leaderboard_says_how_good_and_how_long() -> None:
    assert told(NEAR).split() == ["near", "90.0", "%", "of", "100", "(82.6", "to", "94.5", "%)", "0.1", "s"]
