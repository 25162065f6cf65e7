"""Rows that come as a frame, kept as a file, so that a training can go on, and be done again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, BinaryIO

from fledge.core.files import write_atomically


def is_in_memory(source: Any) -> bool:
    """Whether a source is rows rather than the name of a file or folder.

    >>> is_in_memory([{"age": 3}]), is_in_memory("pets.csv")
    (True, False)
    """
    return source is not None and not isinstance(source, str | os.PathLike)


def kept(folder: Path, source: Any, test: Any) -> tuple[Any, Any]:
    """Source and test part as files: what came as a frame, a list of rows or a mapping of columns is written to the folder."""
    return (
        _written(folder / "rows.parquet", source) if is_in_memory(source) else source,
        _written(folder / "test.parquet", test) if is_in_memory(test) else test,
    )


def _written(path: Path, source: Any) -> Path:
    from fledge.transforms.row_frame import as_frame

    frame = as_frame(source)

    def write(file: BinaryIO) -> None:
        frame.write_parquet(file)

    write_atomically(path, write)
    return path
