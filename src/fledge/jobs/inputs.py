"""What a person names on a command line, as the single inputs that are meant."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator
from glob import glob, has_magic
from itertools import chain, islice
from pathlib import Path

from fledge.core.errors import DataError, UnknownName, shown
from fledge.data.sources import get_files
from fledge.jobs.check_kinds import SUFFIXES, kind_of
from fledge.jobs.check_table import opened

_LOOKED_AT = 50


def named_inputs(given: Iterable[str], kind: str, lines: Iterable[str] = (), column: str | None = None) -> Iterator[str]:
    """Every file that is meant, in order, one at a time.

    A folder stands for the files of this kind below it, a pattern for what it matches, a table for the files that its
    rows name, and `-` for the names in `lines`. What isn't there is given back as it is, for whoever reads it to say so.
    """
    for name in given:
        path = Path(name)
        if name == "-":
            yield from (line for each in lines if (line := each.rstrip("\r\n")))
        elif not name:
            yield name  # which is no file, and not the current folder
        elif path.is_dir():
            yield from map(os.fspath, get_files(path, SUFFIXES[kind]))
        elif path.is_file() and kind != "track" and kind_of(path) == "table":
            yield from _in_table(path, column)
        elif not path.exists() and has_magic(name):
            yield from sorted(glob(name, recursive=True)) or [name]  # noqa: PTH207  (Path.glob refuses absolute patterns)
        else:
            yield name


def _in_table(table: Path, column: str | None) -> Iterator[str]:
    """The files that a table names in one column, below its own folder or the current one."""
    try:
        with opened(table) as file:
            separator = max(",;\t|", key=file.readline().count)
            file.seek(0)
            rows = csv.DictReader(file, delimiter=separator, restval="", restkey="")
            first = list(islice(rows, _LOOKED_AT))
            names = column if column is not None else _naming(table, first)
            if first and names not in first[0]:
                raise UnknownName("column", names, [each for each in first[0] if each])
            yield from (_beside(table, row[names]) for row in chain(first, rows) if row[names])
    except (UnicodeDecodeError, csv.Error, EOFError) as error:
        raise DataError(f"{table} can't be read as a table: {error}") from error


def _naming(table: Path, rows: list[dict[str, str]]) -> str:
    """The column that names most files."""
    hits = {name: sum(Path(_beside(table, row[name])).is_file() for row in rows) for name in (rows[0] if rows else ()) if name}
    best = max(hits, key=lambda name: hits[name], default=None)
    if best is None or not hits[best]:
        raise DataError(f"no column of {table} names files that are there", hint=f"name it: --column {shown(best or 'file')}")
    return best


def _beside(table: Path, name: str) -> str:
    """A file named in a table: beside the table, or else as it is."""
    beside = table.parent / name
    return os.fspath(beside) if beside.exists() else name
