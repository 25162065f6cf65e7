"""A stream that people may be looking at: what it can show, and writing to it that stops no work."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TextIO, final
from unicodedata import combining, east_asian_width

WIDE = 80
"""The width of what doesn't say how wide it is."""


@final
class Screen:
    """Writes text to a stream (stderr unless given) until that fails; from then on nothing is written.

    `live` says whether a line can be written over: at a terminal, and not in CI or where `TERM` is dumb. `coloured` follows
    `NO_COLOR`, `FORCE_COLOR`, or else `live`.

    >>> screen = Screen(sys.stdout)
    >>> screen.write("tweet\\n")
    tweet
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self.broken = self._stream is None  # a program without a console has no stderr
        self.live = self._is_terminal() and os.environ.get("TERM") != "dumb" and not _is_on("CI")
        self.coloured = not os.environ.get("NO_COLOR") and (_is_on("FORCE_COLOR") or self.live)

    @property
    def width(self) -> int:
        """How many columns a line may fill, at this moment: people resize their terminals."""
        wish = os.environ.get("COLUMNS", "")
        if wish.isdecimal() and int(wish) > 0:
            return int(wish)
        try:
            return os.get_terminal_size(self._stream.fileno()).columns or WIDE
        except (OSError, ValueError, AttributeError):
            return WIDE

    def can_show(self, text: str) -> bool:
        """Whether the stream's encoding has these characters."""
        try:
            text.encode(self._encoding)
        except (UnicodeError, LookupError):
            return False
        return True

    def write(self, text: str) -> None:
        """Shows the text at once; what the encoding lacks is written as an escape."""
        if self.broken:
            return
        try:
            self._stream.write(text if self.can_show(text) else text.encode("ascii", "backslashreplace").decode())
            self._stream.flush()
        except (OSError, ValueError):  # the reader is gone, the disk is full, the stream is closed
            self.broken = True

    @property
    def _encoding(self) -> str:
        return getattr(self._stream, "encoding", None) or "utf-8"

    def _is_terminal(self) -> bool:
        try:
            return self._stream.isatty()
        except (OSError, ValueError, AttributeError):
            return False


def columns(text: str) -> int:
    """How many columns a text fills in a terminal.

    >>> columns("bird"), columns("鳥"), columns("e\\u0301")
    (4, 2, 1)
    """
    if text.isascii():
        return len(text)
    return sum(0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1 for each in text)


def fitted(pieces: Sequence[str], width: int) -> str:
    """As many of the pieces as fit in a line, the first at least in part.

    >>> fitted(["epoch 1/5", "37 %", "loss 0.41"], 20), fitted(["epoch 1/5"], 6)
    ('epoch 1/5  37 %', 'epoch ')
    """
    line = cut(pieces[0], width)
    for piece in pieces[1:]:
        if columns(line) + 2 + columns(piece) > width:
            break
        line = f"{line}  {piece}"
    return line


def cut(text: str, width: int) -> str:
    """The beginning of a text, up to so many columns."""
    while columns(text) > width:
        text = text[: max(width, 0)] if len(text) > width else text[:-1]
    return text


def clean(text: object) -> str:
    """A text in which nothing moves the cursor or ends the line.

    >>> clean("a\\x1b[2Jb")
    'a?[2Jb'
    """
    return "".join(each if each.isprintable() else "?" for each in str(text))


def _is_on(variable: str) -> bool:
    return os.environ.get(variable, "").lower() not in ("", "0", "false", "no")
