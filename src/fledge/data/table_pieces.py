"""A Parquet or Arrow file that is read a piece at a time, as it doesn't have to fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self, final, overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, UnknownName, UsageError, shown
from fledge.core.free_memory import free_memory
from fledge.transforms.column_values import Values
from fledge.transforms.columnar import ManyRows
from fledge.transforms.row_frame import as_frame

PIECE = 1 << 18
"""Rows that are read at once."""

PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".feather", ".ipc")

_BYTES = 16
"""What a value takes in memory, texts taken together."""

_SHARE = 0.25
"""The share of what is free from which on a table is read in pieces: on its way to batches it takes several times its size."""

_TEXT = 6
"""How many times its own size a text file takes while it is read."""


@final
@dataclass(frozen=True)
class TablePieces:
    """A table on a disk.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     pl.DataFrame({"age": [3, 4, 5]}).write_parquet(f"{folder}/pets.parquet")
    ...     pets = TablePieces.of(Path(folder, "pets.parquet"))
    ...     pets.height, [piece.height for piece in pets.pieces(size=2)], pets.rows(np.array([2, 0])).rows()
    (3, [2, 1], [(5,), (3,)])
    """

    path: Path

    @classmethod
    def of(cls, path: Path) -> Self:
        """The table in a file, or an error where such files can't be read in pieces."""
        if path.suffix.lower() not in (*PARQUET, *ARROW):
            raise UsageError(
                f"{path} can't be read in pieces, as Parquet and Arrow files can",
                hint=f"write it as one: {_rewritten(path)}",
            )
        found = cls(path)
        if not found.height:
            raise DataError(f"{path} has no rows", hint="pass a table that has some")
        return found

    @cached_property
    def height(self) -> int:
        """How many rows there are."""
        return int(self._collected(self._scanned.select(pl.len())).item())

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        try:
            return tuple(self._scanned.collect_schema().names())
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _unreadable(self.path, error) from error

    def whole(self, names: Sequence[str]) -> pl.DataFrame:
        """A few columns of all rows, as a plain frame."""
        if absent := [name for name in names if name not in self.columns]:
            raise UnknownName("column", absent[0], self.columns)
        return as_frame(self._collected(self._scanned.select(names)))

    def pieces(self, *, size: int = PIECE) -> Iterator[pl.DataFrame]:
        """All rows in order, so many at a time, as plain frames."""
        for start in range(0, self.height, size):
            yield as_frame(self._collected(self._scanned.slice(start, size)))

    def rows(self, places: NDArray[np.int64]) -> pl.DataFrame:
        """The rows at some places, in that order; of very many rows only those pieces are read that hold one."""
        order = np.argsort(places, kind="stable")
        rising = places[order]
        found = []
        for start in np.unique(rising // PIECE) * PIECE:
            first, last = np.searchsorted(rising, (start, start + PIECE))
            here = rising[first:last] - start
            low, high = int(here[0]), int(here[-1])
            frame = self._collected(self._scanned.slice(int(start) + low, high - low + 1))
            found.append(as_frame(frame[here - low]))
        back = np.empty(len(order), np.int64)
        back[order] = np.arange(len(order))
        return pl.concat(found)[back]

    @cached_property
    def _scanned(self) -> pl.LazyFrame:
        return pl.scan_parquet(self.path) if self.path.suffix.lower() in PARQUET else pl.scan_ipc(self.path)

    def _collected(self, asked: pl.LazyFrame) -> pl.DataFrame:
        try:
            return asked.collect()
        except (OSError, pl.exceptions.PolarsError) as error:
            raise _unreadable(self.path, error) from error


@final
class StoredRows(ManyRows):
    """The rows of a table on a disk, or some of them; each is read when it is asked for."""

    def __init__(self, table: TablePieces, names: Sequence[str], places: NDArray[np.int64]) -> None:
        self.table, self.names, self.places = table, tuple(names), places

    @classmethod
    def all(cls, table: TablePieces, names: Sequence[str]) -> Self:
        """Every row, with some of its columns."""
        return cls(table, names, np.arange(table.height))

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return self.frame.iter_rows(named=True)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> StoredRows: ...
    def __getitem__(self, place: int | slice) -> dict[str, Any] | StoredRows:
        if isinstance(place, slice):
            return StoredRows(self.table, self.names, self.places[place])
        return self.table.rows(self.places[[place]]).select(self.names).row(0, named=True)

    def take(self, places: Sequence[int] | NDArray[np.int64]) -> StoredRows:
        """The rows at these places, in this order."""
        return StoredRows(self.table, self.names, self.places[np.asarray(places, np.int64)])

    def column(self, name: str) -> Values:
        """What stands in one column, in memory."""
        return Values(self.table.whole([name])[name]).take(self.places)

    @property
    def frame(self) -> pl.DataFrame:
        """All of these rows in memory."""
        return self.table.rows(self.places).select(self.names)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.frame.__arrow_c_stream__(requested_schema)


def is_too_large(path: Path) -> bool:
    """Whether a table is better read in pieces; a text file that doesn't fit is an error that says how to go on."""
    suffix = path.suffix.lower()
    if suffix in (*PARQUET, *ARROW):
        table = TablePieces(path)
        return path.exists() and table.height * len(table.columns) * _BYTES > _SHARE * free_memory()
    if path.exists() and (needed := _TEXT * path.stat().st_size) > free_memory():
        raise DataError(
            f"{path} takes about {needed / 1e9:.0f} GB while it is read, and {free_memory() / 1e9:.0f} GB are free",
            hint=f"write it as Parquet, which is read in pieces: {_rewritten(path)}",
        )
    return False


def _rewritten(path: Path) -> str:
    """How a CSV becomes a Parquet file without ever being in memory."""
    name = path.name.partition(".")[0]
    return f'python -c "import polars; polars.scan_csv({shown(str(path), 300)}).sink_parquet({name + ".parquet"!r})"'


def _unreadable(path: Path, error: Exception) -> DataError:
    if not path.exists():
        return DataError(f"there is no table {shown(str(path), 300)}")
    return DataError(f"{path} can't be read: {str(error).splitlines()[0]}", hint="it may be cut short")
