"""The ways to show progress: a line that is written over, plain lines, a notebook's display, nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from html import escape
from math import inf
from textwrap import wrap
from typing import Protocol, final

from fledge.core.log import log
from fledge.core.notebook import Page
from fledge.core.progress_words import Row, Standing, Table, in_short
from fledge.core.screen import Screen, clean, columns, fitted

_BAR = 24
"""The columns of a bar where there is room for it."""
_LEAST_BAR = 5
_ROWS = 12
"""The rows that a notebook shows of a longer table: finished cells are small."""


class Face(Protocol):
    """One way to show it."""

    @property
    def every(self) -> float:
        """The seconds between two looks."""

    def show(self, standing: Standing) -> None:
        """The work as it stands."""

    def row(self, row: Row) -> None:
        """A row that stays."""

    def note(self, text: str) -> None:
        """A line that stays."""

    def close(self) -> None:
        """Only what stays is left."""


@final
class Nothing:
    """Shows nothing."""

    every = inf

    def show(self, standing: Standing) -> None:
        """Nothing."""

    def row(self, row: Row) -> None:
        """Nothing."""

    def note(self, text: str) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


@final
class Lines:
    """Plain lines, for pipes and CI: the rows, and one a minute between them."""

    every = 60.0

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._table = Table(coloured=screen.coloured)

    def show(self, standing: Standing) -> None:
        """One line."""
        self.note("  ".join(standing.pieces()))

    def row(self, row: Row) -> None:
        """A line, below its heads if they are new; nothing is cut off, for nobody sees a width here."""
        self._screen.write("".join(f"{line}\n" for line in self._table.lines(row, 10_000)))

    def note(self, text: str) -> None:
        """One line."""
        self._screen.write(f"{clean(text)}\n")

    def close(self) -> None:
        """Nothing is left to take away."""


@final
class Live:
    """A terminal's last line, written over; what stays is written above it, and so is what is logged."""

    every = 0.1

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._table = Table(coloured=screen.coloured)
        self._drawn = 0
        self._marks = "━─" if screen.can_show("━─") else "#-"

    def show(self, standing: Standing) -> None:
        """Title, bar, share, time left and fields, as many as there is room for."""
        first, *rest = standing.pieces()
        line = fitted([first, *rest], self._width)
        room = min(_BAR, self._width - columns(line) - 2)
        filled = columns(line)
        if standing.share is not None and room >= _LEAST_BAR:
            line = f"{first}  {self._bar(standing.share, room)}{line.removeprefix(first)}"
            filled += 2 + room
        if not self._drawn:
            log.addFilter(self._make_room)
        self._screen.write(f"\r{line}{' ' * (self._to_clear() - filled)}")
        self._drawn = filled

    def row(self, row: Row) -> None:
        """Lines above the live one."""
        self._stay(self._table.lines(row, self._width))

    def note(self, text: str) -> None:
        """Lines above the live one."""
        self._stay(wrap(clean(text), self._width))

    def close(self) -> None:
        """Takes the live line away."""
        self._clear()
        log.removeFilter(self._make_room)

    @property
    def _width(self) -> int:
        return max(self._screen.width - 1, 1)  # a full line would move some terminals on to the next one

    def _bar(self, share: float, room: int) -> str:
        full = round(share * room)
        done, rest = self._marks[0] * full, self._marks[1] * (room - full)
        return f"\x1b[32m{done}\x1b[0m{rest}" if self._screen.coloured else done + rest

    def _stay(self, lines: Iterable[str]) -> None:
        self._clear()
        self._screen.write("".join(f"{line}\n" for line in lines))

    def _clear(self) -> None:
        if self._drawn:
            self._screen.write(f"\r{' ' * self._to_clear()}\r")
            self._drawn = 0

    def _to_clear(self) -> int:
        return min(self._drawn, self._width)  # the terminal may be narrower by now

    def _make_room(self, record: logging.LogRecord) -> bool:
        self._clear()
        return True


@final
class Display:
    """One display of a notebook's cell: the last rows, the notes, and a bar while the work goes on."""

    every = 0.25

    def __init__(self, page: Page) -> None:
        self._page = page
        self._rows: list[Row] = []
        self._count = 0
        self._notes: list[str] = []
        self._line: Standing | None = None

    def show(self, standing: Standing) -> None:
        """The bar anew."""
        self._line = standing
        self._draw()

    def row(self, row: Row) -> None:
        """One more row."""
        self._rows = [*self._rows, row][-_ROWS:]
        self._count += 1
        self._draw()

    def note(self, text: str) -> None:
        """One more line."""
        self._notes.append(clean(text))
        self._draw()

    def close(self) -> None:
        """The table without the bar."""
        if self._line is not None:
            self._line = None
            self._draw()

    def _draw(self) -> None:
        self._page.write("".join(self._html()), "\n".join(self._text()))

    def _html(self) -> Iterable[str]:
        if self._rows:
            yield "<table><tr>" + "".join(f"<th>{escape(clean(name))}</th>" for name in self._rows[-1]) + "</tr>"
            for row in self._rows:
                yield "<tr>" + "".join(f"<td>{escape(in_short(value))}</td>" for value in row.values()) + "</tr>"
            yield "</table>"
        yield from (f"<div>{escape(text)}</div>" for text in self._said())
        if self._line is not None:
            title, *rest = map(escape, self._line.pieces())
            bar = "" if self._line.share is None else f'<progress value="{self._line.share:.4f}"></progress> '
            yield f"<div>{title} {bar}{' '.join(rest)}</div>"

    def _text(self) -> Iterable[str]:
        table = Table()
        for row in self._rows:
            yield from table.lines(row, 10_000)
        yield from self._said()
        if self._line is not None:
            yield "  ".join(self._line.pieces())

    def _said(self) -> Iterable[str]:
        if self._count > len(self._rows):
            yield f"the last {len(self._rows)} of {self._count} rows"
        yield from self._notes
