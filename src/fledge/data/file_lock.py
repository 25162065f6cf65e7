"""A turn for one process at a time."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def file_lock(path: Path, *, patience: float = 10.0) -> Iterator[None]:
    """Waits for the lock on a file and holds it; a TimeoutError says that someone else kept it for `patience` seconds.

    The system frees it when its holder ends, however it ends.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, file_lock(Path(folder, "lock")):
    ...     pass
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
    try:
        _wait(handle, path, patience)
        yield
    finally:
        os.close(handle)


def _wait(handle: int, path: Path, patience: float) -> None:
    until, pause = time.monotonic() + patience, 0.0001
    while True:
        try:
            return _take(handle)
        except (BlockingIOError, PermissionError):
            if time.monotonic() > until:
                raise TimeoutError(f"another process has held {path} for {patience:g} s") from None
        time.sleep(pause)
        pause = min(pause * 1.5, 0.01)
