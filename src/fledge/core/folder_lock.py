"""One process at a time in a folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from socket import gethostname
from types import TracebackType
from typing import Self, final

from fledge.core.errors import UsageError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> None:
        os.lseek(handle, 1 << 30, os.SEEK_SET)  # far behind the text, which others must be able to read
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@final
class FolderLock:
    """Held while a folder is worked in; whoever comes second is refused and told who is there.

    The system frees it when its holder ends, however it ends: a lock is never left behind, a lock file may be.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, FolderLock(folder):
    ...     Path(folder, ".lock").exists()
    True
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self._handle: int | None = None

    def acquire(self) -> None:
        """Takes the lock, or raises an error that names its holder."""
        handle = os.open(self.folder / ".lock", os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        try:
            _try_lock(handle)
        except (BlockingIOError, PermissionError):
            os.lseek(handle, 0, os.SEEK_SET)
            holder = os.read(handle, 300).decode(errors="replace") or "another process"
            os.close(handle)
            raise UsageError(
                f"{self.folder} is in use by {holder}", hint="wait until it is done, stop it, or choose another folder"
            ) from None
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, f"process {os.getpid()} on {gethostname()}".encode())
        self._handle = handle

    def release(self) -> None:
        """Gives the lock back; nothing happens if it is not held."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()
