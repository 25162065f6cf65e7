"""What looks wrong with the rows of a table once it is known which of them are held back."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from fledge.core.log import log
from fledge.data.label_checks import Finding
from fledge.data.samples import Samples
from fledge.data.tabular_checks import Hashes, hashed_conflicts, hashed_twins, leaks
from fledge.transforms.column_values import Values
from fledge.transforms.row import Row
from fledge.transforms.row_frame import Rows


def suspicions(row: Row, looked: Samples, parts: Mapping[str, Samples], hashes: Hashes) -> list[Finding]:
    """Columns that give the answer away, rows on both sides, equal rows with different answers; each is said."""
    told = _values(parts["train"])
    found = leaks(row.columns, _frame(looked), _values(looked))
    found += hashed_twins(hashes.told["train"], hashes.told["valid"])
    if isinstance(told[0], str | bool):
        found += hashed_conflicts(hashes.alone["train"], told)
    for each in found:
        log.warning("%s", each)
    return found


def hashed(parts: Mapping[str, Samples]) -> Hashes:
    """The numbers that equal rows share, of rows in memory."""
    return Hashes(
        {name: _with_answers(samples).hash_rows() for name, samples in parts.items()},
        {name: _frame(samples).hash_rows() for name, samples in parts.items()},
    )


def _with_answers(samples: Samples) -> pl.DataFrame:
    answers = _values(samples).columns
    return _frame(samples).with_columns(column.alias(f"\0answer {place}") for place, column in enumerate(answers))


def _frame(samples: Samples) -> pl.DataFrame:
    """Rows that are in memory."""
    assert isinstance(samples.inputs, Rows), "these rows are in memory"
    return samples.inputs.frame


def _values(samples: Samples) -> Values:
    """What is told of the rows."""
    assert isinstance(samples.targets, Values), "the rows of a table have their targets in columns"
    return samples.targets
