"""Which learning rate to take: ever higher ones are tried, and the losses they meet are read."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import TYPE_CHECKING, Any, final

import numpy as np
import torch
from numpy.typing import NDArray

from fledge.core.errors import TrainingError, UsageError
from fledge.core.log import log
from fledge.data.batch import Batch
from fledge.training.loop import step
from fledge.training.memory import saying_what_fits
from fledge.training.parts import Parts
from fledge.training.run import Run
from fledge.training.schedule import Constant
from fledge.training.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fledge.data.show import Drawing
    from fledge.training.learner import Learner

_SMOOTHING = 0.98
_TOO_FAR = 4.0
"""A loss so many times the best one met ends the search."""


@final
@dataclass(frozen=True, eq=False)
class RateSearch:
    """The rates tried, the smoothed loss at each, and what they suggest.

    `valley` is a point two thirds down the longest fall of the loss, `steep` where it falls fastest, `minimum` a tenth of
    the rate with the lowest loss.
    """

    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    suggestions: Mapping[str, float] = field(default_factory=dict)

    @property
    def valley(self) -> float:
        """The suggestion to begin with."""
        return self.suggestions["valley"]

    @property
    def steep(self) -> float:
        """Where the loss falls fastest."""
        return self.suggestions["steep"]

    @property
    def minimum(self) -> float:
        """A tenth of the rate with the lowest loss."""
        return self.suggestions["minimum"]

    def plot(self) -> Drawing:
        """The losses met over the rates, with the suggestions."""
        from fledge.insight.plots import plot_rates  # matplotlib takes a while to load

        return plot_rates(self.rates, self.losses, self.suggestions)

    def __repr__(self) -> str:
        return f"RateSearch({', '.join(f'{name}={rate:.2e}' for name, rate in self.suggestions.items())})"

    def _repr_png_(self) -> bytes:
        return self.plot()._repr_png_()


def search_rates(learner: Learner, start: float, end: float, steps: int, *, stop_early: bool) -> RateSearch:
    """Rises from `start` to `end` in equal ratios, and leaves the learner as it was."""
    if not 0 < start < end:
        raise UsageError(f"the rates from {start:g} to {end:g} don't rise", hint="lr_find(1e-7, 10)")
    if steps < 10:
        raise UsageError(f"{steps} steps are too few to read anything from", hint="lr_find(steps=100)")
    weights = copy.deepcopy(learner.model.state_dict())
    groups = len(learner.groups)
    run = Run(learner, (Stage(1, (1.0,) * groups, Constant(), learner.weight_decay, learner.frozen),), [])
    rates = start * (end / start) ** (np.arange(steps) / (steps - 1))
    try:
        with torch.random.fork_rng():
            losses = _losses(run, rates, stop_early=stop_early)
    finally:
        learner.model.load_state_dict(weights)
    rates = rates[: len(losses)]
    return RateSearch(rates, losses, suggest(rates, losses))


def _losses(run: Run, rates: NDArray[np.float64], *, stop_early: bool) -> NDArray[np.float64]:
    """The smoothed loss at each rate, up to where it breaks out."""
    run.parts = Parts.of(run.learner, run.stage)
    run.optimizer = run.parts.optimizer
    run.parts.to_training()
    losses: list[float] = []
    mean = 0.0
    for rate, batch in zip(rates, _endless(run), strict=False):
        for group in run.optimizer.param_groups:
            group["base_rate"] = float(rate)
        try:
            with saying_what_fits(run):
                step(run, batch)
        except TrainingError:
            log.info("the loss is no number any more at a rate of %.1e: the search ends", rate)
            break
        mean = _SMOOTHING * mean + (1 - _SMOOTHING) * float(run.loss.detach())
        losses.append(mean / (1 - _SMOOTHING ** (len(losses) + 1)))
        if stop_early and len(losses) > 10 and losses[-1] > _TOO_FAR * min(losses):
            break
    if len(losses) < 10:
        raise TrainingError(
            f"only {len(losses)} steps gave a loss that is a number", hint="begin lower, lr_find(1e-10), or mend the data"
        )
    return np.array(losses)


def _endless(run: Run) -> Iterator[Batch]:
    assert run.parts is not None
    for epoch in count():
        run.place = replace(run.place, step=0)
        yield from run.parts.train.epoch(epoch, train=True)


def suggest(rates: NDArray[np.float64], losses: NDArray[np.float64]) -> dict[str, float]:
    """What the losses say, by the name of the rule.

    >>> fall = suggest(np.logspace(-4, -1, 31), np.r_[np.full(10, 2.0), np.linspace(2, 1, 15), np.linspace(1, 3, 6)])
    >>> 1e-3 < fall["valley"] < fall["minimum"] * 10
    True
    """
    begin, end = _longest_fall(losses)
    slopes = np.gradient(losses, np.log(rates))
    return {
        "valley": float(rates[begin + round((end - begin) * 2 / 3)]),
        "steep": float(rates[int(slopes.argmin())]),
        "minimum": float(rates[int(losses.argmin())] / 10),
    }


def _longest_fall(losses: NDArray[np.float64]) -> tuple[int, int]:
    """First and last place of the longest stretch of losses each of which is below all before it in the stretch."""
    best: Any = (0, 0)
    lengths = np.ones(len(losses), dtype=np.int64)
    starts = np.arange(len(losses))
    for place in range(len(losses)):
        higher = np.flatnonzero(losses[:place] > losses[place])
        if len(higher):
            before = higher[lengths[higher].argmax()]
            lengths[place], starts[place] = lengths[before] + 1, starts[before]
        if lengths[place] > lengths[best[1]]:
            best = (int(starts[place]), place)
    return best[0], best[1]
