"""Training on mixtures of two samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.data.batch import Batch
from fledge.data.loader import Loader
from fledge.scoring.loss_check import check_loss
from fledge.training.callback import Callback
from fledge.training.evaluate import resting
from fledge.transforms.mix import Mixed, cutmix, mixup

if TYPE_CHECKING:
    from fledge.training.learner import Learner
    from fledge.training.run import Run


@final
@dataclass(eq=False)
class MixUp(Callback):
    """Fades each input into another of its batch, and its target with it.

    Classes become shares of classes, which `CrossEntropy` takes; tags and numbers become means. The training loss is then that
    of mixtures, and higher than on the held-back part.
    """

    alpha: float = 0.4

    def __post_init__(self) -> None:
        _check_alpha(self.alpha)

    def fit_start(self, run: Run) -> None:
        self._classes = _classes(run.learner)

    def batch_start(self, run: Run) -> None:
        _take(run, mixup(run.inputs, _draws(run), self.alpha), self._classes)


@final
@dataclass(eq=False)
class CutMix(Callback):
    """Puts a rectangle of another picture of the batch into each, and mixes the targets by its area, as `MixUp` does.

    A stage that trains a head on stored features is left as it is: it sees no pictures.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        _check_alpha(self.alpha)

    def fit_start(self, run: Run) -> None:
        self._classes = _classes(run.learner)
        shape = tuple(_two(run.learner).inputs.shape)
        if len(shape) != 4:
            raise UsageError(
                f"CutMix cuts pictures, (batch, channels, height, width), not inputs of shape {shape}", hint="use MixUp"
            )

    def batch_start(self, run: Run) -> None:
        if run.model is run.learner.model:
            _take(run, cutmix(run.inputs, _draws(run), self.alpha), self._classes)


def _check_alpha(alpha: float) -> None:
    if not 0 < alpha < float("inf"):
        raise UsageError(f"alpha={alpha}: it is a number above 0", hint="try alpha=0.4")


def _two(learner: Learner) -> Batch:
    """Two samples to learn from."""
    train = learner.dls.train
    if isinstance(train, Loader):
        return train.pick(range(min(2, train.count)))
    return next(iter(train.epoch(0, stop=1, train=True)))


def _classes(learner: Learner) -> int:
    """How many classes the targets are of, or 0 where they are no classes; refused is what can't be mixed."""
    batch = _two(learner)
    for what, values in (("inputs", batch.inputs), ("targets", batch.targets)):
        if not isinstance(values, Tensor):
            raise UsageError(f"{what} that are no single tensor can't be mixed, and these are {type(values).__name__}")
    if not batch.inputs.is_floating_point():
        raise UsageError(f"inputs of type {batch.inputs.dtype} can't be mixed", hint="mix pictures, sounds or numbers")
    if not batch.targets.is_floating_point() and batch.targets.ndim != 1:
        raise UsageError(f"only one class an item can be mixed, not a map of shape {tuple(batch.targets.shape[1:])}")
    with resting(learner.model), torch.no_grad(), learner.autocast():
        outputs = learner.model(batch.inputs)
    classes = 0 if batch.targets.is_floating_point() else outputs.shape[1]
    check_loss(learner.loss, outputs, _as_shares(batch.targets, classes))
    return classes


def _draws(run: Run) -> Draws:
    """Random numbers of this batch's items; where those have no numbers, of their places in the epoch."""
    items = run.place.seen + np.arange(len(run.batch)) if run.batch.items is None else run.batch.items
    return Draws(run.learner.seed, run.first_epoch + run.epoch, items)


def _take(run: Run, mixed: Mixed, classes: int) -> None:
    """Puts the mixture in the batch's place."""
    targets = _as_shares(run.targets, classes)
    share = mixed.share.view(-1, *[1] * (targets.ndim - 1)).to(targets.dtype)
    run.inputs, run.targets = mixed.inputs, targets * share + targets[mixed.partner] * (1 - share)


def _as_shares(targets: Tensor, classes: int) -> Tensor:
    """Classes as shares, (batch, classes): all of one. What already is a number stays."""
    if targets.is_floating_point():
        return targets
    # Not F.one_hot: it waits for the card, to look at the largest.
    return torch.zeros(len(targets), classes, device=targets.device).scatter_(1, targets[:, None], 1.0)
