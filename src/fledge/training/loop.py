"""The loop: inputs and weights -> model -> results -> loss -> update.

`go` is a whole fit, `step` one batch of it. `Learner.step` calls the same `step` and shows it in numbers.
"""

from __future__ import annotations

import math
from dataclasses import replace
from time import perf_counter

from fledge.data.batch import Batch
from fledge.training.evaluate import evaluate
from fledge.training.finite import refuse_gradients, refuse_loss
from fledge.training.memory import saying_what_fits
from fledge.training.parts import Parts
from fledge.training.run import Run
from fledge.training.saving import Saving


def go(run: Run, saving: Saving) -> None:
    """Everything that is left of the plan: for each epoch, for each batch, a step; then a look at what was held back."""
    for stage in run.stages():
        if run.parts is None:
            with saying_what_fits(run):
                run.parts = Parts.of(run.learner, stage)
            run.optimizer = run.parts.optimizer
            run.tell("stage_start")
        saving.begin()
        for number in run.epochs_left():
            run.parts.to_training()
            run.tell("epoch_start")
            began = perf_counter()
            for batch in run.batches(number):
                with saying_what_fits(run):
                    step(run, batch)
                saving.tick()
            if run.place.step == run.steps or run.cut:
                finish_epoch(run, perf_counter() - began)
                saving.epoch_end()


def step(run: Run, batch: Batch) -> None:
    """One batch: the model's results, how wrong they are, and weights changed to be less so."""
    learner, parts, place = run.learner, run.parts, run.place
    assert parts is not None
    parts.prepare_step(place.steps_done, fresh=learner.accumulated(place.step))
    run.batch, run.inputs, run.targets = batch, batch.inputs, batch.targets
    run.tell("batch_start")

    with parts.settling(), parts.autocast():
        run.outputs = parts.model(run.inputs)
        run.loss = learner.loss(run.outputs, run.targets)
    run.tell("loss_end")
    loss = refuse_loss(run)

    parts.backward(run.loss, learner.accumulate)
    updates = learner.accumulated(place.step + 1) or place.step + 1 == run.steps
    if updates:
        update(run)

    place.step += 1
    place.steps_done += 1
    place.seen += len(batch)
    place.loss_sum += loss * len(batch)
    if updates and learner.accumulate > 1:
        run.safe = replace(place)
    run.tell("batch_end")


def update(run: Run) -> None:
    """The optimiser's step at this place's rates, once the gradients are known to be numbers."""
    parts = run.parts
    assert parts is not None
    parts.set_rates(run.progress)
    run.tell("update_start")
    refuse_gradients(run)
    parts.step_optimizer()


def finish_epoch(run: Run, seconds: float) -> None:
    """The held-back part's figures, and a row of the history; after a signal they are left for when the run goes on."""
    began = perf_counter()
    parts, place = run.parts, run.place
    assert parts is not None
    run.tell("validate_start")
    held_back = evaluate(run.learner, parts.model, parts.valid, parts.autocast, stop=lambda: run.halted)
    run.tell("validate_end")
    if held_back is None:
        return
    run.held_back = held_back
    run.history.append(
        {
            "epoch": run.first_epoch + run.epoch,
            "train_loss": place.loss_sum / max(place.seen, 1),
            **{name: value if math.isfinite(value) else None for name, value in held_back.values().items()},
            "seconds": round(seconds + perf_counter() - began, 3),
            "waited": round(run.waited, 3),
        }
    )
    try:
        run.tell("epoch_end")
    finally:
        place.next_epoch()
        run.safe = replace(place)
