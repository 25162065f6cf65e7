"""Where the rows of a text lie and how many cells each has, found before anything is read from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import DataError, listed
from fledge.data.table_reading_bytes import place_of

SEPARATORS = (",", ";", "\t", "|")
"""What cells are separated by, where nobody says it."""

_PIECE = 1 << 24
_NEWLINE, _RETURN, _QUOTE = b'\n\r"'


@final
@dataclass(frozen=True, eq=False)
class Shape:
    """Where each record begins and ends (without its line end), and how many cells it has."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    cells: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)


def shape_of(data: bytes, separator: str, where: str, *, quotes: bool = True) -> Shape:
    """The records of a text, line breaks within quotes belonging to a cell; misplaced quotes are errors that say where.

    >>> shape_of(b'a,b\\n"x\\n,",2\\n', ",", "x.csv").cells.tolist()
    [2, 2]
    """
    text = np.frombuffer(data, np.uint8)
    mark = ord(separator)
    inside = np.uint8(0)
    waiting = 0
    ends, counts = [], []
    for start in range(0, len(text), _PIECE):
        piece = text[start : start + _PIECE]
        plain: NDArray[np.bool_] | bool = True
        if quotes and (data.find(b'"', start, start + _PIECE) >= 0 or inside):
            is_quote = piece == _QUOTE
            after = (np.cumsum(is_quote, dtype=np.uint8) + inside) & 1
            _check_quotes(data, text, np.flatnonzero(is_quote) + start, after[is_quote], mark, where)
            plain = after == 0
            inside = after[-1]
        breaks = np.flatnonzero((piece == _NEWLINE) & plain)
        marks = np.flatnonzero((piece == mark) & plain)
        _check_returns(data, piece, plain, start, where)
        up_to = np.searchsorted(marks, breaks)
        counts.append(np.diff(up_to, prepend=0))
        if len(breaks):
            counts[-1][0] += waiting
            waiting = len(marks) - int(up_to[-1])
        else:
            waiting += len(marks)
        ends.append(breaks + start)
    if inside:
        raise _never_closed(data, text, where)
    ends_known = np.concatenate([np.empty(0, np.int64), *ends])
    cells = np.concatenate([np.empty(0, np.int64), *counts])
    if data and not data.endswith(b"\n"):
        ends_known, cells = np.append(ends_known, len(data)), np.append(cells, waiting)
    starts = np.concatenate([np.zeros(min(1, len(ends_known)), np.int64), ends_known[:-1] + 1])
    return Shape(starts, ends_known, cells + 1)


def found_separator(data: bytes, where: str, *, quotes: bool = True) -> str:
    """What separates the cells: the mark by which the first rows have equally many, as the line of names has."""
    some = _first_records(data)
    found: list[tuple[float, int, str]] = []
    for separator in SEPARATORS:
        try:
            cells = shape_of(some, separator, where, quotes=quotes).cells
        except DataError:
            continue
        cells = cells[_filled(some, shape_of(some, separator, where, quotes=quotes))]
        share = float((cells == cells[0]).mean()) if len(cells) else 0.0
        if share >= 0.5 and cells[0] > 1:
            found.append((share, int(cells[0]), separator))
    return max(found)[2] if found else ","


def blank_records(data: bytes, shape: Shape) -> NDArray[np.bool_]:
    """Which records hold nothing but blanks."""
    return ~_filled(data, shape)


def joined_records(data: bytes, shape: Shape, keep: NDArray[np.bool_]) -> bytes:
    """The text of some records alone."""
    if keep.all():
        return data[int(shape.starts[0]) :] if len(shape) else b""
    changes = np.flatnonzero(np.diff(np.r_[False, keep, False].astype(np.int8)))
    runs = zip(changes[::2].tolist(), changes[1::2].tolist(), strict=True)
    return b"\n".join(data[int(shape.starts[first]) : int(shape.ends[last - 1])] for first, last in runs)


def _filled(data: bytes, shape: Shape) -> NDArray[np.bool_]:
    filled = shape.ends > shape.starts
    for place in np.flatnonzero(filled & (shape.cells == 1) & (shape.ends - shape.starts < 200)):
        filled[place] = bool(data[int(shape.starts[place]) : int(shape.ends[place])].strip())
    return filled


def _first_records(data: bytes, most: int = 1 << 16) -> bytes:
    """The first whole lines; within a quoted cell if need be."""
    return data if len(data) <= most else data[: data.rfind(b"\n", 0, most) + 1] or data[:most]


def _check_quotes(
    data: bytes, text: NDArray[np.uint8], places: NDArray[np.int64], after: NDArray[np.uint8], mark: int, where: str
) -> None:
    """A quote opens where a cell begins, and closes where one ends; within, a quote is written twice."""
    before = np.where(places > 0, text[np.maximum(places - 1, 0)], _NEWLINE)
    behind = np.where(places + 1 < len(text), text[np.minimum(places + 1, len(text) - 1)], _NEWLINE)
    opens = after == 1
    good_open = (before == mark) | (before == _NEWLINE) | (before == _QUOTE)
    good_close = (behind == mark) | (behind == _NEWLINE) | (behind == _QUOTE)
    wrong = np.flatnonzero(np.where(opens, ~good_open, ~good_close))
    if not len(wrong):
        return
    first = int(wrong[0])
    line, column = place_of(data, int(places[first]))
    if opens[first]:
        why = "a quote in the middle of a cell"
    else:
        opened = place_of(data, int(places[first - 1])) if first else (line, column)
        why = f"the quote that opened in line {opened[0]}, column {opened[1]} ends amid a cell, or was never closed"
    raise DataError(
        f"{where}: {why} (line {line}, column {column})",
        hint="write a quote within quotes twice, or read with quotes=False if quotes are plain characters there",
    )


def _check_returns(data: bytes, piece: NDArray[np.uint8], plain: NDArray[np.bool_] | bool, start: int, where: str) -> None:
    if data.find(b"\r", start, start + len(piece)) < 0:
        return
    found = np.flatnonzero((piece == _RETURN) & plain)
    if len(found):
        line, column = place_of(data, start + int(found[0]))
        raise DataError(
            f"{where}: a carriage return alone in line {line}, column {column}, while other lines end otherwise",
            hint="give all lines the same end",
        )


def _never_closed(data: bytes, text: NDArray[np.uint8], where: str) -> DataError:
    last = data.rfind(b'"')
    while last > 0 and data[last - 1 : last] == b'"':  # quotes written twice
        last -= 2
    line, column = place_of(data, max(last, 0))
    return DataError(
        f"{where}: the quote that opened in line {line}, column {column} is never closed",
        hint="close it, or read with quotes=False if quotes are plain characters there",
    )


def wrong_lengths(data: bytes, shape: Shape, places: Sequence[int], wanted: int, where: str) -> DataError:
    """Records that have more cells than there are names."""
    some = [f"line {place_of(data, int(shape.starts[place]))[0]} has {shape.cells[place]}" for place in places[:3]]
    more = f", and {len(places) - 3} more such lines" if len(places) > 3 else ""
    return DataError(
        f"{where}: the first line names {wanted} columns, and {listed(some)}{more}",
        hint='mend these lines, or leave them out with bad_rows="skip"',
    )
