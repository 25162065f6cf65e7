"""Files written so that nothing is lost: the old one or the new one, never half of either."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from socket import gethostname
from typing import BinaryIO

from fledge.core.errors import DiskFull, FledgeError, UsageError

_NO_ROOM = {errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG}
_A_DAY = 86_400


def write_atomically(path: str | Path, write: Callable[[BinaryIO], None], *, needed: int | None = None) -> None:
    """Calls `write` with a file beside `path` which takes its place once every byte is on the disk.

    Killed at any moment, `path` is the old file or the new one. `needed` is the size, where it is known, to say in
    an error. What a killed process left behind is cleared away by the next write to the same path.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_atomically(f"{folder}/note.txt", lambda file: file.write(b"tweet"))
    ...     Path(folder, "note.txt").read_bytes()
    b'tweet'
    """
    target = Path(os.path.realpath(path))  # a link keeps pointing where it did
    with _explained(target, needed):
        if target.exists() and not target.is_file():
            raise UsageError(f"{path} is not a regular file, so it can't be written over", hint="choose another name")
        _clear_stale(target)
        part = target.with_name(f"{_prefix(target)}{os.getpid()}-{_host()}-{secrets.token_hex(4)}.part")
        try:
            with part.open("xb") as file:
                write(file)
                _to_disk(file)
            if target.exists():
                shutil.copymode(target, part)
            part.replace(target)
        except BaseException:  # Ctrl-C too: the half-written file goes, whatever happened
            with suppress(OSError):
                part.unlink(missing_ok=True)
            raise
        _folder_to_disk(target.parent)


@contextmanager
def _explained(target: Path, needed: int | None) -> Iterator[None]:
    """Turns what the system says into what a person can act on."""
    try:
        yield
    except OSError as error:
        raise _in_words(error, target, needed) from error


def _in_words(error: OSError, target: Path, needed: int | None) -> FledgeError | OSError:
    if error.errno in _NO_ROOM:
        wanted = "" if needed is None else f", {needed} bytes are needed"
        free = shutil.disk_usage(target.parent).free
        return DiskFull(
            f"no room to write {target}{wanted}, {free} bytes are free there ({error.strerror}); "
            "what was there before is untouched",
            hint="make room, or choose a place on another disk",
        )
    if error.errno in _NOT_ALLOWED:
        return UsageError(f"{target} can't be written: {error.strerror}", hint="choose a folder that exists and is yours")
    error.add_note(f"while writing {target}; what was there before is untouched")
    return error


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    if sys.platform == "darwin":
        import fcntl

        fcntl.fcntl(file, fcntl.F_FULLFSYNC)  # there, fsync alone stops at the drive's own cache


def _folder_to_disk(folder: Path) -> None:
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _prefix(target: Path) -> str:
    """How half-written files of `target` begin: short, so that a long name still fits."""
    return f".fledge-{blake2b(os.fsencode(target.name), digest_size=4).hexdigest()}-"


def _host() -> str:
    return blake2b(gethostname().encode(), digest_size=4).hexdigest()


def _clear_stale(target: Path) -> None:
    for part in target.parent.glob(f"{_prefix(target)}*.part"):
        with suppress(OSError, ValueError):  # ValueError: a name that isn't ours after all
            if _is_stale(part):
                part.unlink()


def _is_stale(part: Path) -> bool:
    """Whether the process that was writing is gone; where that can't be known, whether it began a day ago."""
    pid, host, _ = part.name.removesuffix(".part").split("-")[2:]
    if host == _host() and sys.platform != "win32":
        return not _alive(int(pid))
    return time.time() - part.stat().st_mtime > _A_DAY


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
