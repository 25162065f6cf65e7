"""Where a model is right, where it is wrong, and how badly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.words import in_words
from fledge.data.samples import Samples
from fledge.insight.predictions import Predictions
from fledge.scoring.figure import Figure
from fledge.transforms.owner import OneClass
from fledge.transforms.transform import Codec

if TYPE_CHECKING:
    from fledge.data.show import Drawing


@final
@dataclass(frozen=True)
class TopLoss:
    """One item by how wrong it was: `place` is where it stands in the samples, `probability` that of the class predicted.

    >>> print(TopLoss("a.jpg", "cat", "dog", 0.91, 2.4, 7))
    a.jpg: predicted dog, actual cat, loss 2.40, probability 0.91
    """

    name: str
    actual: Any
    predicted: Any
    probability: float | None
    loss: float
    place: int

    def __str__(self) -> str:
        sure = "" if self.probability is None else f", probability {self.probability:.2f}"
        return f"{self.name}: predicted {in_words(self.predicted)}, actual {in_words(self.actual)}, loss {self.loss:.2f}{sure}"


@final
@dataclass(frozen=True)
class ClassFigures:
    """One class: how many there are, and the share found (`recall`) and rightly claimed (`precision`).

    A share is missing where there is nothing to take it of.
    """

    name: str
    count: int
    recall: Figure | None
    precision: Figure | None

    def __str__(self) -> str:
        return f"{self.name}: recall {self.recall or 'unknown'}, precision {self.precision or 'unknown'}"


@final
@dataclass(frozen=True, eq=False)
class Interpretation:
    """Predictions held against what is true; `samples` are what their items were read from, to show them again.

    >>> from fledge.transforms.category import Category
    >>> from fledge.transforms.number import Number
    >>> pets = Codec(Number.learn([0.0, 1.0]), Category.learn(["cat", "dog"]))
    >>> shares = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7]])
    >>> result = Interpretation(Predictions(shares.log(), shares, torch.tensor([0, 1, 0]), -shares.log()[:, 0]), pets)
    >>> result.most_confused()
    [('cat', 'dog', 1)]
    >>> print(result.confusion_table())
    actual \\ predicted  cat  dog
    cat                   1    1
    dog                   0    1
    """

    predictions: Predictions
    codec: Codec[Any, Any]
    samples: Samples | None = None
    threshold: float | None = None
    """Of two classes, the share from which on an item is taken for the second; without one it is the likelier."""

    def said(self) -> Tensor:
        """The class that each item was taken for."""
        shares = self.predictions.probabilities.detach().cpu()
        return shares.argmax(1) if self.threshold is None else (shares[:, 1].double() >= self.threshold).long()

    def confusion(self) -> Tensor:
        """How often each class (row) was taken for each class (column)."""
        count = len(self._classes())
        pairs = self._targets() * count + self.said()
        return torch.bincount(pairs, minlength=count * count).reshape(count, count)

    def confusion_table(self) -> str:
        """The confusion as text, actual classes downwards."""
        names = self._classes()
        rows = [["actual \\ predicted", *names]]
        rows += [[name, *map(str, counts)] for name, counts in zip(names, self.confusion().tolist(), strict=True)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join([row[0].ljust(widths[0]), *(text.rjust(width) for text, width in zip(row[1:], widths[1:], strict=True))])
            for row in rows
        )

    def most_confused(self, min_count: int = 1) -> list[tuple[str, str, int]]:
        """Pairs of different classes, (actual, predicted, how often), the most frequent first."""
        if min_count < 1:
            raise UsageError(f"min_count={min_count}: pairs that never happened are not listed", hint="use min_count=1")
        names, counts = self._classes(), self.confusion().fill_diagonal_(0)
        pairs = [(names[actual], names[said], int(counts[actual, said])) for actual, said in (counts >= min_count).nonzero()]
        return sorted(pairs, key=lambda pair: -pair[2])

    def per_class(self) -> list[ClassFigures]:
        """Each class's count, recall and precision."""
        counts = self.confusion()
        right, actual, claimed = (each.tolist() for each in (counts.diagonal(), counts.sum(1), counts.sum(0)))
        return [
            ClassFigures(name, actual[i], _share(right[i], actual[i]), _share(right[i], claimed[i]))
            for i, name in enumerate(self._classes())
        ]

    def top_losses(self, k: int = 9) -> list[TopLoss]:
        """The `k` items with the highest losses, the worst first."""
        losses = self._losses()
        if k < 1:
            raise UsageError(f"k={k} asks for no items", hint="use k=9")
        # A loss that is not a number counts as the worst.
        worst = losses.argsort(descending=True, stable=True)[:k]
        return [self._top_loss(row, float(losses[row])) for row in worst.tolist()]

    def plot_confusion_matrix(self, normalise: bool = False) -> Drawing:
        """The confusion as a picture; normalised, in shares of each actual class."""
        from fledge.insight.plots import plot_confusion  # matplotlib arrives only when there is something to draw

        return plot_confusion(self.confusion().numpy(), self._classes(), normalise=normalise)

    def plot_top_losses(self, k: int = 9) -> Drawing:
        """The worst items as the model got them, each under what was predicted, what is actual, loss and probability."""
        from fledge.data.show import draw, grid  # matplotlib arrives only when there is something to draw

        if self.samples is None:
            raise UsageError("there are no samples to show", hint="pass samples, or use top_losses(), which names the items")
        worst = self.top_losses(k)
        figure, cells = grid(len(worst))
        figure.suptitle("predicted / actual, loss" + (" / probability" if worst[0].probability is not None else ""), fontsize=9)
        for cell, each in zip(cells, worst, strict=True):
            draw(cell, self.codec.input.decode(self.codec.input.encode(self.samples[each.place].input)))
            cell.set_title(_title(each), fontsize=8, wrap=True, parse_math=False)
        return figure

    def __repr__(self) -> str:
        return f"Interpretation of {self.predictions!r}".replace("Predictions", "predictions", 1)

    def _top_loss(self, row: int, loss: float) -> TopLoss:
        shares, target = self.predictions.probabilities[row].cpu(), self.codec.target
        actual = target.decode(self._targets()[row])
        predicted, probability = shares, None
        if isinstance(target, OneClass):
            predicted = self.said()[row]
            probability = shares[predicted].item()
        place = self.predictions.place(row)
        return TopLoss(self._name(row, place), actual, target.decode(predicted), probability, loss, place)

    def _name(self, row: int, place: int) -> str:
        if self.predictions.names or self.samples is None:
            return self.predictions.name(row)
        return self.samples.name(place)

    def _classes(self) -> Sequence[str]:
        target = self.codec.target
        if not isinstance(target, OneClass):
            raise UsageError(
                f"confusion is between classes of which each item has one, and these targets are {type(target).__name__}",
                hint="use top_losses() for the worst items, and predictions.figures for the metrics",
            )
        return target.names

    def _targets(self) -> Tensor:
        if self.predictions.targets is None:
            raise UsageError("nobody knows what is true of these items", hint="interpret items that have labels")
        return self.predictions.targets.cpu()

    def _losses(self) -> Tensor:
        if self.predictions.losses is None or not len(self.predictions):
            raise UsageError("these predictions hold no losses", hint="interpret items that have labels")
        return self.predictions.losses.detach().float().cpu()


def _title(each: TopLoss) -> str:
    sure = "" if each.probability is None else f" / {each.probability:.2f}"
    return f"{in_words(each.predicted)} / {in_words(each.actual)}\n{each.loss:.2f}{sure}"


def _share(right: int, count: int) -> Figure | None:
    return Figure.of_share(right, count) if count else None
