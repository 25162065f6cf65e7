"""Training in float16, whose gradients have to be scaled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from fledge.training.callback import Callback
from fledge.training.checkpoint import checkpoints
from fledge.training.run import Run
from tests.training.small import blob_learner, photo_learner, same, weights


class Watch(Callback):
    """Keeps the scales met and the kind of the outputs; presses Ctrl-C after a step if told to."""

    def __init__(self, stop_after: int = -1) -> None:
        self.stop_after = stop_after
        self.scales: list[float] = []
        self.kinds: set[torch.dtype] = set()

    def batch_end(self, run: Run) -> None:
        assert run.parts is not None
        assert run.parts.scaler is not None
        self.scales.append(run.parts.scaler.get_scale())
        self.kinds.add(run.outputs.dtype)
        if run.place.steps_done == self.stop_after:
            run.signal = 2


@pytest.mark.parametrize("options", [{}, {"clip": 1.0}, {"accumulate": 2}, {"optimizer": "sgd"}], ids=str)
def test_it_learns_as_in_full_precision(options: dict[str, Any]) -> None:
    watch = Watch()
    half = blob_learner(precision="float16", callbacks=[watch], **options)
    half.fit_one_cycle(6, 0.02)
    assert watch.kinds == {torch.float16}
    first, last = (float(half.history[epoch]["train_loss"] or 0) for epoch in (0, -1))
    assert 0 < last < 0.5 * first
    assert all(each.dtype == torch.float32 and each.isfinite().all() for each in half.model.parameters())


def test_a_step_that_overflows_is_left_out_and_the_scale_halved() -> None:
    watch = Watch(stop_after=1)
    learner = blob_learner(precision="float16", callbacks=[watch])
    with torch.no_grad():
        for layer in (0, -1):
            learner.model[layer].weight.mul_(300.0)  # type: ignore[index]
    before = [each.clone() for each in learner.model.parameters()]
    with pytest.raises(KeyboardInterrupt):
        learner.fit(1)
    assert watch.scales == [2.0**15]
    assert all(torch.equal(one, other) for one, other in zip(before, learner.model.parameters(), strict=True))


def test_a_run_that_was_stopped_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    whole = blob_learner(precision="float16", callbacks=[Watch()])
    whole.fit_one_cycle(3, 0.02)
    broken = blob_learner(precision="float16", callbacks=[Watch(5)], folder=tmp_path)
    with pytest.raises(KeyboardInterrupt):
        broken.fit_one_cycle(3, 0.02)
    assert checkpoints(tmp_path)
    again = blob_learner(precision="float16", callbacks=[Watch()])
    again.resume(tmp_path)
    assert same(weights(again), weights(whole))


def test_photos_are_learned_and_answered(photos: Path) -> None:
    learner = photo_learner(photos, precision="float16")
    learner.fit_one_cycle(2, 5e-3)
    assert str(learner.precision.name) == "float16"
    assert 0 < learner.predict(next(photos.glob("*/*.jpg"))).probability <= 1
