"""Small drawings that stand in a row of a table, beside their numbers."""

from __future__ import annotations

from math import isfinite

from fledge.report.html import Html, element
from fledge.scoring.figure import Figure

_WIDTH, _HEIGHT, _EDGE = 112, 14, 5


def whisker(figure: Figure | None, low: float, high: float) -> Html | None:
    """A figure as a dot in its interval, on a scale from low to high that the whole column shares."""
    if figure is None or not isfinite(figure.value):
        return None
    scale = (_WIDTH - 2 * _EDGE) / ((high - low) or 1.0)

    def x(value: float) -> float:
        return _EDGE + (min(max(value, low), high) - low) * scale

    ends = (figure.value if each is None else each for each in (figure.low, figure.high))
    start, end = map(x, ends)
    middle = _HEIGHT / 2
    return _small(
        element("line", class_="grid", x1=_EDGE, x2=_WIDTH - _EDGE, y1=middle, y2=middle),
        element("line", class_="line first", x1=start, x2=end, y1=middle, y2=middle),
        element("circle", class_="fill-first", cx=x(figure.value), cy=middle, r=4.0),
    )


def bar(share: float) -> Html:
    """A share from 0 to 1 as the length of a bar."""
    length = max(1.0, share * _WIDTH) if share > 0 else 0.0
    return _small(
        element("rect", class_="cell0", x=0, y=3, width=_WIDTH, height=8),
        element("rect", class_="fill-first", x=0, y=3, width=float(length), height=8),
    )


def _small(*marks: Html) -> Html:
    # The numbers stand in the same row, so that who doesn't see the drawing misses nothing.
    return element("svg", marks, width=_WIDTH, height=_HEIGHT, viewBox=f"0 0 {_WIDTH} {_HEIGHT}", aria_hidden="true")
