"""The bytes of a picture file, from wherever they come, within a limit."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from fledge.core.errors import UnreadableItem
from fledge.transforms.picture_file import max_pixels


def picture_bytes(source: Any) -> bytes:
    """The content of a picture file, given as a path, bytes or a binary file object."""
    match source:
        case bytes() | bytearray() | memoryview():
            return bytes(source)
        case str() | Path():
            return _bytes_of_file(source)
    if not hasattr(source, "read"):
        raise UnreadableItem(
            f"it is a {type(source).__qualname__}, not a picture",
            hint="pass a path, bytes, a file object, a Pillow picture, an array or a tensor",
        )
    data = source.read(_most_bytes() + 1)
    if not isinstance(data, bytes):
        raise UnreadableItem("the file object gives text, not bytes", hint='open it with open(path, "rb")')
    _check_bytes(len(data))
    return data


def _bytes_of_file(path: str | Path) -> bytes:
    """The content of a regular file; whatever could block or never end is refused unopened."""
    try:
        about = os.stat(path)  # noqa: PTH116  (a quarter of the time of making a Path first)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableItem(f"it is {_kind(about.st_mode)}, not a file")
        _check_bytes(about.st_size)
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read()
    except FileNotFoundError as error:
        raise UnreadableItem("there is no such file") from error
    except (OSError, ValueError) as error:
        raise UnreadableItem(getattr(error, "strerror", None) or str(error)) from error


def _kind(mode: int) -> str:
    kinds = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket"}
    return kinds.get(stat.S_IFMT(mode), "a device")


def _most_bytes() -> int:
    return 4 * max_pixels()


def _check_bytes(count: int) -> None:
    if count > _most_bytes():
        raise UnreadableItem(
            f"it is {count / 1e6:.0f} MB large; at most {_most_bytes() / 1e6:.0f} MB are read",
            hint=f"if it can be trusted, set FLEDGE_MAX_PIXELS={count // 4 + 1}",
        )
