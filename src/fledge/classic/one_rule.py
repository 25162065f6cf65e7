"""One rule: the single question about one column that says most, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray

from fledge.classic.fitted import Fitted
from fledge.classic.material import Material
from fledge.core.words import bare
from fledge.models.trees import Trees, TreesNet
from fledge.transforms.category import Category
from fledge.transforms.row import Row
from fledge.transforms.row_columns import FIRST, MISSING
from fledge.transforms.transform import Codec

Floats = NDArray[Any]

ONE_RULE = "one rule"
"""What it is called in a leaderboard."""

_CUTS = 256
"""Up to so many places are tried to divide the numbers of a column."""
_LONGEST = 40


@final
@dataclass(frozen=True)
class Question:
    """Whether the feature `column` is above `low` and at most `high`; `gain` is how much better than no question it does."""

    column: int
    low: float
    high: float
    gain: float


def one_rule(material: Material, codec: Codec[Row, Any]) -> Fitted:
    """A tree with a single question: the one that gets most of the training part right, or is nearest to its numbers."""
    features, answers = material.features.numpy(), _answers(material)
    categories = len(codec.input.categories)
    best = max(_questions(features, answers, categories), key=lambda each: each.gain, default=Question(0, np.inf, np.inf, 0.0))
    column = features[:, best.column]
    inside = (column > best.low) & (column <= best.high)
    values = [answers[side].mean(0) if side.any() else answers.mean(0) for side in (inside, ~inside)]
    architecture, model = _as_tree(best, values, material)
    words = f"{in_words(best, codec.input)}: {_said(values[0], codec)}; else {_said(values[1], codec)}"
    return Fitted.on(material, model, architecture, words)


def in_words(question: Question, row: Row) -> str:
    """The question as it is asked of a row.

    >>> from fledge.transforms.row_frame import as_frame
    >>> pets = Row.learn(as_frame([{"kind": "dog", "age": 2}, {"kind": "cat", "age": 7}] * 4))
    >>> in_words(Question(0, 1.5, 2.5, 0.1), pets), in_words(Question(1, 0.5, np.inf, 0.1), pets)
    ('kind is cat', 'age above 4.5')
    """
    name = bare(row.columns.labels[question.column]) if question.column < len(row.columns.labels) else ""
    if question.column < len(row.categories):
        place = round(question.high - 0.5)
        if place < FIRST:
            return f"{name} is {'missing' if place == MISSING else 'unknown'}"
        return f"{name} is {bare(row.categories[question.column].names[place - FIRST])}"
    number = question.column - len(row.categories)
    if number < len(row.numbers):
        return f"{name} above {row.numbers[number].value_at(question.low):.4g}"
    return f"{bare(row.flagged[number - len(row.numbers)].label)} is missing"


def _answers(material: Material) -> Floats:
    """A row of ones and zeros for each class, or numbers."""
    targets = material.targets.numpy()
    if material.goal == "classes":
        ones: Floats = np.eye(material.outputs)[targets]
        return ones
    return targets.reshape(len(targets), -1).astype(np.float64)


def _questions(features: NDArray[np.float32], answers: Floats, categories: int) -> Iterator[Question]:
    """The best question about each column."""
    classes = bool(((answers == 0) | (answers == 1)).all() and (answers.sum(1) == 1).all())
    for column in range(features.shape[1]):
        values, places = np.unique(features[:, column], return_inverse=True)
        if len(values) < 2:
            continue
        sums = np.stack([np.bincount(places, weights=each, minlength=len(values)) for each in answers.T], 1)
        counts = np.bincount(places, minlength=len(values)).astype(np.float64)
        if column < categories:
            inside, held = sums, counts
            lows, highs = values - 0.5, values + 0.5
        else:
            some = np.unique(np.linspace(0, len(values) - 2, min(len(values) - 1, _CUTS)).astype(int))
            inside, held = sums[::-1].cumsum(0)[::-1][some + 1], counts[::-1].cumsum()[::-1][some + 1]
            lows, highs = (values[some] + values[some + 1]) / 2, np.full(len(some), np.inf)
        gains = _gains(inside, held, sums.sum(0), len(features), classes=classes)
        best = int(gains.argmax())
        yield Question(column, float(lows[best]), float(highs[best]), float(gains[best]))


def _gains(inside: Floats, held: Floats, total: Floats, count: int, *, classes: bool) -> Floats:
    """How much better than without a question: examples right, or squared distance saved; of equals the one that parts best."""
    outside, left = total - inside, np.maximum(count - held, 1)
    parted: Floats = (inside**2).sum(1) / np.maximum(held, 1) + (outside**2).sum(1) / left - (total**2).sum() / count
    if not classes:
        return parted
    # A question that changes no answer may still part the classes; it counts for less than one example.
    gained: Floats = inside.max(1) + outside.max(1) - total.max() + parted / (2 * count)
    return gained


def _as_tree(question: Question, values: list[Floats], material: Material) -> tuple[TreesNet, Trees]:
    """Two comparisons: above the low end, and not above the high one."""
    # node 0: at most low -> 2 (else); node 1: at most high -> 3 (inside), above it -> 2
    shape = TreesNet(material.features.shape[1], material.outputs, material.goal, 1, 4, 2, 2)
    model = shape.build()
    arrays = {
        "roots": [0],
        "feature": [question.column, question.column, 0, 0],
        "left": [2, 3, 2, 3],
        "right": [1, 2, 2, 3],
        "leaf": [0, 0, 1, 0],
    }
    largest = float(np.finfo(np.float32).max)
    state = {name: torch.tensor(array, dtype=torch.int32) for name, array in arrays.items()}
    state["threshold"] = torch.tensor([min(question.low, largest), min(question.high, largest), 0.0, 0.0])
    state["values"] = torch.from_numpy(np.stack(values).astype(np.float32))
    model.load_state_dict(state)
    return shape, model


def _said(values: Floats, codec: Codec[Row, Any]) -> str:
    """The answer of one side."""
    target = codec.target
    if isinstance(target, Category):
        best = int(values.argmax())
        return f"{bare(target.decode(best)[:_LONGEST])} ({100 * values[best]:.0f} %)"
    units = target.unscaled(torch.from_numpy(values[None]))[0].tolist()
    return ", ".join(f"{each:,.0f}" if 1000 <= abs(each) < 1e9 else f"{each:.4g}" for each in units)
