"""The weights of the best epoch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any, final

from torch import Tensor

from fledge.core.log import log
from fledge.training.averaging import EMA
from fledge.training.callback import Callback, State
from fledge.training.evaluate import Evaluation, evaluate
from fledge.training.judging import badness, check_metric
from fledge.training.run import Run


@final
@dataclass(eq=False)
class KeepBest(Callback):
    """Ends a run with the weights of the epoch whose `metric` was best; they are kept in memory, on the processor's side.

    Where weights are averaged (`EMA`), the best averages are kept, for it is them that were judged.
    """

    metric: str = "valid_loss"

    def __post_init__(self) -> None:
        self._best, self._epoch = inf, 0
        self._weights: dict[str, Tensor] = {}
        self._held_back: Evaluation | None = None

    def fit_start(self, run: Run) -> None:
        check_metric(run, self.metric)
        self.__post_init__()

    def epoch_end(self, run: Run) -> None:
        value = badness(run, self.metric)
        if value >= self._best:
            return
        averages = _averages(run)
        found = run.learner.model.state_dict() if averages is None else averages.averaged(run)
        self._weights = {name: each.detach().to("cpu", copy=True) for name, each in found.items()}
        self._best, self._epoch, self._held_back = value, run.first_epoch + run.epoch, run.held_back

    def fit_end(self, run: Run) -> None:
        if not self._weights:
            return
        run.learner.model.load_state_dict(self._weights)
        if (averages := _averages(run)) is not None:
            averages.adopt(run)
        learner = run.learner
        # In a run that was resumed, nothing is left of the look at an epoch before.
        run.held_back = self._held_back or evaluate(learner, learner.model, learner.dls.valid, learner.autocast)
        log.info("the weights are those of epoch %d, whose %s was best: %.4g", self._epoch, self.metric, abs(self._best))

    def state(self) -> State:
        if not self._weights:
            return {}
        return {"best": self._best, "epoch": self._epoch, **{f"weights.{name}": each for name, each in self._weights.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._best, self._epoch = float(state["best"]), int(state["epoch"])
        self._weights = {name.removeprefix("weights."): each for name, each in state.items() if name.startswith("weights.")}


def _averages(run: Run) -> EMA | None:
    return next((each for each in run.callbacks if isinstance(each, EMA)), None)
