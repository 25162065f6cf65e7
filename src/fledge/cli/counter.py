"""How far a command has come, on one line of a terminal that is written over; elsewhere nothing."""

from __future__ import annotations

import sys
from contextlib import suppress
from time import monotonic
from types import TracebackType
from typing import Self, final

from fledge.cli.terminal import is_live

_EVERY = 0.1


@final
class Counter:
    """Counts things on stderr while it is a terminal, ten times a second at most; the line is gone at the end."""

    def __init__(self, words: str) -> None:
        self._words = words
        self._next = monotonic() + 5 * _EVERY  # what is done at once needs no line
        self._shown = 0

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, count: int | None = None) -> None:
        """So many are done, of so many if that is known."""
        if monotonic() < self._next or not is_live(sys.stderr):
            return
        self._next = monotonic() + _EVERY
        self._write(f"{self._words} {done}" if count is None else f"{self._words} {done} of {count}")

    def clear(self) -> None:
        """Makes room for a line of something else."""
        if self._shown:
            self._write("")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.clear()

    def _write(self, line: str) -> None:
        with suppress(OSError, ValueError):  # a terminal that is gone stops no work
            sys.stderr.write(f"\r{line.ljust(self._shown)}{'' if line else chr(13)}")
            sys.stderr.flush()
            self._shown = len(line)
