"""What a model for rows goes by: which columns matter, how its answer moves with them, where to draw a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import generator
from fledge.data.column import WholeColumn
from fledge.data.loader import Loader
from fledge.predictor.predictor import Predictor
from fledge.scoring.difference import Difference, difference
from fledge.scoring.figure import Figure
from fledge.transforms.category import Category
from fledge.transforms.row import Row
from fledge.transforms.row_columns import FIRST, MISSING

REPEATS = 2
"""How often each column is shuffled."""

_ROOM = 24_000
"""Rows that the model is asked about to find out which columns matter."""
_FEWEST, _AT_ONCE = 100, 4096
_ASKED = 200
_POINTS, _NAMES, _SHOWN = 17, 12, 6
_CUTS = tuple(place / 20 for place in range(1, 20))


@final
@dataclass(frozen=True)
class Importance:
    """How much worse the model does on the same rows when a column's values are shuffled among them."""

    column: str
    worse: Difference

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        return {"column": self.column, "worse": self.worse.value, "low": self.worse.low, "high": self.worse.high}


@final
@dataclass(frozen=True)
class Dependence:
    """What the model says on average if a column has a certain value in all rows, for one class or one number."""

    column: str
    of: str
    values: tuple[float | str, ...]
    said: tuple[float, ...]
    share: bool = False
    """Whether what it says is a probability."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        return {"column": self.column, "of": self.of, "values": list(self.values), "said": list(self.said)}


@final
@dataclass(frozen=True)
class Cut:
    """What comes of saying `of` two classes the second from a probability on; what can't be told is missing."""

    probability: float
    right: Figure
    precision: Figure | None
    recall: Figure | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        shares = {"precision": self.precision, "recall": self.recall}
        told = {name: None if each is None else each.value for name, each in shares.items()}
        return {"probability": self.probability, "right": self.right.value, **told}


@final
@dataclass(frozen=True)
class RowReasons:
    """All of it, by so many held-back rows; `of` names the class that cuts are about."""

    count: int
    importances: tuple[Importance, ...]
    dependences: tuple[Dependence, ...]
    cuts: tuple[Cut, ...] = ()
    of: str = ""
    rule: str = ""
    """The one rule in words, with how good it is."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        return {
            "rows": self.count,
            "importances": [each.as_dict() for each in self.importances],
            "dependences": [each.as_dict() for each in self.dependences],
            "cuts": {"of": self.of, "at": [each.as_dict() for each in self.cuts]},
            "rule": self.rule,
        }


def row_reasons(predictor: Predictor, held_back: Loader, *, seed: int = 0, rule: str = "") -> RowReasons:
    """What the model goes by, found out on held-back rows; of many, some are drawn."""
    rows, targets = _drawn(predictor, held_back, seed)
    found = importances(predictor, rows, targets, seed=seed)
    few = rows[:_ASKED]
    labels = predictor.codec.input.columns.labels
    by_source = {each.column: place for place, each in enumerate(found)}
    places = sorted(range(len(labels)), key=lambda place: by_source[_source(predictor.codec.input, place)])
    shown = [each for place in places[:_SHOWN] for each in [dependence(predictor, few, place)] if each is not None]
    of, cuts = thresholds(predictor, held_back)
    return RowReasons(len(rows), tuple(found), tuple(shown), cuts, of, rule)


def importances(predictor: Predictor, rows: Tensor, targets: Tensor, *, seed: int = 0) -> list[Importance]:
    """Of each column, the one that matters most first; `rows` and `targets` are encoded.

    For classes what is lost is counted in rows that are right, for numbers in how far the answer is off.
    """
    row: Row = predictor.codec.input
    usual = _scores(predictor, rows, targets)
    classes = isinstance(predictor.codec.target, Category)
    found = []
    for source in row.sources:
        places = [place for place in range(row.width) if _source(row, place) == source]
        scores = []
        for again in range(REPEATS):
            order = torch.from_numpy(generator(seed, f"shuffled {source}", again).permutation(len(rows)))
            changed = rows.clone()
            changed[:, places] = rows[order][:, places]
            scores.append(_scores(predictor, changed, targets))
        found.append(Importance(source, replace(difference(usual, np.mean(scores, 0)), share=classes)))
    return sorted(found, key=lambda each: -each.worse.value)


def dependence(predictor: Predictor, rows: Tensor, place: int) -> Dependence | None:
    """How the answer moves with one feature of encoded rows, all others left as they are; of several classes, the last one."""
    row: Row = predictor.codec.input
    values, at = _grid(row, rows, place)
    if len(at) < 2:
        return None
    said = []
    for position in at:
        changed = rows.clone()
        changed[:, place] = position
        label = row.columns.labels[place]
        for flag, each in enumerate(row.flagged):
            if each.label == label:
                changed[:, len(row.columns.labels) + flag] = 0
        said.append(float(_told(predictor, changed).mean()))
    target = predictor.codec.target
    classes = isinstance(target, Category)
    return Dependence(row.columns.labels[place], target.names[-1] if classes else target.names[0], values, tuple(said), classes)


def thresholds(predictor: Predictor, held_back: Loader) -> tuple[str, tuple[Cut, ...]]:
    """Of two classes, what comes of each probability from which on the second is said; the class, and the cuts."""
    target = predictor.codec.target
    if not isinstance(target, Category) or len(target.names) != 2:
        return "", ()
    batches = list(held_back.epoch(0, train=False))
    said = torch.cat([_told(predictor, batch.inputs) for batch in batches]).numpy()
    true = torch.cat([batch.targets.cpu() for batch in batches]).numpy() == 1
    return target.names[1], tuple(_cut(probability, said >= probability, true) for probability in _CUTS)


def _cut(probability: float, said: NDArray[np.bool_], true: NDArray[np.bool_]) -> Cut:
    both = int((said & true).sum())
    right = Figure.of_share(int((said == true).sum()), len(true))
    precision = Figure.of_share(both, int(said.sum())) if said.any() else None
    recall = Figure.of_share(both, int(true.sum())) if true.any() else None
    return Cut(probability, right, precision, recall)


def _drawn(predictor: Predictor, held_back: Loader, seed: int) -> tuple[Tensor, Tensor]:
    inputs, targets = held_back.inputs, held_back.targets
    if not isinstance(inputs, WholeColumn) or not isinstance(targets, WholeColumn) or not isinstance(inputs.transform, Row):
        raise UsageError("this is about rows of tables with something to tell of them")
    wanted = max(_FEWEST, _ROOM // (REPEATS * max(1, len(predictor.codec.input.sources))))
    drawn = generator(seed, "reasons").permutation(held_back.count)[:wanted]
    places = torch.from_numpy(np.sort(drawn)).to(inputs.encoded.device)
    return inputs.encoded[places].cpu(), targets.encoded[places].cpu()


def _scores(predictor: Predictor, rows: Tensor, targets: Tensor) -> NDArray[np.float64]:
    """One number a row, the higher the better: whether it is right, or how far off it is, less than nothing."""
    said = _outputs(predictor, rows)
    if isinstance(predictor.codec.target, Category):
        right: NDArray[np.float64] = (said.argmax(1) == targets).double().numpy()
        return right
    target = predictor.codec.target
    off: NDArray[np.float64] = (target.unscaled(said.double()) - target.unscaled(targets.double())).abs().mean(1).numpy()
    return -off


def _told(predictor: Predictor, rows: Tensor) -> Tensor:
    """The last class's probability, or the first number."""
    said = _outputs(predictor, rows)
    if isinstance(predictor.codec.target, Category):
        return predictor.task.probabilities(said)[:, -1].double()
    first: Tensor = predictor.codec.target.unscaled(said.double())[:, 0]
    return first


def _outputs(predictor: Predictor, rows: Tensor) -> Tensor:
    return torch.cat([predictor.outputs(some) for some in torch.split(rows, _AT_ONCE)])


def _source(row: Row, place: int) -> str:
    """The column of the table that an encoded number comes from."""
    columns: Sequence[Any] = (*row.categories, *row.numbers, *row.flagged)
    name: str = columns[place].source
    return name


def _grid(row: Row, rows: Tensor, place: int) -> tuple[tuple[float | str, ...], list[float]]:
    """Values of a feature, and how they are encoded: places along a number, the most common names."""
    if place >= len(row.categories):
        column = row.numbers[place - len(row.categories)]
        last = len(column.knots) - 1
        at = np.unique(np.linspace(0, last, min(last + 1, _POINTS)).round(6)).tolist()
        return tuple(column.value_at(each) for each in at), at
    names = row.categories[place].names
    met, counts = np.unique(rows[:, place].numpy(), return_counts=True)
    common = sorted(met[np.argsort(-counts, kind="stable")[:_NAMES]].tolist())
    texts = tuple(names[int(each) - FIRST] if each >= FIRST else "missing" if each == MISSING else "unknown" for each in common)
    return texts, common
