"""A fit that was broken off goes on to the same bits."""

from __future__ import annotations

import math
import os
import random
import shutil
import signal
from pathlib import Path

import pytest
import torch
from torch import Tensor

from fledge.core.errors import TrainingError, UsageError
from fledge.predictor.model_file import load
from fledge.scoring.losses import CrossEntropy
from fledge.training.callback import Callback
from fledge.training.checkpoint import checkpoints
from fledge.training.run import Run
from tests.counts import count
from tests.training.small import blob_learner, photo_learner, same, weights


class Signal(Callback):
    """Sends this process a signal after so many steps, once."""

    def __init__(self, after: int, number: int = signal.SIGINT) -> None:
        self.after, self.number = after, number

    def batch_end(self, run: Run) -> None:
        if run.place.steps_done == self.after:
            os.kill(os.getpid(), self.number)


class Nothing(Callback):
    """Stands where another callback stood."""


def finished(**options: object) -> dict[str, Tensor]:
    learner = blob_learner(**options)
    learner.fit_one_cycle(3, 0.02)
    return weights(learner)


@pytest.mark.parametrize("after", [1, 3, 4, 5, 11])
def test_ctrl_c_leaves_a_run_in_memory_that_goes_on_to_the_same_bits(after: int) -> None:
    learner = blob_learner(callbacks=[Signal(after)])
    with pytest.raises(KeyboardInterrupt, match=r"learn.resume\(\) goes on from there"):
        learner.fit_one_cycle(3, 0.02)
    learner.resume()
    assert same(weights(learner), finished())
    assert [row["epoch"] for row in learner.history] == [0, 1, 2]


@pytest.mark.parametrize("after", [2, 4, 9])
def test_a_new_process_goes_on_from_the_folder_to_the_same_bits(after: int, tmp_path: Path) -> None:
    first = blob_learner(callbacks=[Signal(after)], folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        first.fit_one_cycle(3, 0.02)
    second = blob_learner(callbacks=[Signal(-1)], folder=tmp_path, net=None)
    second.resume()
    assert same(weights(second), finished())
    assert [row["epoch"] for row in second.history] == [0, 1, 2]
    assert len(checkpoints(tmp_path)) == 2


def test_the_terminate_signal_saves_and_ends_with_its_own_code(tmp_path: Path) -> None:
    learner = blob_learner(callbacks=[Signal(2, signal.SIGTERM)], folder=tmp_path)
    with pytest.raises(SystemExit) as caught:
        learner.fit_one_cycle(3, 0.02)
    assert caught.value.code == 143


def test_accumulated_gradients_are_not_lost_by_a_signal_between_them(tmp_path: Path) -> None:
    learner = blob_learner(callbacks=[Signal(3)], folder=tmp_path, accumulate=2)
    with pytest.raises(KeyboardInterrupt):
        learner.fit_one_cycle(3, 0.02)
    second = blob_learner(callbacks=[Signal(-1)], accumulate=2)
    second.resume(tmp_path)
    assert same(weights(second), finished(accumulate=2))


def test_fine_tuning_pictures_goes_on_from_any_stage(photos: Path, tmp_path: Path) -> None:
    whole = photo_learner(photos, random=False)
    whole.fine_tune(1)
    for after in (2, 4, 6):
        broken = photo_learner(photos, random=False, callbacks=[Signal(after)], folder=tmp_path / str(after))
        with pytest.raises(KeyboardInterrupt):
            broken.fine_tune(1)
        second = photo_learner(photos, random=False, callbacks=[Signal(-1)])
        second.resume(tmp_path / str(after))
        assert same(weights(second), weights(whole))


@pytest.mark.promise("B8")
def test_other_data_or_settings_are_refused_by_name(tmp_path: Path) -> None:
    learner = blob_learner(callbacks=[Signal(2)], folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        learner.fit_one_cycle(3, 0.02)
    other = blob_learner(callbacks=[Signal(-1)], clip=1.0, seed=9)
    with pytest.raises(UsageError, match="other seed, learner than now"):
        other.resume(tmp_path)
    other.resume(tmp_path, anyway=True)
    assert "with other seed, learner than it was begun with" in other.remarks[0]


@pytest.mark.promise("B8")
def test_pictures_that_changed_in_their_places_are_refused_unless_that_is_wanted(photos: Path, tmp_path: Path) -> None:
    shutil.copytree(photos, tmp_path / "photos")
    learner = photo_learner(tmp_path / "photos", callbacks=[Signal(2)], folder=tmp_path / "run")
    with pytest.raises(KeyboardInterrupt):
        learner.fit_one_cycle(1)
    first, second = sorted((tmp_path / "photos" / "bird").glob("*.jpg"))[:2]
    shutil.copy(second, first)
    with pytest.raises(UsageError, match="other contents than now"):
        photo_learner(tmp_path / "photos", callbacks=[Signal(-1)]).resume(tmp_path / "run")
    anyway = photo_learner(tmp_path / "photos", callbacks=[Signal(-1)])
    anyway.resume(tmp_path / "run", anyway=True)
    assert anyway.export(tmp_path / "model.safetensors").card.remarks == tuple(anyway.remarks)
    assert "with other contents" in load(tmp_path / "model.safetensors").card.remarks[0]


def test_other_callbacks_are_refused(tmp_path: Path) -> None:
    learner = blob_learner(callbacks=[Signal(2)], folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        learner.fit_one_cycle(3, 0.02)
    with pytest.raises(UsageError, match="pass the same ones"):
        blob_learner(callbacks=[Nothing()]).resume(tmp_path)


def test_a_torn_checkpoint_is_passed_over_for_the_one_before(tmp_path: Path) -> None:
    learner = blob_learner(callbacks=[Signal(5)], folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        learner.fit_one_cycle(3, 0.02)
    newest = checkpoints(tmp_path)[-1]
    newest.write_bytes(newest.read_bytes()[:-100])
    second = blob_learner(callbacks=[Signal(-1)])
    second.resume(tmp_path)
    assert same(weights(second), finished())


def test_nothing_to_go_on_with_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no fit to go on with"):
        blob_learner(folder=tmp_path).resume()


class PoisonOnce(Callback):
    """Makes one batch's inputs no numbers, the first time it comes up."""

    def __init__(self, step: int) -> None:
        self.step, self.done = step, False

    def batch_start(self, run: Run) -> None:
        if run.place.steps_done == self.step and not self.done:
            self.done = True
            run.inputs = torch.full_like(run.inputs, math.nan)


@pytest.mark.promise("D1")
@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("step", [0, 1, 5, 7])
def test_a_loss_that_is_no_number_ends_the_run_which_then_goes_on_as_if_nothing_had_been(step: int, accumulate: int) -> None:
    learner = blob_learner(callbacks=[PoisonOnce(step)], accumulate=accumulate)
    with pytest.raises(TrainingError, match=rf"the loss is nan in step {step % 4} of epoch {step // 4}.*inputs of this batch"):
        learner.fit_one_cycle(3, 0.02)
    learner.resume()
    assert same(weights(learner), finished(accumulate=accumulate))


@pytest.mark.promise("D1")
def test_a_gradient_that_is_no_number_is_found_and_named() -> None:
    def root(outputs: Tensor, targets: Tensor) -> Tensor:
        return CrossEntropy()(outputs, targets) + (outputs * 0).sum().abs().sqrt()

    learner = blob_learner(loss=root)
    before = weights(learner)
    with pytest.raises(TrainingError, match=r"the gradient of .*0.weight.* is not finite in step 0"):
        learner.fit(1)
    assert same(weights(learner), before)


@pytest.mark.promise("D1")
def test_the_items_of_the_batch_are_named(photos: Path) -> None:
    learner = photo_learner(photos, callbacks=[PoisonOnce(1)])
    with pytest.raises(TrainingError, match=r"Items of the batch: .*\.jpg"):
        learner.fit(1)


def divided_by_zero(outputs: Tensor) -> Tensor:
    """A loss of no size whose slope is no number."""
    return (outputs * 0).sum().abs().sqrt()


class Poison(Callback):
    """Spoils one step in a chosen way, the first time it comes up."""

    def __init__(self, step: int, way: str) -> None:
        self.step, self.way, self.done = step, way, False

    def loss_end(self, run: Run) -> None:
        if run.place.steps_done == self.step and not self.done:
            self.done = True
            run.loss = {
                "infinite": run.loss * math.inf,
                "log of zero": run.loss + (run.loss * 0).log(),
                "gradient": run.loss + divided_by_zero(run.outputs),
            }[self.way]


@pytest.mark.promise("D1")
def test_whatever_spoils_a_step_is_found_in_it_and_undone() -> None:
    numbers, expected = random.Random(0), finished()
    for _ in range(count(6, 50)):
        step, way = numbers.randrange(12), numbers.choice(["infinite", "log of zero", "gradient"])
        learner = blob_learner(callbacks=[Poison(step, way)])
        with pytest.raises(TrainingError, match=rf"in step {step % 4} of epoch {step // 4}; likely cause"):
            learner.fit_one_cycle(3, 0.02)
        learner.resume()
        assert same(weights(learner), expected)
