"""A table beside pictures or sounds that says what each of them is."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

from fledge.core.errors import DataError, UnknownName, UsageError, listed, shown
from fledge.data.label_checks import Finding
from fledge.data.splits import ColSplitter
from fledge.jobs.check_layout import Layout
from fledge.jobs.check_target import target_of

Rows = list[dict[str, str]]

LABELS = ("label", "labels", "class", "target", "category", "categories", "tag", "tags", "species", "breed", "y")
"""What a column that is the label is usually called."""

_PARTS = ("is_valid", "valid", "split", "part", "subset", "set")
_LOOKED_AT = 200


def by_table(root: Path, files: Sequence[Path], tables: Sequence[Path], target: Sequence[str]) -> Layout | None:
    """The labels that one of the tables gives to the files; nothing if none of them names files."""
    places = _by_name(root, files)
    for table in tables:
        if (rows := read_rows(table)) and (column := _naming(rows, places)):
            return _layout(files, table, rows, column, places, target)
    return None


def read_rows(table: Path, limit: int | None = None) -> Rows:
    """The rows of a CSV file, everything as text; none where it can't be read as one."""
    try:
        with opened(table) as file:
            separator = max(",;\t|", key=file.readline().count)
            file.seek(0)
            return list(islice(csv.DictReader(file, delimiter=separator, restval="", restkey=""), limit))
    except (OSError, EOFError, UnicodeDecodeError, csv.Error):
        return []


def opened(table: Path) -> IO[str]:
    """A text file, unpacked if its name ends in .gz."""
    if table.suffix.lower() == ".gz":
        return gzip.open(table, "rt", encoding="utf-8-sig", newline="")
    return table.open(encoding="utf-8-sig", newline="")


def _by_name(root: Path, files: Sequence[Path]) -> dict[str, int]:
    """The files by their path below the folder, and where no two share it by their name, and that without the ending."""
    short: dict[str, list[int]] = {}
    for place, file in enumerate(files):
        for name in {file.name, file.stem}:
            short.setdefault(name, []).append(place)
    alone = {name: places[0] for name, places in short.items() if len(places) == 1}
    return alone | {file.relative_to(root).as_posix(): place for place, file in enumerate(files)}


def _place(places: Mapping[str, int], name: str) -> int | None:
    return places.get(name.strip().replace("\\", "/").removeprefix("./"))


def _naming(rows: Rows, places: Mapping[str, int]) -> str | None:
    """The column that names files in half of the first rows or more."""
    some = rows[:_LOOKED_AT]
    hits = {column: sum(_place(places, row[column]) is not None for row in some) for column in rows[0] if column}
    best = max(hits, key=lambda column: hits[column], default=None)
    return best if best is not None and 2 * hits[best] >= len(some) else None


def _layout(
    files: Sequence[Path], table: Path, rows: Rows, column: str, places: Mapping[str, int], chosen: Sequence[str]
) -> Layout:
    others = [name for name in rows[0] if name and name != column]
    part = next((name for name in others if name.lower() in _PARTS and name not in chosen and _divides(rows, name)), None)
    columns = _columns(table, rows, [name for name in others if name != part], chosen)
    target = target_of(rows, columns)
    by_place: dict[int, int] = {}
    absent, twice = [], []
    for number, row in enumerate(rows):
        place = _place(places, row[column])
        if place is None:
            absent.append(row[column])
        elif place in by_place:
            twice.append(row[column])
        else:
            by_place[place] = number
    kept = sorted(by_place)
    return Layout(
        tuple(files[place] for place in kept),
        tuple(target.labels[by_place[place]] for place in kept),
        _parts(rows, part, [by_place[place] for place in kept]),
        target.problem,
        f"{table.name} says so in its column {_quoted(columns)} ({target.because})",
        target.names,
        (*_gaps(table, absent, twice, len(files) - len(kept)),),
    )


def _columns(table: Path, rows: Rows, others: Sequence[str], chosen: Sequence[str]) -> list[str]:
    """The columns that are the label: those asked for, one that is called so, the only one, or several of ones and zeros."""
    for name in chosen:
        if name not in others:
            raise UnknownName("column", name, others)
    if chosen:
        return list(chosen)
    others = [name for name in others if not _counts(rows, name)]
    named = [name for name in others if name.strip().lower() in LABELS]
    if len(named) == 1 or len(others) == 1:
        return named[:1] or others[:1]
    if len(others) > 1 and all({row[name] for row in rows} <= {"0", "1"} for name in others):
        return list(others)
    if not others:
        raise DataError(f"{table} names files, and has no column that could be their label")
    raise UsageError(
        f"{table} has several columns that could be the label: {listed([shown(name) for name in others])}",
        hint=f"name the one that is meant: --target {shown((named or others)[0])}",
    )


def _counts(rows: Rows, column: str) -> bool:
    """Whether a column only numbers the rows."""
    return len(rows) > 2 and all(row[column] in (str(n), str(n + 1)) for n, row in enumerate(rows))


def _divides(rows: Rows, column: str) -> bool:
    """Whether a column says of every row which part it belongs to."""
    try:
        ColSplitter(column).split(rows)
    except DataError:
        return False
    return True


def _parts(rows: Rows, column: str | None, numbers: Sequence[int]) -> tuple[str, ...]:
    if column is None:
        return ()
    split = ColSplitter(column).split(rows)
    part_of = {int(row): name for name in ("train", "valid", "test") for row in getattr(split, name)}
    return tuple(part_of[number] for number in numbers)


def _gaps(table: Path, absent: Sequence[str], twice: Sequence[str], unnamed: int) -> list[Finding]:
    """What the table and the folder don't have in common."""
    gaps = []
    if absent:
        names = listed([shown(name) for name in absent], 3)
        gaps.append(Finding("absent", "warning", f"{len(absent)} rows of {table.name} name files that are not there: {names}"))
    if twice:
        names = listed([shown(name) for name in twice], 3)
        gaps.append(
            Finding("twice", "warning", f"{len(twice)} rows of {table.name} name a file again; the first counts: {names}")
        )
    if unnamed:
        gaps.append(Finding("left_out", "warning", f"{unnamed} files that {table.name} doesn't name are left out"))
    return gaps


def _quoted(names: Sequence[str]) -> str:
    return listed([shown(name) for name in names], 4)
