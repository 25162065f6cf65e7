"""The deterministic front of item transforms, kept as raw bytes in a memory-mapped file."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from mmap import ACCESS_READ, mmap
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self, final
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from fledge.core.home import home
from fledge.core.log import log
from fledge.data.append_file import AppendFile
from fledge.data.cache_entry import LINE_SIZE, Entry, can_be_kept, from_lines, to_line
from fledge.data.cache_room import Kept, caches_in, make_room, usual_limit
from fledge.data.digests import Digests, content_digest
from fledge.data.file_lock import file_lock

_FORM = 1
"""Part of every cache's name, so that another form of the files starts from nothing."""
_ALIGN = 64
_MAP_EVERY = 1.0
"""Seconds between two mappings of a growing file, for each holds a file open as long as its arrays live."""


@final
@dataclass(frozen=True)
class CacheStats:
    """How much is kept: in this cache, in all of them, and what is the most."""

    folder: Path
    items: int
    bytes: int
    caches: int
    all_bytes: int
    limit: int
    is_adding: bool


@final
class FrontCache:
    """Arrays by the digest of what they were made from; one cache for each settings text.

    Two files hold it, both of which only grow. The data are the arrays' bytes; the index says by digest where each
    stands, and is written second. So whatever a killed process left half written is behind every line that counts, and
    no byte anyone may look at is ever changed. Several threads and processes may use it at once: who adds holds a lock.
    Anything that goes wrong with the disk ends the adding, with one warning, and nothing else.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, FrontCache.open("Resize(4)", folder=Path(folder)) as cache:
    ...     digest = cache.digest(b"a picture")
    ...     cache.put(digest, np.arange(4, dtype=np.uint8)), cache.get(digest).tolist(), cache.get(cache.digest(b"another"))
    (True, [0, 1, 2, 3], None)
    """

    def __init__(self, settings: str, folder: Path, limit: int | None) -> None:
        self.folder = folder
        self._lock_file = folder / "lock"
        self.limit = limit or 0
        name = blake2b(f"{_FORM}\n{settings}".encode(errors="backslashreplace"), digest_size=16).hexdigest()
        self._kept = Kept(folder / f"{name}.index", 0, 0.0)
        self._entries: dict[bytes, Entry] = {}
        self._files: _Files | None = None
        self._map: mmap | None = None
        self._mapped_at = 0.0
        self._is_adding = True
        self._room = 0
        self._lock = Lock()
        self._start(limit)

    @classmethod
    def open(cls, settings: str, *, folder: Path | None = None, limit: int | None = None) -> FrontCache:
        """The cache for these settings; `limit` is how many bytes all caches of the folder may take together."""
        return cls(settings, home() / "cache" if folder is None else folder, limit)

    def digest(self, source: str | os.PathLike[str] | bytes) -> bytes:
        """What a content is known by; a file is read for it once, unless it changes."""
        return content_digest(source) if isinstance(source, bytes) else self._digests.of(source)

    def get(self, digest: bytes) -> NDArray[Any] | None:
        """The array that was put, read-only, and where possible a view into the file; nothing if there is none."""
        entry = self._entries.get(digest) or self._added_by_others(digest)
        if entry is None:
            return None
        found = self._array(entry)
        if entry.trusted:
            return found
        if found is None or crc32(found.data) != entry.check:
            self._entries.pop(digest, None)
            return None
        entry.trusted = True
        return found

    def put(self, digest: bytes, array: NDArray[Any]) -> bool:
        """Keeps an array, and says whether it is kept now."""
        if not self._is_adding or not can_be_kept(array):
            return False
        content = np.ascontiguousarray(array).reshape(-1).view(np.uint8).data
        entry = Entry(0, array.dtype, array.shape, crc32(content), trusted=True)
        try:
            with self._turn() as files:
                return files is not None and self._add(files, digest, entry, content)
        except OSError as error:
            self._stop_adding(f"nothing more is cached in {self.folder}: {error}")
            return False

    def clear(self) -> None:
        """Forgets everything that was kept for these settings."""
        try:
            with self._turn():
                self._let_go()
                self._kept.remove()
                self._open_files()
        except OSError as error:
            self._stop_adding(f"the cache in {self.folder} can't be cleared: {error}")

    def stats(self) -> CacheStats:
        """How much is kept, for people to look at."""
        caches = caches_in(self.folder)
        mine = sum(kept.bytes for kept in caches if kept.index == self._kept.index)
        total = sum(kept.bytes for kept in caches)
        return CacheStats(self.folder, len(self._entries), mine, len(caches), total, self.limit, self._is_adding)

    def close(self) -> None:
        """Lets the files go; arrays that were handed out stay good, nothing more is found or kept."""
        with self._lock:
            self._let_go()
            self._is_adding = False
        self._digests.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _start(self, limit: int | None) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._turn():
                self.limit = usual_limit(self.folder) if limit is None else limit
                self._open_files()
            self._digests = Digests(self.folder)
        except OSError as error:
            self._digests = Digests(None)
            self._stop_adding(f"nothing is cached in {self.folder}: {error}")

    def _open_files(self) -> None:
        if not self._kept.data.exists():
            self._kept.index.unlink(missing_ok=True)
        self._files = _Files(AppendFile(self._kept.data), AppendFile(self._kept.index))
        os.utime(self._kept.index)
        self._catch_up(self._files)

    def _let_go(self) -> None:
        if self._files is not None:
            self._files.data.close()
            self._files.index.close()
        self._files, self._map, self._entries, self._room = None, None, {}, 0

    @contextmanager
    def _turn(self) -> Iterator[_Files | None]:
        """While this lasts, no other thread or process adds."""
        with self._lock, file_lock(self._lock_file):
            yield self._files

    def _add(self, files: _Files, digest: bytes, entry: Entry, content: memoryview) -> bool:
        self._catch_up(files)
        if digest in self._entries:
            return True
        if files.index.is_gone():
            self._stop_adding(f"the cache in {self.folder} was deleted; nothing more is cached")
            return False
        if not self._has_room(entry.length + _ALIGN + LINE_SIZE):
            return False
        entry.offset = files.data.append(content, align=_ALIGN)
        files.index.append(to_line(digest, entry), align=LINE_SIZE)
        files.read_to = files.index.size()
        self._entries[digest] = entry
        return True

    def _has_room(self, size: int) -> bool:
        if size > self._room:
            self._room = make_room(self.folder, self._kept.index.stem, self.limit, size)
        if size > self._room:
            self._is_adding = False
            log.info("the cache in %s is full (%d bytes); nothing more is added", self.folder, self.limit)
            return False
        self._room -= size
        return True

    def _catch_up(self, files: _Files) -> None:
        """Reads the lines that were added to the index since it was last read."""
        lines = files.index.read(files.read_to)
        data_size = files.data.size()
        for digest, entry in from_lines(lines):
            known = self._entries.get(digest)
            if entry.end <= data_size and not (known and known.trusted):
                self._entries[digest] = entry
        files.read_to += len(lines) // LINE_SIZE * LINE_SIZE

    def _added_by_others(self, digest: bytes) -> Entry | None:
        files = self._files
        if files is None or files.index.size() - files.read_to < LINE_SIZE:
            return None
        try:
            with self._turn() as files:
                if files is not None:
                    self._catch_up(files)
        except OSError as error:
            self._stop_adding(f"nothing more is cached in {self.folder}: {error}")
        return self._entries.get(digest)

    def _array(self, entry: Entry) -> NDArray[Any] | None:
        mapped = self._map
        if mapped is None or entry.end > len(mapped):
            mapped = self._mapped_anew()
        if mapped is not None and entry.end <= len(mapped):
            return entry.array(mapped, entry.offset)
        with self._lock:
            content = self._files.data.read(entry.offset, entry.length) if self._files else b""
        entry.trusted = False  # a copy is looked at each time
        return entry.array(content, 0) if len(content) == entry.length else None

    def _mapped_anew(self) -> mmap | None:
        """The file as it is now in memory, if it was not mapped just before."""
        with self._lock:
            now = time.monotonic()
            if self._files is not None and (self._map is None or now - self._mapped_at > _MAP_EVERY):
                self._mapped_at = now
                self._map = mmap(self._files.data.handle, 0, access=ACCESS_READ)
            return self._map

    def _stop_adding(self, why: str) -> None:
        if self._is_adding:
            self._is_adding = False
            log.warning("%s", why)


@final
@dataclass
class _Files:
    """The two files of a cache, and up to where the index has been read."""

    data: AppendFile
    index: AppendFile
    read_to: int = 0
