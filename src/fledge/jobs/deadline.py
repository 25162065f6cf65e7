"""Training that has to end in time."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic, perf_counter
from typing import final

import torch

from fledge.data.loader import Loader
from fledge.training.callback import Callback
from fledge.training.evaluate import resting
from fledge.training.learner import Learner
from fledge.training.run import Run


@final
@dataclass
class Deadline(Callback):
    """Ends a run at a time of the monotonic clock, after the step it is in."""

    at: float

    def batch_end(self, run: Run) -> None:
        if monotonic() > self.at:
            run.stop("the time is up", at_once=True)


@final
@dataclass(frozen=True)
class Allowance:
    """How much time there is for a whole call; without a limit there is always more."""

    limit: float | None
    began: float = field(default_factory=monotonic)
    kept_back: float = 3.0
    """Seconds that the last look, the report and the saving take."""

    @property
    def left(self) -> float:
        """Seconds left to train in."""
        return float("inf") if self.limit is None else self.began + self.limit - self.kept_back - monotonic()

    def callbacks(self) -> list[Callback]:
        """What ends a training when the time is up."""
        return [] if self.limit is None else [Deadline(self.began + self.limit - self.kept_back)]

    def epochs(self, learner: Learner, wished: int, *, passes: float, once: bool) -> int:
        """How many of the epochs wished for fit into the time left, by a measured forward pass; 0 if not one does."""
        if self.limit is None:
            return wished
        seconds = passes * _forward_pass(learner)
        if once:
            return wished if seconds < self.left else 0
        return min(wished, int(self.left / seconds))


def _forward_pass(learner: Learner) -> float:
    """Seconds that one forward pass of the training part takes, from one batch of it."""
    train = learner.dls.train
    assert isinstance(train, Loader), "the loaders of a job are ours"
    batch = train.pick(range(min(train.bs, train.count)))
    with resting(learner.model), torch.no_grad(), learner.autocast():
        learner.model(batch.inputs)  # the first pass sets things up
        began = perf_counter()
        learner.model(batch.inputs)
    return (perf_counter() - began) * len(train)
