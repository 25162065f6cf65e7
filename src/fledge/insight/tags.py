"""How well each of several tags is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import torch

from fledge.core.errors import UsageError
from fledge.insight.interpretation import ClassFigures, Interpretation
from fledge.scoring.figure import Figure
from fledge.transforms.multi_category import MultiCategory


@final
@dataclass(frozen=True)
class TagFigures:
    """One tag at the threshold from which it applies."""

    figures: ClassFigures
    threshold: float


def per_tag(result: Interpretation, thresholds: Sequence[float] = ()) -> list[TagFigures]:
    """Each tag's count, recall and precision at its threshold; a half for each where none are given."""
    target, targets = result.codec.target, result.predictions.targets
    if targets is None or not isinstance(target, MultiCategory):
        raise UsageError("figures by tag need predictions of several labels, and what is true")
    cuts = tuple(thresholds) or (0.5,) * len(target.names)
    if len(cuts) != len(target.names):
        raise UsageError(f"{len(cuts)} thresholds and {len(target.names)} tags don't match")
    there = targets.cpu() > 0.5
    claimed = result.predictions.probabilities.cpu() >= torch.tensor(cuts)
    sums = [each.sum(0).tolist() for each in (there & claimed, there, claimed)]
    return [
        TagFigures(ClassFigures(name, actual, _share(right, actual), _share(right, said)), cut)
        for name, right, actual, said, cut in zip(target.names, *sums, cuts, strict=True)
    ]


def _share(right: int, count: int) -> Figure | None:
    return Figure.of_share(right, count) if count else None
