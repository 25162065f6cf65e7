"""Weights averaged over the last steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.training.callback import Callback, State
from fledge.training.run import Run


@final
@dataclass(eq=False)
class EMA(Callback):
    """Keeps an exponential moving average of the weights: what is judged on the held-back part, and what is left at the end.

    Each step moves the average a share 1 - `decay` of the way to the weights; a larger share in the first steps, so that the
    start is soon forgotten. Batch norms' statistics are averaged too.
    """

    decay: float = 0.999

    def __post_init__(self) -> None:
        if not 0 <= self.decay < 1:
            raise UsageError(f"decay={self.decay}: it is a share from 0 up to 1", hint="try decay=0.999")
        self._averages: dict[str, Tensor] = {}
        self._updates = 0
        self._live: list[Tensor] = []
        self._average: list[Tensor] = []
        self._own: list[Tensor] | None = None

    def fit_start(self, run: Run) -> None:
        self._averages = {name: each.detach().clone() for name, each in _numbers(run.learner.model).items()}
        self._updates, self._own = 0, None

    def stage_start(self, run: Run) -> None:
        changing = _changing(run)
        for name, each in _numbers(run.learner.model).items():
            if id(each) not in changing:  # what is frozen is judged and used as it is
                self._averages[name].copy_(each.detach())

    def epoch_start(self, run: Run) -> None:
        changing = _changing(run)
        live = {name: each for name, each in _numbers(run.learner.model).items() if id(each) in changing}
        self._live, self._average = list(live.values()), [self._averages[name] for name in live]

    def batch_end(self, run: Run) -> None:
        if run.learner.accumulated(run.place.step) or run.place.step == run.steps:
            self._updates += 1
            decay = min(self.decay, (1 + self._updates) / (10 + self._updates))
            with torch.no_grad():
                torch._foreach_lerp_(self._average, self._live, 1 - decay)

    @torch.no_grad()
    def validate_start(self, run: Run) -> None:
        self._own = [each.detach().clone() for each in self._live]
        torch._foreach_copy_(self._live, self._average)

    @torch.no_grad()
    def validate_end(self, run: Run) -> None:
        if self._own is not None:
            torch._foreach_copy_(self._live, self._own)
            self._own = None

    def fit_break(self, run: Run) -> None:
        self.validate_end(run)  # an error may have come in between

    @torch.no_grad()
    def fit_end(self, run: Run) -> None:
        for name, each in _numbers(run.learner.model).items():
            each.copy_(self._averages[name])

    def averaged(self, run: Run) -> dict[str, Tensor]:
        """Everything the network holds, with averages in the place of weights."""
        return {**run.learner.model.state_dict(), **self._averages}

    def adopt(self, run: Run) -> None:
        """Takes the network's weights as they are for the average."""
        for name, each in _numbers(run.learner.model).items():
            self._averages[name].copy_(each.detach())

    def state(self) -> State:
        return {"updates": self._updates, **{f"average.{name}": each for name, each in self._averages.items()}}

    def restore(self, state: Mapping[str, Any]) -> None:
        self._updates = int(state["updates"])
        for name, each in self._averages.items():
            each.copy_(state[f"average.{name}"])


def _numbers(model: nn.Module) -> dict[str, Tensor]:
    """What can be averaged: weights and statistics, not counts."""
    return {name: each for name, each in model.state_dict(keep_vars=True).items() if each.is_floating_point()}


def _changing(run: Run) -> set[int]:
    """What changes in this stage."""
    parts = run.parts
    assert parts is not None
    frozen = {id(each) for module in parts.resting for each in module.buffers()}
    return {id(each) for each in (*parts.trained, *run.model.buffers())} - frozen
