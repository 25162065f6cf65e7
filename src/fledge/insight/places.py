"""Where masks are right and wrong, place by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor

from fledge.insight.interpretation import Interpretation
from fledge.scoring.figure import Figure
from fledge.scoring.overlap import iou
from fledge.scoring.tally import CountTally
from fledge.transforms.mask_colours import VOID


@final
@dataclass(frozen=True)
class PlaceFigures:
    """One class: the share of places it covers, how far what is claimed and what is there cover each other, and what it is
    most often taken for.
    """

    name: str
    share: float
    pictures: int
    """In how many it stands."""
    iou: Figure | None
    found: float | None
    taken_for: str | None


@final
@dataclass(frozen=True, eq=False)
class Places:
    """How often each class (actual) was taken for each (predicted) in each picture: (pictures, classes, classes)."""

    names: tuple[str, ...]
    confusions: Tensor

    @classmethod
    def of(cls, result: Interpretation) -> Places:
        """Counted from stored results; places that are void don't count."""
        names, targets = result.codec.target.names, result.predictions.targets
        assert targets is not None, "a report's results know what is true"
        pairs = zip(targets, result.predictions.probabilities, strict=True)
        return cls(names, torch.stack([_confusion(true, said, len(names)) for true, said in pairs]))

    @property
    def confusion(self) -> Tensor:
        """The same over all pictures."""
        return self.confusions.sum(0)

    @property
    def counts(self) -> Tensor:
        """For each picture and class: places rightly claimed, claimed, and there."""
        each = self.confusions
        return torch.stack([each.diagonal(dim1=1, dim2=2), each.sum(1), each.sum(2)], -1)

    def scores(self) -> Tensor:
        """Each picture's own mean IoU; of one in which nothing counts, none."""
        return iou(self.counts.double()).nanmean(1)

    def worst(self, k: int) -> list[int]:
        """The pictures with the lowest scores, the worst first."""
        scores = self.scores()
        order = scores.nan_to_num(2.0).argsort(stable=True)
        return [row for row in order.tolist() if scores[row].isfinite()][:k]

    def worst_of(self, place: int, k: int) -> list[int]:
        """The pictures in which most places of a class are wrong: missed, or claimed where it is not."""
        right, claimed, there = self.counts[:, place].double().unbind(1)
        wrong = claimed + there - 2 * right
        order = wrong.argsort(descending=True, stable=True)
        return [row for row in order.tolist() if wrong[row] > 0][:k]

    def per_class(self) -> list[PlaceFigures]:
        """Each class's figures."""
        total = max(int(self.confusion.sum()), 1)
        return [self._class(place, total) for place in range(len(self.names))]

    def _class(self, place: int, total: int) -> PlaceFigures:
        row = self.confusion[place]
        there = int(row.sum())
        others = row.clone()
        others[place] = 0
        tally = CountTally(lambda counts, _: counts, lambda counts: iou(counts)[..., place])
        tally.add(self.counts, self.counts)
        figure = tally.figure() if there or self.confusion[:, place].any() else None
        return PlaceFigures(
            self.names[place],
            there / total,
            int((self.counts[:, place, 2] > 0).sum()),
            figure,
            int(row[place]) / there if there else None,
            self.names[int(others.argmax())] if others.any() else None,
        )


def _confusion(true: Tensor, said: Tensor, classes: int) -> Tensor:
    counted = true != VOID
    pairs = true[counted].long() * classes + said[counted].long()
    return torch.bincount(pairs, minlength=classes * classes).view(classes, classes)
