"""How far something has come, for people who wait."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing
from time import monotonic
from typing import TypeVar, final

from fledge.core.notebook import Page, in_notebook
from fledge.core.progress_faces import Display, Face, Lines, Live, Nothing
from fledge.core.progress_words import Row, Standing, Value
from fledge.core.screen import Screen

Item = TypeVar("Item")

_AT_ONCE = 0.5
"""What is done within so many seconds needs no line."""
_SOON = 1.0
"""The seconds it takes to see how long it will take."""


@final
class Progress:
    """Shows work as it goes on: in a terminal a line written over, in a pipe or CI plain lines, in a notebook one display.

    Rows and notes stay. It writes to stderr, costs next to nothing where it isn't `due`, and never stops the work: where
    nothing can be written it falls silent. `FLEDGE_PROGRESS=0` turns it off.

    >>> import sys
    >>> progress = Progress(Screen(sys.stdout))
    >>> progress.start("reading", total=100)
    >>> progress.show(50, photos=3)
    reading  50 %  photos 3
    >>> progress.row({"epoch": 0, "loss": 0.25})
    epoch    loss
        0  0.2500
    >>> progress.close()
    """

    def __init__(self, screen: Screen | None = None) -> None:
        self._face = _face(screen or Screen())
        self.start("")
        self._next = self._began + max(self._face.every, _AT_ONCE)

    def start(self, title: str, total: int | None = None, done: int = 0) -> None:
        """Another piece of work, of which `done` was done before."""
        self._standing = Standing(title, total, done)
        self._began, self._before = monotonic(), done

    @property
    def lively(self) -> bool:
        """Whether what is shown is written over, so that it may be shown as often as one likes."""
        return self._face.every < _AT_ONCE

    def due(self) -> bool:
        """Whether it is time to show something again."""
        return monotonic() >= self._next

    def show(self, done: int, *, title: str | None = None, **fields: Value) -> None:
        """The work as it stands."""
        now = monotonic()
        standing = self._standing
        standing.done, standing.fields, standing.left = done, fields, self._left(done, now)
        if title is not None:
            standing.title = title
        self._face.show(standing)
        self._next = now + self._face.every

    def row(self, row: Row) -> None:
        """A row of the table of what is finished."""
        self._face.row(row)

    def note(self, text: str) -> None:
        """A line of its own."""
        self._face.note(text)

    def close(self) -> None:
        """Takes away the line that is written over; the next `show` brings it back."""
        self._face.close()

    def _left(self, done: int, now: float) -> float | None:
        """The seconds left, by the speed since the start."""
        taken, steps = now - self._began, done - self._before
        if not self._standing.total or steps < 1 or taken < _SOON:
            return None
        return taken / steps * max(self._standing.total - done, 0)


def counted(items: Iterable[Item], title: str, total: int | None = None) -> Iterator[Item]:
    """The items, while it is shown how many have been taken.

    >>> list(counted(["robin", "wren"], "reading", total=2))
    ['robin', 'wren']
    """
    with closing(Progress()) as progress:
        progress.start(title, total)
        for done, item in enumerate(items):
            if progress.due():
                progress.show(done)
            yield item


def _face(screen: Screen) -> Face:
    if os.environ.get("FLEDGE_PROGRESS", "").lower() in ("0", "false", "no", "off"):
        return Nothing()
    if in_notebook():
        return Display(Page())
    return Live(screen) if screen.live else Lines(screen)
