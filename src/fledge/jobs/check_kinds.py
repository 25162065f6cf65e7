"""Which kind of data files are, by their endings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from fledge.data.sound_files import SOUND_SUFFIXES
from fledge.data.sources import PICTURE_SUFFIXES
from fledge.data.track_files import TRACK_SUFFIXES

_PACKED = (".gz", ".zst")
_TABLES = (".csv", ".tsv", ".parquet", ".arrow", ".feather")

SUFFIXES = {
    "picture": PICTURE_SUFFIXES,
    "sound": SOUND_SUFFIXES,
    "table": (*_TABLES, *(f"{table}{packed}" for table in (".csv", ".tsv") for packed in _PACKED)),
    "track": TRACK_SUFFIXES,
    "text": (".txt", ".txt.gz", ".conll", ".jsonl"),
}
"""The kinds of data, and the endings of their files; a file that could be a track is taken for a table until it is opened."""


def kind_of(file: Path) -> str | None:
    """The kind of one file, or nothing.

    >>> kind_of(Path("train/robin.JPG")), kind_of(Path("README.md"))
    ('picture', None)
    """
    name = file.name.lower()
    return next((kind for kind, suffixes in SUFFIXES.items() if name.endswith(suffixes)), None)


def main_kind(files: Iterable[Path]) -> str | None:
    """The kind that most of the files are."""
    counts = Counter(kind for file in files if (kind := kind_of(file)))
    # Of equally many, the one that comes first in the list: a table beside one picture tells about the picture.
    return max(SUFFIXES, key=lambda kind: counts[kind]) if counts else None
