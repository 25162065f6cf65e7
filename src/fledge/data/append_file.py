"""A file that only grows: nothing that stands in it is ever written over."""

from __future__ import annotations

import errno
import os
import weakref
from pathlib import Path
from typing import final


@final
class AppendFile:
    """Bytes put one behind the other; to be used by one process at a time, under a lock.

    Whatever a process that was killed wrote last, the next bytes start behind it.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = AppendFile(Path(folder, "notes"))
    ...     file.append(b"tweet", align=4), file.append(b"chirp", align=4), file.read(8)
    (0, 8, b'chirp')
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a+b", buffering=0)
        # The system's handle is freed with the object, for nobody may come to close it.
        self.close = weakref.finalize(self, self._file.close)

    @property
    def handle(self) -> int:
        """The system's number for the open file."""
        return self._file.fileno()

    def size(self) -> int:
        """Bytes in the file now, others' included."""
        return os.fstat(self.handle).st_size

    def is_gone(self) -> bool:
        """Whether somebody deleted the file, so that nobody else will ever see what is written."""
        return os.fstat(self.handle).st_nlink == 0

    def append(self, content: bytes | memoryview, *, align: int) -> int:
        """Puts bytes at the end, from a multiple of `align` on, and says where that is."""
        size = self.size()
        gap = -size % align
        if gap:
            self._write(bytes(gap))
        self._write(content)
        return size + gap

    def read(self, start: int, length: int = -1) -> bytes:
        """The bytes from `start` on."""
        self._file.seek(start)
        return self._file.read(length) or b""

    def _write(self, content: bytes | memoryview) -> None:
        if self._file.write(content) != len(content):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
