"""A training that was broken off goes on."""

from __future__ import annotations

import json
import multiprocessing
import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import torch

from fledge.core.errors import UsageError
from fledge.core.folder_lock import FolderLock
from fledge.core.precision import Precision, choose_precision
from fledge.jobs import planning, trying
from fledge.jobs.bits import weights_digest
from fledge.jobs.telling import TellTraining
from fledge.jobs.train import resume
from fledge.predictor.model_file import load
from fledge.training.callback import Callback
from tests.counts import count
from tests.jobs import training_child
from tests.jobs.runs import quick
from tests.photos import make_photos

WARM = multiprocessing.get_context("forkserver")


def child(photos: Path, out: Path) -> BaseProcess:
    WARM.set_forkserver_preload(["tests.jobs.training_child"])
    process = WARM.Process(target=training_child.train_or_resume, args=(photos, out))
    process.start()
    return process


def finished(photos: Path, out: Path) -> dict[str, Any]:
    process = child(photos, out)
    process.join(120)
    assert process.exitcode == 0
    state: dict[str, Any] = json.loads((out / "killed" / "run.json").read_text())
    return state


@pytest.mark.slow
@pytest.mark.promise("B1")
def test_killed_at_any_moment_it_ends_in_the_same_bits(photos: Path, tmp_path: Path) -> None:
    finished(photos, tmp_path / "warm")  # the cache of pictures is filled by the first
    began = time.monotonic()
    whole = finished(photos, tmp_path / "whole")
    lasted = time.monotonic() - began
    moments = random.Random(0)
    for number in range(count(2, 20)):
        out = tmp_path / str(number)
        for _ in range(3):
            process = child(photos, out)
            process.join(moments.uniform(0, 0.9 * lasted))
            process.kill()
            process.join()
        again = finished(photos, out)
        assert (again["winner"], again["weights"]) == (whole["winner"], whole["weights"])
        assert [row["accuracy"] for row in again["leaderboard"]] == [row["accuracy"] for row in whole["leaderboard"]]


class Break(Callback):
    """Stands for whoever presses Ctrl-C in the middle of a network's training."""

    def batch_end(self, run: Any) -> None:
        if run.place.steps_done == 3:
            run.signal = 2


@pytest.fixture
def broken(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A run that was stopped in the middle of its network."""
    with monkeypatch.context() as patched:
        patched.setattr(TellTraining, "batch_end", Break.batch_end)
        with pytest.raises(KeyboardInterrupt, match=r"--resume .*broken` goes on from there"):
            quick(photos, tmp_path, name="broken", model="small")
    return tmp_path / "broken"


def test_stopped_and_resumed_it_ends_in_the_same_bits(broken: Path, photos: Path, tmp_path: Path) -> None:
    assert {path.name for path in broken.iterdir()} == {".lock", "run.json", "bad_files.csv", "tried", "checkpoint"}
    whole = quick(photos, tmp_path, model="small")
    again = resume(broken, quiet=True)
    assert weights_digest(again.model.model) == weights_digest(whole.model.model)
    assert weights_digest(load(broken / "model.safetensors").model) == weights_digest(whole.model.model)
    assert not (broken / "tried").exists()
    assert not (broken / "checkpoint").exists()


def test_what_was_tried_is_not_tried_again(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "fitted", lambda *_: pytest.fail("fitted again"))
    assert resume(broken, quiet=True).winner == "small network, from nothing"


def test_two_trainings_in_one_folder_are_refused(broken: Path) -> None:
    with FolderLock(broken), pytest.raises(UsageError, match=r"is in use by process \d+"):
        resume(broken, quiet=True)


def test_a_finished_run_does_not_go_on(photos: Path, tmp_path: Path) -> None:
    folder = quick(photos, tmp_path).folder
    with pytest.raises(UsageError, match="is finished"):
        resume(folder, quiet=True)


def test_a_run_does_not_go_on_with_other_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    photos = make_photos(tmp_path / "photos", each=10)
    monkeypatch.setattr(trying, "fitted", _interrupted)
    with pytest.raises(KeyboardInterrupt):
        quick(photos, tmp_path, name="run")
    (photos / "bird" / "bird_003.jpg").rename(photos / "forest" / "bird_003.jpg")
    with pytest.raises(UsageError, match=r"was begun with other data: .*labels"):
        resume(tmp_path / "run", quiet=True)


def test_a_run_goes_on_with_the_precision_it_had_found(broken: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def choose(device: torch.device, name: str) -> Precision:
        asked.append(name)
        return choose_precision(device, name)

    monkeypatch.setattr(planning, "choose_precision", choose)
    resume(broken, quiet=True)
    assert asked == ["float32"]


def test_a_folder_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no run folder: it holds no run\.json"):
        resume(tmp_path, quiet=True)


def _interrupted(*_: Any) -> Any:
    raise KeyboardInterrupt
