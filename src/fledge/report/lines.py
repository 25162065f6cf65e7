"""Curves over a training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import final

from fledge.report.axes import Axis, Frame, label
from fledge.report.html import Html, element, number

_MOST_DOTS = 30
_APART = 15.0
"""So far apart, in pixels, two names can be read."""


@final
@dataclass(frozen=True)
class Line:
    """Values in order; those that are missing leave a gap. `style` is `first` or `second`, which is dashed."""

    name: str
    across: Sequence[float]
    values: Sequence[float | None]
    style: str = "first"

    @property
    def known(self) -> list[tuple[float, float]]:
        """The places that have a value."""
        return [(x, y) for x, y in zip(self.across, self.values, strict=True) if y is not None and isfinite(y)]


def draw_lines(title: str, description: str, lines: Sequence[Line], across: Axis, up: Axis, *, dots: bool = True) -> Html:
    """The lines in one frame; several have their names at their ends."""
    named = [line for line in lines if line.known]
    names = named if len(named) > 1 else []
    frame = Frame(across, up, room=16 + 6.8 * max((len(line.name) for line in names), default=0))
    few = dots and max((len(line.known) for line in named), default=0) <= _MOST_DOTS
    marks = [(_path(frame, line), _dots(frame, line) if few or len(line.known) == 1 else None) for line in named]
    return frame.drawing(title, description, marks, list(_names(frame, names)))


def _path(frame: Frame, line: Line) -> Html:
    path, broken = "", True
    for x, y in zip(line.across, line.values, strict=True):
        if y is None or not isfinite(y):
            broken = True
            continue
        path += f"{'M' if broken else 'L'}{number(frame.x(x))} {number(frame.y(y))}"
        broken = False
    return element("path", class_=f"line {line.style}", d=path)


def _dots(frame: Frame, line: Line) -> list[Html]:
    return [element("circle", class_=f"fill-{line.style}", cx=frame.x(x), cy=frame.y(y), r=3.0) for x, y in line.known]


def _names(frame: Frame, lines: Sequence[Line]) -> Iterator[Html]:
    """Each name beside its line's end, moved down where two would touch."""
    above = -_APART
    for line in sorted(lines, key=lambda each: frame.y(each.known[-1][1])):
        x, y = line.known[-1]
        above = max(frame.y(y), above + _APART)
        yield label(frame.x(x) + 9, above + 4, line.name, style=f"fill-{line.style}")
