"""Training that has to end in time."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest

from fledge.jobs.deadline import Allowance, Deadline
from tests.jobs.runs import quick
from tests.training.small import photo_learner


def test_without_a_limit_there_is_always_more_time(photos: Path) -> None:
    allowance = Allowance(None)
    assert allowance.left == float("inf")
    assert allowance.callbacks() == []
    assert allowance.epochs(photo_learner(photos), 1000, passes=3.0, once=False) == 1000


def test_as_many_epochs_are_planned_as_fit(photos: Path) -> None:
    learner = photo_learner(photos)
    assert Allowance(60.0).epochs(learner, 3, passes=3.0, once=False) == 3
    assert 0 < Allowance(10.0).epochs(learner, 10**9, passes=3.0, once=False) < 10**5
    assert Allowance(0.1).epochs(learner, 3, passes=3.0, once=False) == 0
    assert Allowance(0.1).epochs(learner, 3, passes=1.0, once=True) == 0


def test_a_run_ends_when_the_time_is_up(photos: Path) -> None:
    learner = photo_learner(photos)
    learner.fit(1000, callbacks=[Deadline(monotonic() + 0.2)])
    assert learner.run is not None
    assert learner.run.stopped == "the time is up"
    assert 0 < len(learner.history) < 1000


@pytest.mark.slow
def test_a_whole_call_ends_about_in_time(photos: Path, tmp_path: Path) -> None:
    began = monotonic()
    trained = quick(photos, tmp_path, model="small", epochs=100_000, time=6.0)
    assert monotonic() - began < 20  # a busy machine may take longer over the report
    assert trained.winner == "small network, from nothing"
