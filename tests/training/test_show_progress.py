"""A run as it is shown."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from fledge.core.screen import Screen
from fledge.scoring.metrics import accuracy
from fledge.training.callback import Callback
from fledge.training.early_stop import EarlyStop
from fledge.training.run import Run
from fledge.training.show_progress import ShowProgress
from tests.core.test_screen import Terminal, plain_surroundings
from tests.training.small import blob_learner, photo_learner
from tests.training.test_early_stop import Say
from tests.training.test_resume import Signal

__all__ = ["plain_surroundings"]


def shown(stream: io.StringIO) -> list[list[str]]:
    """The words of every line that stays."""
    return [line.rpartition("\r")[2].split() for line in stream.getvalue().splitlines() if line.rpartition("\r")[2].strip()]


def test_every_epoch_is_a_row() -> None:
    stream = io.StringIO()
    learner = blob_learner(metrics=accuracy, callbacks=[ShowProgress(Screen(stream))])
    learner.fit(2)
    learner.fit(1)
    lines = shown(stream)
    assert lines[0] == ["epoch", "train_loss", "valid_loss", "accuracy", "time"]
    assert [line[0] for line in lines] == ["epoch", "0", "1", "epoch", "2"]
    assert lines[1][2] == f"{learner.history[0]['valid_loss']:.4f}"


def test_all_stages_of_fine_tuning_are_one_table(photos: Path) -> None:
    stream = io.StringIO()
    photo_learner(photos, callbacks=[ShowProgress(Screen(stream))]).fine_tune(2)
    assert [line[0] for line in shown(stream)] == ["epoch", "0", "1", "2"]


class Slow(Callback):
    """Makes every step take its time."""

    def batch_start(self, run: Run) -> None:
        from time import sleep

        sleep(0.12)


@pytest.mark.slow
def test_at_a_terminal_a_line_says_where_the_run_is_and_is_gone_in_the_end() -> None:
    stream = Terminal()
    blob_learner(callbacks=[Slow(), ShowProgress(Screen(stream))]).fit(4, 0.01)
    looks = stream.getvalue().split("\r")
    assert any("epoch 1/3" in look and "%" in look and "loss 0." in look for look in looks)
    assert any("s left" in look for look in looks)
    assert looks[-1].split()[0] == "3"  # the last row, and no line after it


def test_a_run_that_is_broken_off_clears_its_line_and_goes_on_with_its_rows() -> None:
    stream = Terminal()
    learner = blob_learner(callbacks=[Signal(6), ShowProgress(Screen(stream))])
    with pytest.raises(KeyboardInterrupt):
        learner.fit(3)
    learner.resume()
    assert [line[0] for line in shown(stream)] == ["\x1b[1mepoch", "0", "\x1b[1mepoch", "1", "2"]


def test_it_says_why_a_run_ended_early() -> None:
    stream = io.StringIO()
    learner = blob_learner(callbacks=[Say("valid_loss", [1.0, 1.0]), EarlyStop(patience=1), ShowProgress(Screen(stream))])
    learner.fit(9)
    assert " ".join(shown(stream)[-1]) == "stopped: valid_loss has not got better than 1 for 1 epochs"


class Waiting(Callback):
    """Says that so many seconds of each epoch were spent waiting for data."""

    def __init__(self, waited: float, seconds: float) -> None:
        self.waited, self.seconds = waited, seconds

    def epoch_end(self, run: Run) -> None:
        run.history[-1].update(waited=self.waited, seconds=self.seconds)


@pytest.mark.parametrize(("waited", "seconds", "said"), [(3.5, 10.0, True), (1.9, 10.0, False), (0.4, 0.5, False)])
def test_a_run_that_waited_long_for_data_says_so(waited: float, seconds: float, said: bool) -> None:
    stream = io.StringIO()
    blob_learner(callbacks=[Waiting(waited, seconds), ShowProgress(Screen(stream))]).fit(1)
    assert ("waiting for data 35 % of the time" in stream.getvalue()) is said
    assert ("waiting" in stream.getvalue()) is said


def test_a_terminal_that_is_gone_stops_no_run() -> None:
    stream = Terminal()
    screen = Screen(stream)
    stream.close()
    learner = blob_learner(callbacks=[ShowProgress(screen)])
    learner.fit(2)
    assert len(learner.history) == 2
