"""The formulas behind the metrics: tensors in, tensors or a number out."""

from __future__ import annotations

from math import log, nan

import torch
from torch import Tensor

from fledge.scoring.losses import apart


def right(outputs: Tensor, targets: Tensor) -> Tensor:
    """Whether each item's best class is its target, (batch,); for a map of classes, the share of its places that are.

    >>> right(torch.tensor([[0.1, 0.9], [0.8, 0.2]]), torch.tensor([1, 1]))
    tensor([1., 0.])
    """
    return (outputs.argmax(1) == targets).reshape(len(targets), -1).float().mean(1)


def right_within(outputs: Tensor, targets: Tensor, k: int) -> Tensor:
    """Whether each item's target is among its `k` best classes."""
    best = outputs.topk(min(k, outputs.shape[1]), dim=1).indices
    return (best == targets[:, None]).any(1).float()


def tags_right(outputs: Tensor, targets: Tensor, thresh: float) -> Tensor:
    """The share of each item's tags that are rightly given or rightly left out."""
    return (tags_given(outputs, thresh) == (targets > 0.5)).float().mean(1)


def tags_given(outputs: Tensor, thresh: float) -> Tensor:
    """Which tags have a probability of at least `thresh`."""
    return outputs >= log(thresh / (1 - thresh))


def squared(outputs: Tensor, targets: Tensor) -> Tensor:
    """The mean square of what each item is off by."""
    return apart(outputs, targets).square().mean(1)


def absolute(outputs: Tensor, targets: Tensor) -> Tensor:
    """The mean of what each item is off by."""
    return apart(outputs, targets).abs().mean(1)


def explained(outputs: Tensor, targets: Tensor) -> float:
    """The share of the targets' variance that the outputs explain (R squared), the mean over several numbers.

    >>> explained(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 2.0, 3.0]))
    1.0
    """
    off = apart(outputs, targets).double().square().sum(0)
    columns = targets.reshape(len(targets), -1).double()
    spread = (columns - columns.mean(0)).square().sum(0)
    # Targets that never vary leave nothing to explain: all or nothing, as scikit-learn has it.
    return float(torch.where(spread > 0, 1 - off / spread.clamp(min=1e-300), (off == 0).double()).mean())


def class_counts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """For each class: how often it was rightly given, how often given, how often there."""
    classes, given, there = outputs.shape[1], outputs.argmax(1).flatten(), targets.flatten()
    rightly = there[given == there]
    hits, claims, truths = (torch.bincount(each, minlength=classes).double() for each in (rightly, given, there))
    return hits, claims, truths


def tag_counts(outputs: Tensor, targets: Tensor, thresh: float) -> tuple[Tensor, Tensor, Tensor]:
    """For each tag: how often it was rightly given, how often given, how often there."""
    given, there = tags_given(outputs, thresh), targets > 0.5
    return (given & there).sum(0).double(), given.sum(0).double(), there.sum(0).double()


def f1_of(hits: Tensor, claims: Tensor, truths: Tensor) -> Tensor:
    """The harmonic mean of precision and recall; 0 where nothing was right, `nan` for what is neither given nor there."""
    return 2 * hits / (claims + truths)


def precision_of(hits: Tensor, claims: Tensor, truths: Tensor) -> Tensor:
    """How many of those given are right: 0 for what is there and never given, `nan` for what is neither."""
    return torch.where((claims == 0) & (truths > 0), 0.0, hits / claims)


def recall_of(hits: Tensor, claims: Tensor, truths: Tensor) -> Tensor:
    """How many of those there are found: 0 for what is given and never there, `nan` for what is neither."""
    return torch.where((truths == 0) & (claims > 0), 0.0, hits / truths)


def area_under_roc(scores: Tensor, positive: Tensor) -> float:
    """How often a positive example scores higher than a negative one, ties counted half; `nan` without both kinds.

    >>> area_under_roc(torch.tensor([0.1, 0.4, 0.35, 0.8]), torch.tensor([False, False, True, True]))
    0.75
    """
    positives = int(positive.sum())
    pairs = positives * (len(positive) - positives)
    if pairs == 0:
        return nan
    _, place, ties = torch.unique(scores, return_inverse=True, return_counts=True)
    ranks = ties.cumsum(0) - (ties - 1) / 2  # equal scores share the mean of their ranks
    above = float(ranks.double()[place][positive].sum()) - positives * (positives + 1) / 2
    return above / pairs


def equal_error(scores: Tensor, positive: Tensor) -> tuple[float, float | None]:
    """The error rate where as many of the negatives pass as of the positives fail, and the threshold there.

    Between two thresholds it is the mean of both rates where they are nearest; `nan` and None without both kinds.

    >>> equal_error(torch.tensor([0.1, 0.4, 0.35, 0.8]), torch.tensor([False, False, True, True]))
    (0.5, 0.375)
    """
    order = scores.argsort(descending=True, stable=True)
    values, there = scores[order], positive[order]
    owners, others = int(there.sum()), int((~there).sum())
    if not owners or not others:
        return nan, None
    # Cut k lets the first k pass; equal scores fall on the same side.
    passed = torch.arange(len(values) + 1)
    missed = 1 - torch.cat([there.new_zeros(1).long(), there.long().cumsum(0)]).double() / owners
    let_in = torch.cat([there.new_zeros(1).long(), (~there).long().cumsum(0)]).double() / others
    possible = torch.cat([passed[:1] == 0, values[1:] < values[:-1], passed[:1] == 0])
    cut = int(torch.where(possible, (missed - let_in).abs(), 2.0).argmin())
    above = float(values[cut - 1]) if cut else 1.0
    below = float(values[cut]) if cut < len(values) else 0.0
    return float(missed[cut] + let_in[cut]) / 2, (above + below) / 2


def area_under_rocs(outputs: Tensor, targets: Tensor) -> float:
    """The area for two classes; the mean of each class against the rest for more; the mean over tags for several labels."""
    areas = [area_under_roc(column, there) for column, there in each_against_the_rest(outputs, targets)]
    return sum(areas) / len(areas)


def equal_errors(outputs: Tensor, targets: Tensor) -> float:
    """The equal error rate for two classes; the mean of each class against the rest for more, or over tags."""
    rates = [equal_error(column, there)[0] for column, there in each_against_the_rest(outputs, targets)]
    return sum(rates) / len(rates)


def each_against_the_rest(outputs: Tensor, targets: Tensor) -> list[tuple[Tensor, Tensor]]:
    """For the second of two classes, for each of more classes, or for each tag: scores, and where it is there."""
    if targets.is_floating_point():
        marks = targets.reshape(len(targets), -1) > 0.5
        columns = outputs.reshape(len(outputs), -1)
    elif outputs.shape[1] == 2:
        # The difference orders as the probability does, and does not round to 1 where the model is very sure.
        marks, columns = (targets == 1)[:, None], (outputs[:, 1] - outputs[:, 0])[:, None]
    else:
        marks, columns = torch.nn.functional.one_hot(targets, outputs.shape[1]) > 0, outputs.softmax(1)
    return list(zip(columns.T, marks.T, strict=True))
