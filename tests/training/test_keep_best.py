"""Keeping the best epoch's weights."""

from __future__ import annotations

from pathlib import Path

import pytest
from torch import Tensor

from fledge.core.errors import UnknownName
from fledge.training.averaging import EMA
from fledge.training.callback import Callback
from fledge.training.early_stop import EarlyStop
from fledge.training.keep_best import KeepBest
from fledge.training.learner import Learner
from fledge.training.run import Run
from tests.training.small import blob_learner, photo_learner, same, weights
from tests.training.test_early_stop import Say
from tests.training.test_resume import Signal

VALUES: list[float | None] = [1.0, 0.5, 0.7, None, 0.9, 0.8]


class Watch(Callback):
    """Keeps the weights of every epoch."""

    def __init__(self) -> None:
        self.seen: list[dict[str, Tensor]] = []

    def epoch_end(self, run: Run) -> None:
        self.seen.append(weights(run.learner))


def test_a_run_ends_with_the_weights_of_its_best_epoch() -> None:
    watch = Watch()
    learner = blob_learner(callbacks=[watch, Say("valid_loss", VALUES), KeepBest()])
    learner.fit(6, 0.1)
    assert same(weights(learner), watch.seen[1])
    assert not same(weights(learner), watch.seen[5])


def test_the_figures_are_those_of_the_weights() -> None:
    learner = blob_learner(callbacks=[Say("valid_loss", VALUES), KeepBest()])
    learner.fit(6, 0.1)
    assert learner.run is not None
    assert learner.run.held_back is not None
    assert learner.run.held_back.values()["valid_loss"] == pytest.approx(learner.validate()["valid_loss"].value)


def test_a_second_fit_has_a_best_epoch_of_its_own() -> None:
    watch = Watch()
    learner = blob_learner(callbacks=[watch, Say("valid_loss", [0.1, 0.2, 0.9, 0.8]), KeepBest()])
    learner.fit(2, 0.1)
    learner.fit(2, 0.1)
    assert same(weights(learner), watch.seen[3])


def test_where_no_epoch_had_a_figure_the_last_weights_are_left() -> None:
    watch = Watch()
    learner = blob_learner(callbacks=[watch, Say("valid_loss", [None, None]), KeepBest()])
    learner.fit(2, 0.1)
    assert same(weights(learner), watch.seen[1])


def test_a_metric_that_is_not_measured_is_refused() -> None:
    with pytest.raises(UnknownName, match="known are train_loss, valid_loss"):
        blob_learner(callbacks=[KeepBest("beauty")]).fit(1)


def callbacks_in(order: str) -> list[Callback]:
    return [KeepBest() if name == "best" else EMA(0.9) for name in order.split()]


@pytest.mark.parametrize("order", ["best average", "average best"])
def test_with_averages_the_best_average_is_kept_in_any_order(order: str) -> None:
    judged: list[dict[str, Tensor]] = []

    class Judged(Callback):
        def validate_start(self, run: Run) -> None:
            judged.append(weights(run.learner))

    learner = blob_learner(callbacks=[Say("valid_loss", VALUES), *callbacks_in(order), Judged()])
    learner.fit(6, 0.1)
    kept = weights(learner)
    assert all(bool((kept[name] == each).all()) for name, each in judged[1].items() if each.is_floating_point())


def chosen(after: int) -> list[Callback]:
    return [Say("valid_loss", VALUES), EarlyStop(patience=3), KeepBest(), EMA(0.9), Signal(after)]


@pytest.mark.parametrize("after", [1, 4, 7, 8, 10, 18])
def test_stopped_early_killed_and_resumed_it_ends_with_the_same_bits(after: int, tmp_path: Path) -> None:
    whole = blob_learner(callbacks=chosen(-1))
    whole.fit(6, 0.1)
    broken = blob_learner(callbacks=chosen(after), folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        broken.fit(6, 0.1)
    second = blob_learner(callbacks=chosen(-1))
    second.resume(tmp_path)
    broken.resume()
    assert same(weights(second), weights(whole))
    assert same(weights(broken), weights(whole))
    assert len(second.history) == len(whole.history) == 5
    assert second.figures == whole.figures


@pytest.mark.slow
@pytest.mark.parametrize("after", [2, 6, 10])
def test_fine_tuning_goes_on_to_the_same_best_average(after: int, photos: Path, tmp_path: Path) -> None:
    def learner(after: int, folder: Path | None = None) -> Learner:
        return photo_learner(photos, random=False, callbacks=[KeepBest(), EMA(0.9), Signal(after)], folder=folder)

    whole, broken, second = learner(-1), learner(after, folder=tmp_path), learner(-1)
    whole.fine_tune(2)
    with pytest.raises(KeyboardInterrupt):
        broken.fine_tune(2)
    second.resume(tmp_path)
    assert same(weights(second), weights(whole))
