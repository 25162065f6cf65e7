"""Where items come from: the files of a folder, in an order that is the same everywhere."""

from __future__ import annotations

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import final

from fledge.core.errors import DataError, UnknownName, listed
from fledge.core.log import log

PICTURE_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".dib"),
    *(".tif", ".tiff", ".avif", ".ppm", ".pgm", ".pbm", ".pnm"),
)
"""The endings of the picture formats that can be read."""

_NOT_DATA = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})


def get_files(
    path: str | os.PathLike[str],
    extensions: Iterable[str] | None = None,
    recurse: bool = True,
    folders: Sequence[str] | None = None,
    followlinks: bool = False,
) -> list[Path]:
    """The files below `path`, those with one of `extensions` if some are given, sorted folder by folder.

    Hidden files and folders are no data. `folders` are the only ones entered directly below `path`. What looks like
    a file by its name is listed even if it can't be read, so that whoever reads it can say why.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     for name in ("b.txt", "a.TXT", ".hidden.txt", "c.jpg"):
    ...         Path(folder, name).touch()
    ...     [file.name for file in get_files(folder, extensions=[".txt"])]
    ['a.TXT', 'b.txt']
    """
    suffixes = None if extensions is None else tuple(f".{each.lower().removeprefix('.')}" for each in extensions)
    return _found(path, "files", suffixes, recurse, folders, followlinks)


def get_image_files(path: str | os.PathLike[str], recurse: bool = True, folders: Sequence[str] | None = None) -> list[Path]:
    """The pictures below `path`, by their endings, sorted folder by folder."""
    return _found(path, "pictures", PICTURE_SUFFIXES, recurse, folders, followlinks=False)


def _found(
    path: str | os.PathLike[str],
    kind: str,
    suffixes: tuple[str, ...] | None,
    recurse: bool,
    folders: Sequence[str] | None,
    followlinks: bool,
) -> list[Path]:
    root = _folder(path)
    walk = _Walk(recurse, frozenset(folders or ()), followlinks)
    seen = list(walk.files(root))
    # Comparing the lower-cased name's end costs a third of splitting the suffix off.
    chosen = seen if suffixes is None else [file for file in seen if file.lower().endswith(suffixes)]
    if not chosen:
        raise _nothing_found(root, kind, suffixes, seen, walk)
    return [Path(file) for file in chosen]


@final
@dataclass
class _Walk:
    """One way through a tree of folders, and what was met beside files."""

    recurse: bool
    only: frozenset[str]
    followlinks: bool
    folders_seen: int = 0
    _entered: set[tuple[int, int]] = field(default_factory=set)

    def files(self, root: Path) -> Iterator[str]:
        waiting: list[os.DirEntry[str]] = self._entries(root, top=True)
        while waiting:
            entry = waiting.pop()
            if not _is_folder(entry):
                yield entry.path
            elif self.followlinks or not entry.is_symlink():
                self.folders_seen += 1
                if self.recurse:
                    waiting.extend(self._entries(entry.path))

    def _entries(self, folder: str | Path, *, top: bool = False) -> list[os.DirEntry[str]]:
        """What stands in a folder and is no hidden thing, last name first, as a stack wants it."""
        try:
            if self.followlinks and self._was_here(folder):
                return []
            with os.scandir(folder) as found:
                entries = [each for each in found if not each.name.startswith(".") and each.name not in _NOT_DATA]
        except OSError as error:
            if top:
                raise DataError(f"{folder} can't be opened: {error.strerror}") from error
            log.warning("%s can't be opened and is left out: %s", folder, error.strerror)
            return []
        if top and self.only:
            entries = self._chosen(entries)
        return sorted(entries, key=lambda entry: os.fsencode(entry.name), reverse=True)

    def _chosen(self, entries: list[os.DirEntry[str]]) -> list[os.DirEntry[str]]:
        present = {entry.name: entry for entry in entries if _is_folder(entry)}
        for name in self.only - present.keys():
            raise UnknownName("folder", name, present)
        return [entry for name, entry in present.items() if name in self.only]

    def _was_here(self, folder: str | Path) -> bool:
        """Whether links led to this folder a second time."""
        place = Path(folder).stat()
        known = (place.st_dev, place.st_ino) in self._entered
        self._entered.add((place.st_dev, place.st_ino))
        return known


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        return False  # a link to itself: listed like a file, and refused by whoever reads it


def _folder(path: str | os.PathLike[str]) -> Path:
    """The folder that is meant, or an error that says what stands there instead."""
    root = Path(path).expanduser()
    try:
        found = root.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise DataError(f"there is no folder {root}", hint=_near(root)) from None
    except OSError as error:
        raise DataError(f"{root} can't be opened: {error.strerror}") from error
    if not stat.S_ISDIR(found.st_mode):
        raise DataError(f"{root} is not a folder", hint=f"pass the folder it stands in: {root.parent}")
    return root


def _near(missing: Path) -> str:
    """The folder with the most similar name, or how far the path is right."""
    parent = next(each for each in missing.absolute().parents if each.is_dir())
    wrong = missing.absolute().relative_to(parent).parts[0]
    with os.scandir(parent) as entries:
        names = {entry.name.lower(): entry.name for entry in entries if _is_folder(entry)}
    close = get_close_matches(wrong.lower(), names, n=1)
    return f"did you mean {parent / names[close[0]]}?" if close else f"{parent} exists, but holds no folder {wrong!r}"


def _nothing_found(root: Path, kind: str, suffixes: tuple[str, ...] | None, seen: Sequence[str], walk: _Walk) -> DataError:
    looked = "" if suffixes is None else f": looked for {' '.join(suffixes)}"
    others = Counter(Path(file).suffix.lower() or "without ending" for file in seen)
    met = listed([f"{count} {suffix}" for suffix, count in others.most_common()], limit=5)
    message = f"{root} holds no {kind}{looked}; found 0 of {len(seen)} files{f' ({met})' if met else ''}"
    if walk.folders_seen and not walk.recurse:
        return DataError(f"{message}; its {walk.folders_seen} folders were not entered", hint="pass recurse=True")
    if any(suffix in others for suffix in (".zip", ".tar", ".gz", ".tgz", ".7z", ".rar")):
        return DataError(message, hint="unpack the archive first, and pass the folder it became")
    return DataError(message, hint="pass the folder that contains one folder per label")
