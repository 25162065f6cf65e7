"""What a file's content is known by, remembered so that a file is read for it only once."""

from __future__ import annotations

import os
import stat
import struct
import time
from hashlib import blake2b, file_digest
from pathlib import Path
from threading import Lock
from typing import final
from zlib import crc32

from fledge.core.errors import UnreadableItem
from fledge.core.log import log
from fledge.data.append_file import AppendFile
from fledge.data.file_lock import file_lock

DIGEST_SIZE = 24

_LINE = struct.Struct("<16s24sI4s")
_MARK = b"fmo1"
_MOST = 2_000_000
"""So many files are remembered; then the list is begun anew."""
_SETTLED = 2_000_000_000
"""Nanoseconds after which a file that is written again has another time of change, on every file system."""


def content_digest(source: str | os.PathLike[str] | bytes) -> bytes:
    """24 bytes that two contents share only if they are the same.

    >>> content_digest(b"tweet") == content_digest(b"tweet") != content_digest(b"chirp")
    True
    """
    if isinstance(source, bytes):
        return blake2b(source, digest_size=DIGEST_SIZE).digest()
    with open(source, "rb") as file:  # noqa: PTH123
        return file_digest(file, lambda: blake2b(digest_size=DIGEST_SIZE)).digest()


@final
class Digests:
    """Digests of files, remembered by path, size, time of change and place on the disk.

    With a folder, what was remembered is there for the next process too.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._lock_file = Path(folder or "") / "lock"
        self._known: dict[bytes, bytes] = {}
        self._file: AppendFile | None = None
        self._is_read = folder is None
        self._lock = Lock()

    def of(self, path: str | os.PathLike[str]) -> bytes:
        """The digest of a file's content."""
        try:
            found = os.stat(path)  # noqa: PTH116  (a quarter of the time of making a Path first)
            if not stat.S_ISREG(found.st_mode):
                raise UnreadableItem(f"{path} is not a regular file")
            self._read_once()
            key = _key(path, found)
            return self._known.get(key) or self._digest(path, found, key)
        except (OSError, ValueError) as error:  # a ValueError says that no path can look like this
            raise UnreadableItem(f"{path} can't be read: {getattr(error, 'strerror', error)}") from error

    def close(self) -> None:
        """Frees the list; what is asked for later is remembered in this process only."""
        with self._lock:
            self._drop_file()
            self._is_read = True

    def _digest(self, path: str | os.PathLike[str], found: os.stat_result, key: bytes) -> bytes:
        digest = content_digest(path)
        settled = time.time_ns() - found.st_mtime_ns > _SETTLED
        if settled and _key(path, os.stat(path)) == key:  # noqa: PTH116
            self._remember(key, digest)
        return digest

    def _remember(self, key: bytes, digest: bytes) -> None:
        with self._lock:
            self._known[key] = digest
            if self._folder is None or self._file is None:
                return
            try:
                with file_lock(self._lock_file):
                    self._file.append(_LINE.pack(key, digest, crc32(key + digest), _MARK), align=_LINE.size)
            except OSError as error:
                log.warning("digests of files are no longer remembered in %s: %s", self._folder, error)
                self._drop_file()

    def _read_once(self) -> None:
        if self._is_read or self._folder is None:
            return
        with self._lock:
            if self._is_read:
                return
            try:
                self._known = self._read(self._folder)
            except OSError as error:
                log.warning("digests of files are not remembered in %s: %s", self._folder, error)
                self._drop_file()
            self._is_read = True

    def _read(self, folder: Path) -> dict[bytes, bytes]:
        """Opens the list, and reads all its lines that are whole."""
        with file_lock(folder / "lock"):
            self._file = AppendFile(folder / "digests")
            if self._file.size() > _MOST * _LINE.size:
                self._file.close()
                (folder / "digests").unlink()
                self._file = AppendFile(folder / "digests")
            content = self._file.read(0)
        lines = _LINE.iter_unpack(content[: len(content) // _LINE.size * _LINE.size])
        return {key: digest for key, digest, check, mark in lines if mark == _MARK and check == crc32(key + digest)}

    def _drop_file(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def _key(path: str | os.PathLike[str], found: os.stat_result) -> bytes:
    """What a file is recognised by without reading it."""
    numbers = (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)
    whole = os.path.join(os.getcwd(), os.fspath(path))  # noqa: PTH109, PTH118
    return blake2b(os.fsencode(whole) + repr(numbers).encode(), digest_size=16).digest()
