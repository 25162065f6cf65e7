"""What went wrong, where, and what to do next: one tree of errors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar


class FledgeError(Exception):
    """Anything fledge refuses to go on with, in a person's words.

    `exit_code` is what the terminal ends with, `code` the stable name in JSON.

    >>> print(FledgeError("there are no pictures in birds/", hint="pass a folder that has some"))
    there are no pictures in birds/
      what to do: pass a folder that has some
    """

    exit_code: ClassVar[int] = 1
    code: ClassVar[str] = "error"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        notes = [f"  {note}" for note in getattr(self, "__notes__", ())]
        advice = [] if self.hint is None else [f"  what to do: {self.hint}"]
        return "\n".join([self.message, *notes, *advice])


class UsageError(FledgeError):
    """A setting or argument that can't be meant."""

    exit_code = 2
    code = "usage"


class UnknownName(UsageError):
    """A name that is not among the known ones; the nearest is found and said.

    >>> print(UnknownName("method", "sqush", ["crop", "pad", "squish"]))
    unknown method 'sqush': did you mean 'squish'?
    """

    code = "unknown_name"

    def __init__(self, kind: str, name: object, known: Iterable[object]) -> None:
        self.known = [str(each) for each in known]
        super().__init__(f"unknown {kind} {shown(name)}: {_nearest(str(name), self.known)}")


class DataError(FledgeError):
    """Data that can't be used as it is."""

    exit_code = 3
    code = "data"


class UnreadableItem(DataError):
    """One item that can't be read; set aside and listed, with this reason."""

    code = "unreadable"


class ModelFileError(FledgeError):
    """A model file or checkpoint that is refused."""

    exit_code = 4
    code = "model_file"


class TrainingError(FledgeError):
    """Training that can't go on."""

    exit_code = 5
    code = "training"


class OutOfMemory(FledgeError):
    """Memory that ran out."""

    exit_code = 6
    code = "memory"


class DiskFull(FledgeError):
    """A disk without room for what has to be written."""

    exit_code = 6
    code = "disk_full"


class Unavailable(FledgeError):
    """Something outside that can't be had: the network, weights, an extra."""

    exit_code = 7
    code = "unavailable"


def shown(value: object, limit: int = 80) -> str:
    """A value as it may stand in a message: quoted, on one line, of bounded length.

    >>> shown("a" * 100, limit=10)
    "'aaaaaa...'"
    """
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}...{text[0] if isinstance(value, str) else ''}"


def listed(names: Sequence[object], limit: int = 8) -> str:
    """A few names on a line, with a count of those left out.

    >>> listed(["a", "b", "c", "d"], limit=2)
    'a, b and 2 more'
    """
    shown_names = ", ".join(str(name) for name in names[:limit])
    return shown_names if len(names) <= limit else f"{shown_names} and {len(names) - limit} more"


def _nearest(name: str, known: Sequence[str]) -> str:
    close = get_close_matches(name.lower(), [each.lower() for each in known], n=1, cutoff=0.6)
    if close:
        return f"did you mean {next(each for each in known if each.lower() == close[0])!r}?"
    return f"known are {listed(sorted(known), limit=12)}" if known else "none is known"
