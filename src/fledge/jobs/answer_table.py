"""Answers as a CSV file, row by row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from fledge.core.files import write_atomically
from fledge.data.samples import spreadsheet_cell
from fledge.jobs.answering import Answered


def write_answers(path: Path, answers: Iterable[Answered]) -> None:
    """A row for each input: its answer, how probable that is, the probability of each class, or why there is none.

    Every row is written as it comes; the file takes its place when the last one is in it.
    """

    def write(file: BinaryIO) -> None:
        text = io.TextIOWrapper(file, encoding="utf-8", errors="backslashreplace", newline="")
        writer = csv.writer(text)
        writer.writerows(_rows(iter(answers)))
        text.flush()
        text.detach()

    write_atomically(path, write)


def _rows(answers: Iterator[Answered]) -> Iterator[list[str]]:
    """The columns, which the first answer decides, and the rows under them."""
    waiting: list[Answered] = []
    for each in answers:
        waiting.append(each)
        if each.answer is not None:
            break
    columns = list(_cells(waiting[-1])) if waiting else ["input"]
    columns += [] if "error" in columns else ["error"]
    yield [spreadsheet_cell(column) for column in columns]
    for each in chain(waiting, answers):
        cells = _cells(each)
        yield [cells.get(column, "") for column in columns]


def _cells(answered: Answered) -> dict[str, str]:
    """What stands in each column; probabilities stand in one for each class. Of a row, its own columns come first."""
    values = answered.as_dict()
    probabilities: Mapping[str, float] = values.pop("probabilities", {})
    values.pop("thresholds", None)
    for key, several in [(key, value) for key, value in values.items() if isinstance(value, dict)]:
        values |= {key: "", **{f"{key} {name}": value for name, value in several.items()}}
    values |= {f"probability {name}": value for name, value in probabilities.items()}
    if answered.row is None:
        return {name: _text(value) for name, value in values.items()}
    given = {name: "" if value is None else _text(value) for name, value in answered.row.items()}
    told = {_beside(name, given): _text(value) for name, value in values.items() if name != "input"}
    return given | told


def _beside(name: str, taken: Container[str]) -> str:
    """A column for an answer, by another name where the table has one of this."""
    while name in taken:
        name = f"{name} (told)"
    return name


def _text(value: Any) -> str:
    """One cell: text as it is, numbers in full, several labels with semicolons between them."""
    if isinstance(value, list):
        plain = all(isinstance(each, str) for each in value)
        return spreadsheet_cell("; ".join(value)) if plain else json.dumps(value)
    if isinstance(value, str | date):
        return spreadsheet_cell(str(value))
    return repr(value)
