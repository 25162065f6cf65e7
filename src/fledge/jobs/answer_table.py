"""Answers as a CSV file, row by row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
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
    """What stands in each column; probabilities stand in one for each class."""
    values = answered.as_dict()
    probabilities: Mapping[str, float] = values.pop("probabilities", {})
    values.pop("thresholds", None)
    for key, several in [(key, value) for key, value in values.items() if isinstance(value, dict)]:
        values |= {key: "", **{f"{key} {name}": value for name, value in several.items()}}
    values |= {f"probability {name}": value for name, value in probabilities.items()}
    return {name: _text(value) for name, value in values.items()}


def _text(value: Any) -> str:
    """One cell: text as it is, numbers in full, several labels with semicolons between them."""
    if isinstance(value, list):
        plain = all(isinstance(each, str) for each in value)
        return spreadsheet_cell("; ".join(value)) if plain else json.dumps(value)
    return spreadsheet_cell(value) if isinstance(value, str) else repr(value)
