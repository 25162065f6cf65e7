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

_REPORT = 3.0
"""Seconds that writing the model and the report takes."""
_LOOKS = 4.0
"""Forward passes of the held-back and the test part that follow a training, in float32: figures, self-test, report."""
_TRIES = 3
_SHARE = 0.9
"""How much of the time left is planned with: other things slow a machine down."""


@final
class Deadline(Callback):
    """Ends a run at a time of the monotonic clock, after the step it is in."""

    def __init__(self, at: float) -> None:
        self.at = at

    def batch_end(self, run: Run) -> None:
        if monotonic() > self.at:
            run.stop("the time is up", at_once=True)


@final
@dataclass
class Allowance:
    """How much time there is for a whole call; without a limit there is always more."""

    limit: float | None
    began: float = field(default_factory=monotonic)
    kept_back: float = _REPORT
    """Seconds that are needed after the last training."""

    @property
    def left(self) -> float:
        """Seconds left to train in."""
        return float("inf") if self.limit is None else self.began + self.limit - self.kept_back - monotonic()

    def callbacks(self) -> list[Callback]:
        """What ends a training when the time is up."""
        return [] if self.limit is None else [Deadline(monotonic() + self.left)]

    def epochs(self, learner: Learner, wished: int, *, passes: float, once: bool) -> int:
        """How many of the epochs wished for fit into the time left, by a measured forward pass; 0 if not one does."""
        if self.limit is None:
            return wished
        item = _seconds_of_an_item(learner)
        looks = sum(part.count for part in (learner.dls.valid, learner.dls.test) if part is not None)
        self.kept_back = max(self.kept_back, _REPORT + _LOOKS * item * looks)
        seconds = passes * item * learner.dls.train.count
        if once:
            return wished if seconds < _SHARE * self.left else 0
        return max(min(wished, int(_SHARE * self.left / seconds)), 0)


def _seconds_of_an_item(learner: Learner) -> float:
    """How long reading one and showing it to the network takes: the least of some tries, for other work only adds."""
    train = learner.dls.train
    assert isinstance(train, Loader), "the loaders of a job are ours"
    count, times = min(train.bs, train.count), []
    with resting(learner.model), torch.no_grad(), learner.autocast():
        for _ in range(_TRIES):
            began = perf_counter()
            learner.model(train.pick(range(count)).inputs)
            times.append((perf_counter() - began) / count)
    return min(times)
