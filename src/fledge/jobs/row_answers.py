"""A model for rows called on tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fledge.core.errors import DataError
from fledge.data.sources import get_files
from fledge.data.table_reading import read_table, read_text_table
from fledge.data.table_reading_bytes import with_plain_ends
from fledge.jobs.answering import Answered
from fledge.jobs.check_kinds import SUFFIXES
from fledge.transforms.row_frame import Rows

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor


def row_answers(predictor: AnyPredictor, given: Iterable[str], typed: Iterable[str] = ()) -> Iterator[Answered]:
    """The answer to each row of the tables that are named, in order; `-` is a CSV in the lines that are `typed`.

    A folder stands for the tables in it. Whatever doesn't fit, such as a column that is missing, or text where a number was
    learned, is an error that names it.
    """
    for name, rows in _tables(given, typed):
        answers = predictor.of_rows(rows)
        for number, (row, answer) in enumerate(zip(rows, answers, strict=True), 1):
            yield Answered(f"{name} row {number}", answer, row=row)


def _tables(given: Iterable[str], typed: Iterable[str]) -> Iterator[tuple[str, Rows]]:
    for name in given:
        if name == "-":
            data = "".join(typed).encode("utf-8", "surrogateescape")
            yield name, Rows(read_text_table(with_plain_ends(data), "what was piped in").frame)
        elif Path(name).is_dir():
            files = get_files(Path(name), SUFFIXES["table"])
            if not files:
                raise DataError(f"{name} holds no tables", hint="name a CSV, Parquet or Arrow file")
            yield from ((str(file), Rows(read_table(file).frame)) for file in files)
        else:
            yield name, Rows(read_table(name).frame)
