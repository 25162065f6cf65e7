"""From a plan to trained weights: what stands around the loop."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from fledge.core.allocator import keep_freed_memory
from fledge.core.errors import OutOfMemory, TrainingError, UsageError
from fledge.core.log import log
from fledge.data.loader import Loader
from fledge.scoring.loss_check import check_loss
from fledge.training.callback import Callback
from fledge.training.checkpoint import checkpoints, read_checkpoint
from fledge.training.evaluate import resting
from fledge.training.loop import go
from fledge.training.run import Run
from fledge.training.saving import Saving
from fledge.training.show_progress import ShowProgress
from fledge.training.stage import Stage

if TYPE_CHECKING:
    from fledge.training.learner import Learner


def start_fit(learner: Learner, plan: tuple[Stage, ...], callbacks: Sequence[Callback]) -> None:
    """A new run of the learner, to its end."""
    if any(stage.epochs < 1 for stage in plan):
        raise UsageError(f"{plan[-1].epochs} epochs: a fit takes at least one")
    refuse_misfits(learner)
    history = list(learner.history)
    run = Run(learner, plan, _all(learner, callbacks), first_epoch=len(history), history=history)
    _go(run, fresh=True)


def resume_fit(learner: Learner, folder: Path | None, callbacks: Sequence[Callback], *, anyway: bool) -> None:
    """Goes on with the run in memory, or the one that a folder keeps."""
    if folder is None and learner.run is not None and not learner.run.finished:
        learner.run.signal = None
        _go(learner.run, fresh=False)
        return
    place = folder or learner.folder
    if place is None or not checkpoints(place):
        raise UsageError("there is no fit to go on with", hint="train with Learner(..., folder=...), or name the folder")
    run = read_checkpoint(learner, _all(learner, callbacks), place, anyway=anyway)
    learner.folder = place
    if run.finished:
        learner.run = run
        run.tell("fit_end")  # what killed it may have come between its last step and this
        log.info("the fit in %s is finished: there is nothing to go on with", place)
        return
    _go(run, fresh=False)


def _all(learner: Learner, callbacks: Sequence[Callback]) -> list[Callback]:
    """The learner's callbacks and a fit's own; what shows the progress comes last, so that it tells of the others too."""
    shown = [ShowProgress()] if learner.progress and os.environ.get("FLEDGE_PROGRESS") != "0" else []
    return [*learner.callbacks, *callbacks, *shown]


def refuse_misfits(learner: Learner) -> None:
    """Gives the model two items, so that a model or loss that can't be right is found before anything slow."""
    train = learner.dls.train
    if isinstance(train, Loader):
        batch = train.pick(range(min(2, train.count)))
    else:
        batch = next(iter(train.epoch(0, stop=1, train=True)))
    if batch.targets is None:
        raise UsageError("these samples have no targets to learn from", hint="pass get_y, or batches of (inputs, targets)")
    with resting(learner.model), torch.no_grad(), learner.autocast():
        outputs = learner.model(batch.inputs)
    check_loss(learner.loss, outputs, batch.targets)


def _go(run: Run, *, fresh: bool) -> None:
    learner = run.learner
    learner.run = run
    keep_freed_memory()
    with Saving(run, learner.folder, learner.save_every) as saving, _own_randomness():
        if fresh:
            run.tell("fit_start")
        try:
            go(run, saving)
        except (TrainingError, OutOfMemory):
            saving.save()  # the run stands before the step that failed
            raise
        finally:
            run.tell("fit_end" if run.finished else "fit_break")
        saving.save()
    _end_as_asked(run)


def _end_as_asked(run: Run) -> None:
    """After a signal, ends as programs do that were sent it: everything is saved by now."""
    if run.signal is None:
        return
    where = f"stopped at step {run.place.step} of epoch {run.first_epoch + run.epoch}; learn.resume() goes on from there"
    if run.learner.progress:
        log.warning("%s", where)
    if run.signal == signal.SIGTERM:
        raise SystemExit(128 + signal.SIGTERM)
    raise KeyboardInterrupt(where)


@contextmanager
def _own_randomness() -> Iterator[None]:
    """The caller's random numbers go on afterwards as if nothing had been drawn."""
    with torch.random.fork_rng():
        yield
