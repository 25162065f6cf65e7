"""What is suspicious about a table: columns that give the answer away, rows on both sides of the split."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import listed, shown
from fledge.data.label_checks import Finding
from fledge.transforms.column_values import Values
from fledge.transforms.row_learning import RowColumns

SURE = 0.995
"""From this share on that one column alone gets right, it is more likely to hold the answer than a cause of it."""

_SUM = 1e-6
_ROWS = 20_000
_FEWEST = 50


@final
@dataclass(frozen=True, eq=False)
class Hashes:
    """For each row of each part a number that equal rows share: `told` with what is told of it, `alone` without."""

    told: Mapping[str, pl.Series]
    alone: Mapping[str, pl.Series]


def leaks(columns: RowColumns, frame: pl.DataFrame, targets: Values) -> list[Finding]:
    """The columns of the training part that give the answer away."""
    some = np.linspace(0, frame.height - 1, min(frame.height, _ROWS)).astype(np.int64)
    few = frame.select(columns.sources)[some]
    answers = list(targets.take(some))
    if frame.height < _FEWEST:
        return []
    if isinstance(answers[0], str | bool):
        return list(_of_classes(columns, few, np.unique(np.asarray(answers, dtype=str), return_inverse=True)[1]))
    numbers = np.asarray(answers, np.float64).reshape(len(answers), -1)
    if np.unique(numbers).size <= 2:
        return list(_of_classes(columns, few, (numbers[:, 0] == numbers[0, 0]).astype(np.int64)))
    return [finding for column in numbers.T for finding in _of_numbers(few, column)]


def twins(train: pl.DataFrame, held_back: pl.DataFrame) -> list[Finding]:
    """Rows of the held-back part, answer included, that stand in the training part too."""
    return hashed_twins(train.hash_rows(), held_back.hash_rows())


def hashed_twins(train: pl.Series, held_back: pl.Series) -> list[Finding]:
    """The same by a number for each row that equal rows share."""
    found = np.flatnonzero(held_back.is_in(train.implode()).to_numpy())
    if not len(found):
        return []
    message = f"{len(found)} of {len(held_back)} held-back rows stand in the training part too, value for value"
    return [Finding("row_leak", "warning", message, tuple(found.tolist()))]


def conflicts(inputs: pl.DataFrame, labels: Values) -> list[Finding]:
    """Rows that are equal but for their label."""
    return hashed_conflicts(inputs.hash_rows(), labels)


def hashed_conflicts(rows: pl.Series, labels: Values) -> list[Finding]:
    """The same by a number for each row that equal rows share."""
    told = pl.DataFrame({"row": rows, "label": labels.numbered()})
    again = told.filter(pl.col("row").is_duplicated())
    if not again.height:
        return []
    torn = again.filter(pl.col("label").n_unique().over("row") > 1)["row"].unique()
    several = told["row"].is_in(torn.implode()).arg_true().to_list()
    if not several:
        return []
    message = f"{len(several)} rows are equal to another but for their label, so nothing can tell them apart"
    return [Finding("conflict", "warning", message, tuple(several))]


def _of_classes(columns: RowColumns, frame: pl.DataFrame, classes: NDArray[np.int64]) -> Iterator[Finding]:
    """Each column by itself: the usual class of each of its values, learned on one half of the rows and tried on the other."""
    encoded = columns.encoded(frame).astype(np.int64)
    usual = np.bincount(classes).max() / len(classes)
    for place, label in enumerate(columns.labels):
        share = _right_alone(encoded[:, place], classes)
        if share >= SURE > usual:
            message = (
                f"the column {shown(label)} alone tells the answer in {100 * share:.1f} % of the rows: is it known beforehand?"
            )
            yield Finding("gives_away", "warning", message)


def _right_alone(values: NDArray[np.int64], classes: NDArray[np.int64]) -> float:
    learned = np.arange(len(values)) % 2 == 0
    counts = np.zeros((values.max() + 1, classes.max() + 1))
    np.add.at(counts, (values[learned], classes[learned]), 1)
    return float((counts.argmax(1)[values[~learned]] == classes[~learned]).mean())


def _of_numbers(frame: pl.DataFrame, target: NDArray[np.float64]) -> Iterator[Finding]:
    """Columns of numbers that add up to the target."""
    names = [column.name for column in frame if column.dtype.is_numeric() and column.null_count() < frame.height]
    if not names or len(target) < 2 * len(names) + 2 or target.std() == 0:
        return
    columns = np.stack([frame[name].cast(pl.Float64).fill_null(strategy="mean").to_numpy() for name in names], 1)
    spread = columns.std(0)
    varying = spread > 0
    names, columns, spread = (
        [name for name, there in zip(names, varying, strict=True) if there],
        columns[:, varying],
        spread[varying],
    )
    scaled = np.c_[(columns - columns.mean(0)) / spread, np.ones(len(columns))]
    aim = (target - target.mean()) / target.std()
    weights = np.linalg.lstsq(scaled, aim, rcond=None)[0]
    if float(((scaled @ weights - aim) ** 2).mean()) > _SUM:
        return
    parts = [
        f"{weight * target.std() / width:.4g} x {name}"
        for name, weight, width in zip(names, weights, spread, strict=False)
        if abs(weight) > 1e-3
    ]
    yield Finding(
        "gives_away", "warning", f"the answer can be reckoned from other columns ({listed(parts)}): are they known beforehand?"
    )
