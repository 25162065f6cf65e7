"""What maps of classes are judged by: how far what is claimed and what is there cover each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import final

import torch
from torch import Tensor

from fledge.scoring.metrics import Metric
from fledge.scoring.tally import CountTally

_KINDS = 3


@final
@dataclass(frozen=True)
class CountMetric(Metric):
    """A share that is taken of counts: those of each item, added up over the items."""

    name: str
    formula: Callable[[Tensor], Tensor]
    """From counts (..., classes, 3) of places rightly claimed, claimed and there to a share for each (...)."""
    void: int
    """What stands in targets where nothing counts."""
    higher_is_better: bool = True

    def start(self) -> CountTally:
        return CountTally(partial(place_counts, void=self.void), self.formula)


def place_counts(outputs: Tensor, targets: Tensor, void: int) -> Tensor:
    """For each item and class: places rightly claimed, claimed, and there; `void` places don't count.

    >>> place_counts(torch.tensor([[[0.0, 9.0, 0.0]], [[1.0, 0.0, 1.0]]])[None], torch.tensor([[[1, 1, 255]]]), void=255)[0]
    tensor([[0, 1, 0],
            [1, 1, 2]])
    """
    classes = outputs.shape[1]
    rows = torch.arange(len(targets), device=targets.device).view(-1, *[1] * (targets.ndim - 1))
    counted, claimed = targets != void, outputs.argmax(1)
    keys = (rows * classes + claimed, rows * classes + targets)
    right = counted & (claimed == targets)
    chosen = (keys[0][right], keys[0][counted], keys[1][counted])
    columns = [torch.bincount(each, minlength=len(targets) * classes) for each in chosen]
    return torch.stack(columns, -1).view(len(targets), classes, _KINDS)


def iou(counts: Tensor) -> Tensor:
    """For each class: what is both claimed and there, of what is either; `nan` for what is neither.

    >>> iou(torch.tensor([[1, 1, 2], [0, 0, 0]]))
    tensor([0.5000,    nan])
    """
    right, claimed, there = counts.unbind(-1)
    return right / (claimed + there - right)


def dice(counts: Tensor) -> Tensor:
    """For each class: twice what is both, of what is claimed and what is there; `nan` for what is neither."""
    right, claimed, there = counts.unbind(-1)
    return 2 * right / (claimed + there)


def mean_iou(void: int) -> CountMetric:
    """The mean over classes of IoU: a class of few places counts as much as one of many."""
    return CountMetric("mean_iou", lambda counts: iou(counts).nanmean(-1), void)


def mean_dice(void: int) -> CountMetric:
    """The mean over classes of Dice, the F1 of places."""
    return CountMetric("dice", lambda counts: dice(counts).nanmean(-1), void)


def pixel_accuracy(void: int) -> CountMetric:
    """The share of places whose class is right."""
    return CountMetric("pixel_accuracy", lambda counts: counts[..., 0].sum(-1) / counts[..., 2].sum(-1), void)


def iou_for(place: int, void: int) -> CountMetric:
    """IoU of the class at a place alone."""
    return CountMetric(f"iou_{place}", lambda counts: iou(counts)[..., place], void)
