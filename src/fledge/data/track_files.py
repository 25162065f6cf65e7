"""Where movements come from: the files of a folder, in an order that is the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fledge.data.sources import get_files

TRACK_SUFFIXES = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
"""The endings of files that can hold a movement."""


def get_track_files(path: str | os.PathLike[str], recurse: bool = True, folders: Sequence[str] | None = None) -> list[Path]:
    """The tables below `path`, by their endings, sorted folder by folder: each is taken to be one movement."""
    return get_files(path, TRACK_SUFFIXES, recurse, folders)
