"""One fit in progress: where it is, and what callbacks may touch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import TYPE_CHECKING, Any, final

from torch import Tensor, nn
from torch.optim import Optimizer

from fledge.core.errors import UnknownName
from fledge.data.batch import Batch
from fledge.data.foreign import ForeignLoader
from fledge.training.callback import Callback, listeners
from fledge.training.evaluate import Evaluation
from fledge.training.parts import Parts
from fledge.training.stage import Stage

if TYPE_CHECKING:
    from fledge.training.learner import Learner


@final
@dataclass
class Place:
    """Where a run is: the next step to take is step `step` of epoch `epoch` of stage `stage`."""

    stage: int = 0
    epoch: int = 0
    step: int = 0
    steps_done: int = 0
    loss_sum: float = 0.0
    """Losses of this epoch's steps so far, each times its number of items."""
    seen: int = 0
    """How many items this epoch has shown so far."""

    def next_epoch(self) -> None:
        """On to the first step of the epoch that follows."""
        self.epoch, self.step, self.loss_sum, self.seen = self.epoch + 1, 0, 0.0, 0

    def next_stage(self) -> None:
        """On to the first step of the stage that follows."""
        self.stage, self.epoch, self.step, self.loss_sum, self.seen = self.stage + 1, 0, 0, 0.0, 0


@final
@dataclass
class Run:
    """What the loop owns while it goes round, handed to every callback.

    `inputs`, `targets`, `outputs` and `loss` are those of the current batch; `history` has a row for every
    finished epoch, those of the learner's earlier fits first; `stop(reason)` ends the run after this epoch.
    """

    learner: Learner
    plan: tuple[Stage, ...]
    callbacks: list[Callback]
    first_epoch: int = 0
    """The number of the run's first epoch, where earlier fits of the same learner have had theirs."""
    place: Place = field(default_factory=Place)
    history: list[dict[str, float | int | None]] = field(default_factory=list)
    held_back: Evaluation | None = None
    """What the model gave for the held-back part when it was last looked at."""
    stopped: str | None = None
    signal: int | None = None

    def __post_init__(self) -> None:
        self._listeners = listeners(self.callbacks)
        self.parts: Parts | None = None
        self.optimizer: Optimizer
        self.batch: Batch
        self.inputs: Any = None
        self.targets: Any = None
        self.outputs: Any = None
        self.loss: Tensor
        self.safe = replace(self.place)
        """The place of the last change of the weights, where steps are accumulated."""
        self.cut = False
        """Whether the epoch ends before its last batch."""
        self.waited = 0.0
        """Seconds of this epoch spent waiting for data."""

    @property
    def model(self) -> nn.Module:
        """What is trained in this stage: the whole model, or the head alone on stored features."""
        assert self.parts is not None, "a run has a model once its first stage has begun"
        return self.parts.model

    @property
    def stage(self) -> Stage:
        """The rules in force."""
        return self.plan[min(self.place.stage, len(self.plan) - 1)]

    @property
    def epochs(self) -> int:
        """How many epochs the whole plan has."""
        return sum(stage.epochs for stage in self.plan)

    @property
    def epoch(self) -> int:
        """The number of the current epoch in this run, from 0."""
        return sum(stage.epochs for stage in self.plan[: self.place.stage]) + self.place.epoch

    @property
    def steps(self) -> int:
        """How many steps one epoch of this stage has."""
        assert self.parts is not None
        return len(self.parts.train)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.place.stage >= len(self.plan) or self.stopped is not None

    @property
    def halted(self) -> bool:
        """Whether a signal asked the run to save and end."""
        return self.signal is not None

    @property
    def progress(self) -> float:
        """How much of the stage is done before this step, from 0 to 1."""
        return (self.place.epoch * self.steps + self.place.step) / (self.stage.epochs * self.steps)

    def metric(self, name: str) -> float:
        """The last finished epoch's value of a column of the history, such as `valid_loss`."""
        row = self.history[-1]
        if (value := row.get(name)) is None:
            raise UnknownName("metric", name, [each for each, known in row.items() if known is not None])
        return float(value)

    def item_names(self) -> list[str]:
        """The current batch's items, as people know them."""
        if self.parts is None or self.batch.items is None or isinstance(self.parts.train, ForeignLoader):
            return [f"{len(self.batch)} items without names"]
        return [self.parts.train.samples.name(int(item)) for item in self.batch.items]

    def back_to_safety(self) -> None:
        """After a step that failed: to the place and the state of the last change of the weights."""
        assert self.parts is not None
        self.parts.undo_step()
        if self.learner.accumulate > 1:
            self.place = replace(self.safe)

    def stop(self, reason: str, *, at_once: bool = False) -> None:
        """End the run after this epoch, or after this step, and say why; the held-back part is looked at in any case."""
        self.stopped = reason
        self.cut = at_once

    def tell(self, moment: str) -> None:
        """Call what listens to this moment."""
        for listener in self._listeners[moment]:
            listener(self)

    def stages(self) -> Iterator[Stage]:
        """The stages that are left; one that a signal broke off stays the current one."""
        while not self.finished and not self.halted:
            yield self.stage
            if self.place.epoch < self.stage.epochs:
                return
            self.parts = None
            self.place.next_stage()

    def epochs_left(self) -> Iterator[int]:
        """This stage's epochs that are left, by the number that keys their order and augmentation."""
        while self.place.epoch < self.stage.epochs and not self.finished and not self.halted:
            yield self.first_epoch + self.epoch

    def batches(self, number: int) -> Iterator[Batch]:
        """The epoch's batches that are left, until a signal comes; the time spent waiting for them is kept."""
        assert self.parts is not None
        self.waited = 0.0
        batches = self.parts.train.epoch(number, start=self.place.step, train=True)
        while not ((self.halted or self.cut) and self.learner.accumulated(self.place.step)):
            began = perf_counter()
            batch = next(batches, None)
            self.waited += perf_counter() - began
            if batch is None:
                return
            yield batch
