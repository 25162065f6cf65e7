"""Weights averaged over the steps."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.training.averaging import EMA
from fledge.training.callback import Callback
from fledge.training.run import Run
from tests.training.small import blob_learner, photo_learner, same, weights
from tests.training.test_resume import PoisonOnce, Signal


class Watch(Callback):
    """Keeps the weights after each step, and those judged."""

    def __init__(self) -> None:
        self.steps: list[dict[str, Tensor]] = []
        self.judged: list[dict[str, Tensor]] = []

    def fit_start(self, run: Run) -> None:
        self.steps.append(weights(run.learner))

    def batch_end(self, run: Run) -> None:
        self.steps.append(weights(run.learner))

    def validate_start(self, run: Run) -> None:
        self.judged.append(weights(run.learner))


def averaged(seen: list[dict[str, Tensor]], decay: float) -> dict[str, Tensor]:
    """The average as its definition says."""
    average = seen[0]
    for number, now in enumerate(seen[1:], 1):
        share = 1 - min(decay, (1 + number) / (10 + number))
        average = {name: each + share * (now[name] - each) for name, each in average.items() if each.is_floating_point()}
    return average


@pytest.mark.parametrize("accumulate", [1, 2])
def test_the_average_is_judged_and_left_and_training_goes_on_from_the_weights(accumulate: int) -> None:
    watch, plain = Watch(), Watch()
    learner = blob_learner(callbacks=[EMA(0.8), watch], accumulate=accumulate)
    learner.fit(3, 0.05)
    blob_learner(callbacks=[plain], accumulate=accumulate).fit(3, 0.05)
    assert all(same(one, other) for one, other in zip(watch.steps, plain.steps, strict=True))
    expected = averaged(watch.steps[::accumulate], 0.8)
    left = weights(learner)
    for name, each in expected.items():
        assert torch.allclose(left[name], each, atol=1e-6)
        assert torch.allclose(watch.judged[-1][name], each, atol=1e-6)
    assert "1.running_mean" in expected


@pytest.mark.parametrize("after", [1, 3, 4, 6, 11])
def test_a_run_goes_on_to_the_same_average(after: int, tmp_path: Path) -> None:
    whole = blob_learner(callbacks=[EMA(0.8), Signal(-1)])
    whole.fit(3, 0.05)
    broken = blob_learner(callbacks=[EMA(0.8), Signal(after)], folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        broken.fit(3, 0.05)
    second = blob_learner(callbacks=[EMA(0.8), Signal(-1)])
    second.resume(tmp_path)
    broken.resume()
    assert same(weights(second), weights(whole))
    assert same(weights(broken), weights(whole))


def test_a_step_that_failed_leaves_no_trace_in_the_average() -> None:
    whole = blob_learner(callbacks=[EMA(0.8), PoisonOnce(-1)])
    whole.fit(2, 0.05)
    learner = blob_learner(callbacks=[EMA(0.8), PoisonOnce(5)])
    with pytest.raises(Exception, match="the loss is nan"):
        learner.fit(2, 0.05)
    learner.resume()
    assert same(weights(learner), weights(whole))


def test_a_metric_that_fails_leaves_the_weights_and_not_the_average() -> None:
    watch = Watch()

    def broken(outputs: Tensor, targets: Tensor) -> float:
        raise ZeroDivisionError

    learner = blob_learner(callbacks=[EMA(0.8), watch], metrics=broken)
    with pytest.raises(ZeroDivisionError):
        learner.fit(1, 0.05)
    assert same(weights(learner), watch.steps[-1])


def test_a_frozen_body_is_left_as_it_is(photos: Path) -> None:
    learner = photo_learner(photos, random=False, callbacks=[EMA(0.9)])
    before = weights(learner)
    learner.fit_head(5)
    after = weights(learner)
    assert {name.partition(".")[0] for name in before if not torch.equal(before[name], after[name])} == {"head"}
    assert learner.run is not None
    assert learner.run.held_back is not None
    assert learner.run.held_back.values()["valid_loss"] == pytest.approx(learner.validate()["valid_loss"].value, rel=1e-5)


def test_fine_tuning_averages_what_moves(photos: Path) -> None:
    learner = photo_learner(photos, random=False, callbacks=[EMA(0.9)])
    learner.fine_tune(1)
    assert learner.run is not None
    assert learner.run.held_back is not None
    assert learner.run.held_back.values()["valid_loss"] == pytest.approx(learner.validate()["valid_loss"].value, rel=1e-5)


@pytest.mark.parametrize("decay", [-0.1, 1.0, float("nan")])
def test_a_decay_that_is_no_share_is_refused(decay: float) -> None:
    with pytest.raises(UsageError, match="decay="):
        EMA(decay)
