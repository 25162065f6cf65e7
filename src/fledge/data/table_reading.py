"""Tables out of files, by rules that read nothing wrongly in silence."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.core.log import log
from fledge.data.samples import Places
from fledge.data.table_reading_bytes import place_of, read_utf8
from fledge.data.table_reading_shape import (
    SEPARATORS,
    Shape,
    blank_records,
    found_separator,
    joined_records,
    shape_of,
    wrong_lengths,
)
from fledge.data.table_reading_types import Decimal, Typing
from fledge.transforms.column_numbers import BLANKS, read_number
from fledge.transforms.row_frame import as_frame

TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_PACKED = (".gz", ".zst")

BadRows = Literal["raise", "skip"]
"""What to do about rows with more cells than the first line has names."""


@final
@dataclass(frozen=True, eq=False)
class TableFile:
    """A table that was read, and what was done that may surprise."""

    frame: pl.DataFrame
    said: tuple[str, ...] = ()


def found_below(folder: str | Path, file: str | os.PathLike[str]) -> Path:
    """A file where it is, or else below a folder."""
    return Path(file) if Path(file).is_file() else Path(folder) / file


def read_table(
    path: str | os.PathLike[str],
    *,
    encoding: str | None = None,
    separator: str | None = None,
    decimal: Decimal | None = None,
    names: Sequence[str] | None = None,
    quotes: bool = True,
    bad_rows: BadRows = "raise",
    as_text: Collection[str] = (),
) -> TableFile:
    """The table in a CSV (plain, .gz, .zst), Parquet or Arrow file.

    Encoding, separator and decimal mark of a CSV are found, or taken as given; its first line names the columns, unless `names`
    does. A column is of numbers if every value is one; leading zeros make names, and those of `as_text` stay as they are.
    Blanks around a value are no part of it. Whatever can't be read one way only is an error that names line and column.
    """
    file = Path(path)
    suffixes = [each.lower() for each in file.suffixes]
    last = suffixes[-1] if suffixes else ""
    if last in (".parquet", ".pq", ".arrow", ".feather", ".ipc"):
        return TableFile(as_frame(_read_columns(file, last)))
    plain = suffixes[-2] if last in _PACKED and len(suffixes) > 1 else last
    if plain not in TEXT_SUFFIXES:
        raise DataError(
            f"{file} is no table by its name", hint="known are .csv and .tsv (also .gz and .zst), .parquet, .arrow and .feather"
        )
    data, said = read_utf8(file, encoding)
    return read_text_table(
        data,
        str(file),
        said,
        separator=separator,
        decimal=decimal,
        names=names,
        quotes=quotes,
        bad_rows=bad_rows,
        as_text=as_text,
    )


def read_text_table(
    data: bytes,
    where: str,
    said: Sequence[str] = (),
    *,
    separator: str | None = None,
    decimal: Decimal | None = None,
    names: Sequence[str] | None = None,
    quotes: bool = True,
    bad_rows: BadRows = "raise",
    as_text: Collection[str] = (),
) -> TableFile:
    """The table in the bytes of a CSV: UTF-8, with plain line ends.

    >>> read_text_table(b"age;name\\n1,5; Rex\\n2,5;\\n", "pets.csv").frame.rows()
    [(1.5, 'Rex'), (2.5, None)]
    """
    if bad_rows not in ("raise", "skip"):
        raise UsageError(f"bad_rows={shown(bad_rows)}", hint='known are "raise" and "skip"')
    said = list(said)
    if data[:4].lower() == b"sep=" and data[5:6] == b"\n":  # a spreadsheet says what it separates by
        separator, data = separator or chr(data[4]), b"\n" + data[6:]
    separator = separator or found_separator(data, where, quotes=quotes)
    if len(separator) != 1 or ord(separator) > 127 or separator.isalnum() or separator in '"\n\r':
        raise UsageError(f"separator={shown(separator)}: one plain character separates cells")
    shape = shape_of(data, separator, where, quotes=quotes)
    first = _first_record(data, shape)
    if first is None:
        raise DataError(f"{where} is empty: there is not even a line of names", hint="pass a table with rows")
    columns = _column_names(data, shape, first, separator, where, names, quotes=quotes)
    body = np.arange(len(shape)) >= first + (names is None)
    if len(columns) > 1:
        body &= ~blank_records(data, shape)
    body[_trailing_blanks(shape, first) :] = False
    body = _without_long(data, shape, body, len(columns), where, bad_rows, said)
    rows = np.flatnonzero(body)
    if not len(rows):
        raise DataError(f"{where} has names of columns and no row below them", hint="pass a table with rows")
    short = int((shape.cells[rows] < len(columns)).sum())
    if short:
        line = place_of(data, int(shape.starts[rows[int((shape.cells[rows] < len(columns)).argmax())]]))[0]
        said.append(f"{short} rows are too short (the first in line {line}): what they lack is missing")
    # A blank line is a row without a value where there is one column, and polars would leave it out.
    text = joined_records(data, shape, body) if len(columns) > 1 else _filled_lines(data, shape, rows)
    frame = as_frame(_parsed(text, columns, separator, quotes=quotes))
    if frame.height != len(rows):
        raise DataError(f"{where}: {len(rows)} rows were counted and {frame.height} read", hint="this is a fault of ours")

    def line_of(row: int) -> int:
        return place_of(data, int(shape.starts[rows[row]]))[0]

    frame = _without_nameless(frame, said)
    frame, more = Typing(where, set(as_text), decimal, line_of).typed(frame)
    said += more
    for each in said:
        log.info("%s", each)
    return TableFile(frame, tuple(said))


def _read_columns(file: Path, suffix: str) -> pl.DataFrame:
    """A file that knows the types of its columns."""
    try:
        return pl.read_parquet(file) if suffix in (".parquet", ".pq") else pl.read_ipc(file)
    except FileNotFoundError:
        raise DataError(f"there is no table {shown(str(file), 300)}") from None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise DataError(f"{file} can't be read: {str(error).splitlines()[0]}", hint="it may be cut short") from error


def _first_record(data: bytes, shape: Shape) -> int | None:
    """The place of the first record that is not blank."""
    for place in range(len(shape)):
        if data[int(shape.starts[place]) : int(shape.ends[place])].strip():
            return place
    return None


def _trailing_blanks(shape: Shape, first: int) -> int:
    """Where the empty lines at the end begin."""
    filled = np.flatnonzero(shape.ends > shape.starts)
    return int(filled[-1]) + 1 if len(filled) else first


def _column_names(
    data: bytes, shape: Shape, first: int, separator: str, where: str, names: Sequence[str] | None, *, quotes: bool
) -> list[str]:
    if names is not None:
        found = [str(name).strip(BLANKS) for name in names]
    else:
        text = data[int(shape.starts[first]) : int(shape.ends[first])].decode()
        found = [name.strip(BLANKS) for name in _cells_of(text, separator, quotes=quotes)]
    line = place_of(data, int(shape.starts[first]))[0]
    if twice := [name for name, times in Counter(found).items() if times > 1]:
        places = [str(place + 1) for place, name in enumerate(found) if name == twice[0]]
        raise DataError(
            f"{where}: line {line} names the columns {' and '.join(places)} both {shown(twice[0])}", hint="rename one of them"
        )
    if names is None and all(_is_value(name) for name in found):
        some = listed([shown(name) for name in found], 4)
        raise DataError(
            f"{where}: line {line} holds {some}, and names of columns were expected there",
            hint='name the columns yourself: names=["a", "b", ...]',
        )
    if len(found) == 1 and (inside := [mark for mark in SEPARATORS if mark in found[0] and mark != separator]):
        raise DataError(
            f"{where}: all of it would be one column {shown(found[0])}, whose name holds {shown(inside[0])}",
            hint=f"say separator={inside[0]!r}, or put the name in quotes and say separator=','",
        )
    if len(found) == 1 and _by_blanks(data, shape, first, found[0]):
        raise DataError(f"{where}: its rows hold several numbers separated by blanks", hint='say separator=" ", or use commas')
    return found


def _cells_of(text: str, separator: str, *, quotes: bool) -> list[str]:
    """One record, taken apart."""
    file = io.StringIO(text, newline="")
    reader = csv.reader(file, delimiter=separator, quoting=csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE)
    return next(reader)


def _is_value(name: str) -> bool:
    """Whether what should be a name is a number."""
    try:
        return read_number(name) is not None
    except ValueError:
        return False


def _by_blanks(data: bytes, shape: Shape, first: int, name: str) -> bool:
    """Whether the rows below a name of several words are as many numbers."""
    words = len(name.split())
    below = [
        data[int(shape.starts[k]) : int(shape.ends[k])].decode().split() for k in range(first + 1, min(first + 20, len(shape)))
    ]
    return words > 1 and bool(below) and all(len(parts) == words and all(map(_is_value, parts)) for parts in below)


def _without_long(
    data: bytes,
    shape: Shape,
    body: NDArray[np.bool_],
    wanted: int,
    where: str,
    bad_rows: BadRows,
    said: list[str],
) -> NDArray[np.bool_]:
    long = np.flatnonzero(body & (shape.cells > wanted))
    if len(long) and bad_rows == "raise":
        raise wrong_lengths(data, shape, long.tolist(), wanted, where)
    if len(long):
        lines = listed([place_of(data, int(shape.starts[place]))[0] for place in long[:5]], 5)
        said.append(f"{len(long)} rows with too many cells are left out (line {lines}{', ...' if len(long) > 5 else ''})")
        body[long] = False
    return body


def _filled_lines(data: bytes, shape: Shape, rows: Places) -> bytes:
    """The records of one column, blank ones with a mark that is read as an empty cell."""
    records = (data[int(shape.starts[row]) : int(shape.ends[row])] for row in rows)
    return b"\n".join(record if record.strip() else b" " for record in records)


def _parsed(text: bytes, columns: Sequence[str], separator: str, *, quotes: bool) -> pl.DataFrame:
    """The cells as text; every record is known to be well-formed by now."""
    # With a first line of our own, no beginning of the data can look like a packed file to polars.
    first = separator.join(str(place) for place in range(len(columns))).encode()
    frame = pl.read_csv(
        io.BytesIO(first + b"\n" + text),
        separator=separator,
        quote_char='"' if quotes else None,
        schema={f"{place}": pl.String for place in range(len(columns))},
        missing_columns="insert",
        raise_if_empty=False,
    )
    frame.columns = list(columns)  # polars makes up a name where there is none
    return frame


def _without_nameless(frame: pl.DataFrame, said: list[str]) -> pl.DataFrame:
    """Without a column that has neither a name nor a value, which a separator at the end of each line makes."""
    if "" in frame.columns and frame[""].null_count() == frame.height and frame.width > 1:
        said.append("a column without a name or a value was left out")
        return frame.drop("")
    return frame
