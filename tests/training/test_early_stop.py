"""Ending early."""

from __future__ import annotations

from pathlib import Path

import pytest

from fledge.core.errors import UnknownName, UsageError
from fledge.scoring.metrics import accuracy
from fledge.training.callback import Callback
from fledge.training.early_stop import EarlyStop
from fledge.training.run import Run
from tests.training.small import blob_learner
from tests.training.test_resume import Signal


class Say(Callback):
    """Writes chosen values over the history's, epoch by epoch."""

    def __init__(self, name: str, values: list[float | None]) -> None:
        self.name, self.values = name, values

    def epoch_end(self, run: Run) -> None:
        run.history[-1][self.name] = self.values[len(run.history) - 1]


def epochs_of(name: str, values: list[float | None], **options: float) -> int:
    """After how many epochs a run with these values ends."""
    learner = blob_learner(metrics=accuracy, callbacks=[Say(name, values), EarlyStop(name, **options)])  # type: ignore[arg-type]
    learner.fit(len(values))
    return len(learner.history)


def test_a_run_ends_when_the_loss_has_not_fallen_for_a_while() -> None:
    assert epochs_of("valid_loss", [1.0, 0.9, 0.95, 0.9, 0.91, 0.1], patience=3) == 5
    assert epochs_of("valid_loss", [1.0, 0.9, 0.95, 0.8, 0.9, 0.1], patience=3) == 6


def test_where_more_is_better_a_run_ends_when_there_is_no_more() -> None:
    assert epochs_of("accuracy", [0.5, 0.6, 0.7, 0.7, 0.6, 0.9], patience=2) == 5


def test_a_fall_too_small_to_count_is_none() -> None:
    assert epochs_of("valid_loss", [1.0, 0.99, 0.98, 0.97], patience=2, min_delta=0.1) == 3
    assert epochs_of("valid_loss", [1.0, 0.99, 0.98, 0.97], patience=2) == 4


def test_a_figure_that_is_no_number_is_worse_than_any() -> None:
    assert epochs_of("valid_loss", [None, 1.0, None, None, 0.1], patience=2) == 4


def test_a_stage_is_given_its_patience_anew(photos: Path) -> None:
    from tests.training.small import photo_learner

    learner = photo_learner(photos, callbacks=[Say("valid_loss", [1.0, 1.0, 1.0, 1.0]), EarlyStop(patience=2)])
    learner.fine_tune(2, freeze_epochs=2)
    assert [len(learner.history), learner.run and learner.run.stopped] == [
        4,
        "valid_loss has not got better than 1 for 2 epochs",
    ]


def test_it_says_why_it_ended() -> None:
    learner = blob_learner(callbacks=[Say("valid_loss", [1.0, 1.0]), EarlyStop(patience=1)])
    learner.fit(2)
    assert learner.run is not None
    assert learner.run.stopped == "valid_loss has not got better than 1 for 1 epochs"


def test_a_metric_that_is_not_measured_is_refused_before_the_first_step() -> None:
    learner = blob_learner(metrics=accuracy, callbacks=[EarlyStop("acuracy")])
    with pytest.raises(UnknownName, match="did you mean 'accuracy'"):
        learner.fit(1)
    assert learner.history == []


@pytest.mark.parametrize("options", [{"patience": 0}, {"min_delta": -1.0}, {"min_delta": float("nan")}])
def test_settings_that_cannot_be_meant_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        EarlyStop(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize("after", [2, 7, 9, 12])
def test_a_resumed_run_ends_in_the_same_epoch(after: int, tmp_path: Path) -> None:
    values: list[float | None] = [1.0, 0.9, 0.95, 0.92, 0.91, 0.1]
    first = blob_learner(callbacks=[Say("valid_loss", values), EarlyStop(patience=2), Signal(after)], folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        first.fit(6)
    second = blob_learner(callbacks=[Say("valid_loss", values), EarlyStop(patience=2), Signal(-1)])
    second.resume(tmp_path)
    assert len(second.history) == 4
