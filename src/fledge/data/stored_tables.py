"""Tables that don't fit into memory as batches: encoded once, piece by piece, into a file that is mapped."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Self, final

import numpy as np
import polars as pl
import torch

from fledge.core.errors import DiskFull
from fledge.core.home import home
from fledge.core.log import log
from fledge.core.seeds import generator
from fledge.data.column import StoredColumn
from fledge.data.samples import Places, Samples
from fledge.data.table_pieces import StoredRows, TablePieces
from fledge.data.tabular_checks import Hashes
from fledge.transforms.row import Row
from fledge.transforms.row_frame import Rows

SAMPLE = 1_000_000
"""So many rows are looked at to learn what the columns hold; of more, they are drawn by chance."""


BLOCK = 4096
"""So many encoded rows are read from the disk together."""


@final
@dataclass(frozen=True, eq=False)
class StoredTable:
    """The encoded rows of each part, and the numbers that equal rows share."""

    columns: Mapping[str, StoredColumn]
    hashes: Hashes

    @classmethod
    def of(cls, table: TablePieces, row: Row, targets: Sequence[str], parts: Mapping[str, Samples]) -> Self:
        """Every row encoded: all of the table is read once, from its beginning to its end."""
        places = {name: samples.numbers for name, samples in parts.items()}
        with ExitStack() as closed:
            files = {name: closed.enter_context(_file(len(some) * row.width * 4)) for name, some in places.items()}
            hashes = _written(table, row, targets, places, files)
            columns = {name: StoredColumn(row, _mapped(files[name], len(some), row.width)) for name, some in places.items()}
        return cls(columns, hashes)


def _written(
    table: TablePieces, row: Row, targets: Sequence[str], places: Mapping[str, Places], files: Mapping[str, IO[bytes]]
) -> Hashes:
    """The encoded rows of each part, one below the other in its file."""
    told: dict[str, list[pl.Series]] = {name: [] for name in places}
    alone: dict[str, list[pl.Series]] = {name: [] for name in places}
    start = 0
    for piece in table.pieces():
        encoded = row.encode_all(piece).numpy()
        hashed, hashed_alone = piece.hash_rows(), piece.drop(targets).hash_rows()
        for name, some in places.items():
            first, last = np.searchsorted(some, (start, start + piece.height))
            here = some[first:last] - start
            files[name].write(np.ascontiguousarray(encoded[here]).data)
            told[name].append(hashed[here])
            alone[name].append(hashed_alone[here])
        start += piece.height
    return Hashes(*({name: pl.concat(each) for name, each in side.items()} for side in (told, alone)))


def sampled(train: Samples, seed: int) -> Samples:
    """The rows to learn from what the columns hold, in memory: all of them, or as many as will do."""
    if len(train) > SAMPLE:
        log.info("what the columns hold is learned from %s of %s rows, drawn by chance", f"{SAMPLE:,}", f"{len(train):,}")
        train = train.take(np.sort(generator(seed, "columns").choice(len(train), SAMPLE, replace=False)))
    assert isinstance(train.inputs, StoredRows), "this is about rows on a disk"
    return Samples(Rows(train.inputs.frame), train.targets, train.numbers)


def _file(size: int) -> IO[bytes]:
    """A file without a name: the system takes its room back when this process ends, however it does."""
    folder = home() / "cache"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if size > free:
        raise DiskFull(
            f"the encoded rows take {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free in {folder}",
            hint="make room, or name a folder on another disk in FLEDGE_HOME",
        )
    return TemporaryFile(dir=folder)


def _mapped(file: IO[bytes], rows: int, width: int) -> torch.Tensor:
    """What a file holds, which stays there when it is closed."""
    file.flush()
    return torch.from_numpy(np.memmap(file, np.float32, "c", shape=(rows, width)))
