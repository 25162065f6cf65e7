"""Whether an epoch was better than those before it."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from fledge.core.errors import UnknownName

if TYPE_CHECKING:
    from fledge.training.run import Run


def check_metric(run: Run, name: str) -> None:
    """Refuses the name of a figure that this run won't have."""
    known = ["train_loss", "valid_loss", *(metric.name for metric in run.learner.metrics)]
    if name not in known:
        raise UnknownName("metric", name, known)


def badness(run: Run, name: str) -> float:
    """The last epoch's figure, turned so that less is better; one that is no number is worse than any."""
    if run.history[-1].get(name, 0) is None:
        return inf
    return -run.metric(name) if higher_is_better(run, name) else run.metric(name)


def higher_is_better(run: Run, name: str) -> bool:
    """Which way a figure should go; losses should fall."""
    return any(metric.higher_is_better for metric in run.learner.metrics if metric.name == name)
