"""What held-back results are judged by."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, final

import numpy as np
from torch import Tensor

from fledge.core.errors import UsageError, shown
from fledge.scoring.measures import (
    absolute,
    area_under_rocs,
    class_counts,
    equal_errors,
    explained,
    f1_of,
    precision_of,
    recall_of,
    right,
    right_within,
    squared,
    tag_counts,
    tags_right,
)
from fledge.scoring.ranking import ndcg_of, recall_of_liked
from fledge.scoring.tally import ItemTally, Tally, WholeTally


class Metric(ABC):
    """A named judgement of outputs by targets: called on tensors, or gathered batch by batch in a tally."""

    name: str
    higher_is_better: bool

    @abstractmethod
    def start(self) -> Tally:
        """An empty tally."""

    def __call__(self, outputs: Tensor, targets: Tensor) -> float:
        tally = self.start()
        tally.add(outputs, targets)
        return tally.value()


@final
@dataclass(frozen=True)
class ItemMetric(Metric):
    """The mean of a score that each item has by itself; a `share` lies between 0 and 1 and is read as a percentage."""

    name: str
    score: Callable[[Tensor, Tensor], Tensor]
    higher_is_better: bool = True
    share: bool = False

    def start(self) -> ItemTally:
        return ItemTally(self.score, share=self.share)


@final
@dataclass(frozen=True)
class WholeMetric(Metric):
    """A number that only the held-back items together have; a `bounded` one lies between 0 and 1."""

    name: str
    measure: Callable[[Tensor, Tensor], float | Tensor]
    higher_is_better: bool = True
    bounded: bool = False

    def start(self) -> WholeTally:
        return WholeTally(self._number, bounded=self.bounded)

    def _number(self, outputs: Tensor, targets: Tensor) -> float:
        found: Any = self.measure(outputs, targets)
        size = found.numel() if isinstance(found, Tensor) else np.size(found)
        if size != 1:
            raise UsageError(
                f"the metric {self.name} gave {size} values for {len(outputs)} items, and one is needed",
                hint=f"return one number, or pass ItemMetric({self.name!r}, {self.name}) if it gives one for each item",
            )
        return float(found)


def as_metric(metric: Metric | Callable[[Tensor, Tensor], float | Tensor], *, higher_is_better: bool = True) -> Metric:
    """A metric as it is; a plain function of (outputs, targets) as one that is called on everything held back at once.

    >>> def largest(outputs, targets):
    ...     return outputs.max()
    >>> as_metric(largest).name
    'largest'
    """
    if isinstance(metric, Metric):
        return metric
    if not callable(metric):
        raise UsageError(f"a metric is a function of (outputs, targets), not {shown(metric)}", hint="try metrics=accuracy")
    function = metric.func if isinstance(metric, partial) else metric
    return WholeMetric(getattr(function, "__name__", type(function).__name__), metric, higher_is_better)


accuracy = ItemMetric("accuracy", right, share=True)
"""The share of items whose best class is the right one; of a map of classes, the share of right places."""

error_rate = ItemMetric("error_rate", lambda outputs, targets: 1 - right(outputs, targets), False, share=True)
"""The share of items whose best class is not the right one."""

mse = ItemMetric("mse", squared, higher_is_better=False)
"""The mean of the squared distance."""

mae = ItemMetric("mae", absolute, higher_is_better=False)
"""The mean of the distance."""

rmse = WholeMetric("rmse", lambda outputs, targets: squared(outputs, targets).mean().sqrt(), higher_is_better=False)
"""The root of the mean squared distance, in the targets' own unit."""

r2 = WholeMetric("r2", explained)
"""The share of the targets' variance that is explained: 1 is perfect, 0 no better than always saying the mean."""

roc_auc = WholeMetric("roc_auc", area_under_rocs, bounded=True)
"""How often a positive example scores above a negative one; the mean over classes (each against the rest) or tags."""


equal_error_rate = WholeMetric("equal_error_rate", equal_errors, higher_is_better=False, bounded=True)
"""The share of strangers let in where it equals the share of owners turned away; the mean over classes or tags for several."""


def top_k_accuracy(k: int = 5) -> ItemMetric:
    """The share of items whose class is among the `k` best."""
    return ItemMetric(f"top_{k}_accuracy", lambda outputs, targets: right_within(outputs, targets, k), share=True)


def accuracy_multi(thresh: float = 0.5) -> ItemMetric:
    """The share of tags rightly given or left out, each given from a probability of `thresh` on."""
    _check_threshold(thresh)
    return ItemMetric("accuracy_multi", lambda outputs, targets: tags_right(outputs, targets, thresh), share=True)


def recall_at(k: int = 10) -> ItemMetric:
    """For recommendations: the share of what a person liked that is among the `k` things put first."""
    return ItemMetric(f"recall@{_first(k)}", lambda scores, liked: recall_of_liked(scores, liked, k), share=True)


def ndcg_at(k: int = 10) -> ItemMetric:
    """For recommendations: how near the `k` things put first come to the best order, the first places counting most."""
    return ItemMetric(f"ndcg@{_first(k)}", lambda scores, liked: ndcg_of(scores, liked, k), share=True)


def f1_multi(thresh: float = 0.5) -> WholeMetric:
    """F1 for tags: the mean over those that are given or there at all."""
    _check_threshold(thresh)
    return WholeMetric(
        "f1_multi",
        lambda outputs, targets: f1_of(*tag_counts(outputs, targets, thresh)).nanmean(),
        bounded=True,
    )


def _by_class(name: str, formula: Callable[[Tensor, Tensor, Tensor], Tensor], place: int | None = None) -> WholeMetric:
    """A formula of counts: for the class at `place`, or the mean over those classes that are given or there."""

    def measure(outputs: Tensor, targets: Tensor) -> Tensor:
        each = formula(*class_counts(outputs, targets))
        return each.nanmean() if place is None else each[place]

    return WholeMetric(name if place is None else f"{name}_{place}", measure, bounded=True)


f1 = _by_class("f1", f1_of)
"""The mean over classes of F1, the harmonic mean of precision and recall: a rare class counts as much as a common one."""

precision = _by_class("precision", precision_of)
"""The mean over classes of: how many given this class are of it."""

recall = _by_class("recall", recall_of)
"""The mean over classes of: how many of this class are found."""


def f1_for(place: int) -> WholeMetric:
    """F1 of one class alone, by its place: where two classes are one that is looked for and the rest."""
    return _by_class("f1", f1_of, place)


def precision_for(place: int) -> WholeMetric:
    """How many given the class at `place` are of it."""
    return _by_class("precision", precision_of, place)


def recall_for(place: int) -> WholeMetric:
    """How many of the class at `place` are found."""
    return _by_class("recall", recall_of, place)


def _first(k: int) -> int:
    if k < 1:
        raise UsageError(f"k={k}: at least one thing is put first", hint="k=10")
    return k


def _check_threshold(thresh: float) -> None:
    if not 0 < thresh < 1:
        raise UsageError(f"a threshold is a probability between 0 and 1, not {thresh}", hint="try thresh=0.5")
