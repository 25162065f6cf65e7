"""The history as a file."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fledge.core.errors import UsageError
from fledge.scoring.metrics import accuracy
from fledge.training.callback import Callback
from fledge.training.history_file import HistoryFile
from fledge.training.learner import Learner
from fledge.training.run import Run
from tests.training.small import blob_learner
from tests.training.test_resume import Signal


class DieAt(Callback):
    """Ends the process, so to say, when an epoch's row is written but no checkpoint yet."""

    def __init__(self, epoch: int) -> None:
        self.epoch = epoch

    def epoch_end(self, run: Run) -> None:
        if run.epoch == self.epoch:
            raise MemoryError("killed")


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def as_text(learner: Learner) -> list[dict[str, str]]:
    return [{name: "" if value is None else str(value) for name, value in row.items()} for row in learner.history]


def test_every_epoch_has_its_row_over_several_fits(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    learner = blob_learner(metrics=accuracy, callbacks=[HistoryFile(path)])
    learner.fit(2)
    learner.fit(1)
    assert rows(path) == as_text(learner)
    assert list(rows(path)[0]) == ["epoch", "train_loss", "valid_loss", "accuracy", "seconds", "waited"]
    assert [row["epoch"] for row in rows(path)] == ["0", "1", "2"]


def test_a_callbacks_own_column_is_kept(tmp_path: Path) -> None:
    class Own(Callback):
        def epoch_end(self, run: Run) -> None:
            run.history[-1]["beauty"] = 0.5

    blob_learner(callbacks=[Own(), HistoryFile(tmp_path / "history.csv")]).fit(2)
    assert [row["beauty"] for row in rows(tmp_path / "history.csv")] == ["0.5", "0.5"]


@pytest.mark.parametrize("epoch", [0, 1])
def test_a_row_written_before_the_process_died_is_not_there_twice(epoch: int, tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    with pytest.raises(MemoryError):
        blob_learner(callbacks=[HistoryFile(path), DieAt(epoch)], folder=tmp_path).fit(3)
    assert len(rows(path)) == epoch + 1
    second = blob_learner(callbacks=[HistoryFile(path), DieAt(-1)])
    second.resume(tmp_path)
    assert rows(path) == as_text(second)
    assert len(rows(path)) == 3


def test_a_run_stopped_by_a_signal_goes_on_in_its_file(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    learner = blob_learner(callbacks=[HistoryFile(path), Signal(6)])
    with pytest.raises(KeyboardInterrupt):
        learner.fit(3)
    learner.resume()
    assert rows(path) == as_text(learner)


def test_another_trainings_history_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    blob_learner(callbacks=[HistoryFile(path)]).fit(1)
    before = path.read_bytes()
    other = blob_learner(callbacks=[HistoryFile(path)])
    with pytest.raises(UsageError, match="another training's history"):
        other.fit(1)
    assert path.read_bytes() == before
    assert other.history == []


def test_a_folder_that_is_not_there_is_said_before_the_first_step(tmp_path: Path) -> None:
    learner = blob_learner(callbacks=[HistoryFile(tmp_path / "nowhere" / "history.csv")])
    with pytest.raises(UsageError, match="can't be written"):
        learner.fit(1)
    assert learner.history == []
