"""What the labels in a table are: classes, several tags, numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any, final

from fledge.core.errors import DataError, listed, shown
from fledge.data.strata import few_classes

_FEW = 50
"""Up to so many different whole numbers are taken for classes rather than for something measured."""

_PLURAL = ("labels", "tags", "categories")


@final
@dataclass(frozen=True)
class Target:
    """A label for each row (None where there is none), the kind of problem that makes, and why."""

    labels: tuple[Any, ...]
    problem: str
    because: str
    names: tuple[str, ...] = ()


def target_of(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> Target:
    """What the columns say of each row.

    >>> target_of([{"tags": "sea boat"}, {"tags": "boat"}, {"tags": "sea"}], ["tags"]).labels
    (('sea', 'boat'), ('boat',), ('sea',))
    >>> target_of([{"age": "3.5"}, {"age": "7"}, {"age": ""}], ["age"]).labels
    (3.5, 7.0, None)
    """
    if len(columns) > 1:
        return _several(rows, columns)
    values = [row[columns[0]].strip() for row in rows]
    known = [value for value in values if value]
    if numbers := _numbers(known):
        if all(number == int(number) for number in numbers) and few_classes(known) and len(set(known)) <= _FEW:
            return Target(_or_none(values, str), "classification", f"{len(set(known))} different whole numbers")
        return Target(_or_none(values, float), "regression", "measured numbers", (columns[0],))
    if separator := _separator(columns[0], known):
        tags = tuple(_pieces(value, separator) if value else None for value in values)
        return Target(tags, "tags", f"several words, separated by {shown(separator)}")
    return Target(_or_none(values, str), "classification", f"{len(set(known))} different words")


def _several(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> Target:
    values = [[row[column].strip() for column in columns] for row in rows]
    if all(set(row) <= {"0", "1"} for row in values):
        tags = tuple(tuple(name for name, value in zip(columns, row, strict=True) if value == "1") for row in values)
        return Target(tags, "tags", "a one where it applies")
    if all(_numbers(list(filter(None, column))) for column in zip(*values, strict=True)):
        labels = tuple(tuple(map(float, row)) if all(row) else None for row in values)
        return Target(labels, "regression", "measured numbers", tuple(columns))
    raise DataError(
        f"the columns {listed([shown(name) for name in columns])} are neither all numbers nor all ones and zeros",
        hint="name one of them",
    )


def _numbers(texts: Sequence[str]) -> list[float]:
    """The texts as numbers; none unless each is one. A leading zero (007) makes a name."""
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return []
    named = any(text.lstrip("+-")[:1] == "0" and text.lstrip("+-")[1:2].isdigit() for text in texts)
    return [] if named or not all(map(isfinite, numbers)) else numbers


def _or_none(values: Sequence[str], kind: type) -> tuple[Any, ...]:
    return tuple(kind(value) if value else None for value in values)


def _separator(column: str, texts: Sequence[str]) -> str | None:
    """What stands between several labels, where pieces come up again in other company."""
    for mark in ("|", ";", ",", *([" "] if column.strip().lower() in _PLURAL else [])):
        if not any(mark in text for text in texts):
            continue
        pieces = Counter(piece for text in set(texts) for piece in _pieces(text, mark))
        if max(pieces.values(), default=0) > 1:
            return mark
    return None


def _pieces(text: str, mark: str) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in text.split(mark) if piece.strip())
