"""Words on a terminal: data to stdout, all else to stderr, and nothing that could harm either."""

from __future__ import annotations

import os
import sys
from textwrap import wrap
from typing import TextIO

import click


def safe(text: object) -> str:
    """A text on one line: what could move the cursor, turn the writing round or break a line is written as an escape.

    >>> safe("a\\x1b[2J\\tb")
    'a\\\\x1b[2J\\\\tb'
    """
    written = str(text)
    return written if written.isprintable() else "".join(each if each.isprintable() else ascii(each)[1:-1] for each in written)


def out(text: str) -> None:
    """A line of data."""
    click.echo(text, color=wants_colour(sys.stdout))


def note(text: str) -> None:
    """A line that is no data."""
    click.echo(text, err=True, color=wants_colour(sys.stderr))


def wrapped(text: str, stream: TextIO, indent: int = 8) -> str:
    """A line for people: in a terminal it is broken between words, the rest set in by `indent`; elsewhere it is as it was.

    >>> import io
    >>> wrapped("Found   600 pictures", io.StringIO())
    'Found   600 pictures'
    """
    from fledge.core.screen import Screen

    width = Screen(stream).width - 1 if is_live(stream) else len(text)
    if len(text) <= width:
        return text
    rest = " " * min(indent, width // 2)
    lines = wrap(text, max(width, 1), subsequent_indent=rest, break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines)


def strong(word: str) -> str:
    """A word that leads a line."""
    return click.style(word, bold=True)


def warning(word: str) -> str:
    """A word for what went wrong."""
    return click.style(word, fg="red", bold=True)


def wants_colour(stream: TextIO) -> bool:
    """Whether a stream is to be coloured: as `FORCE_COLOR` and `NO_COLOR` say, or else if it is a terminal that can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return is_live(stream)


def is_live(stream: TextIO) -> bool:
    """Whether somebody is looking, at a terminal on which a line can be written over."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def never_fails_to_encode() -> None:
    """Characters that a terminal lacks are written as escapes, on every system; names that are no text are read as bytes."""
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="surrogateescape")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
