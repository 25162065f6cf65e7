"""Many dots in a field: predicted against actual, what is left over, where points were missed."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from fledge.insight.calibration import Bin, Calibration
from fledge.report.axes import Axis, Frame
from fledge.report.html import Html, element, joined, number

MOST_DOTS = 2000
"""More are thinned out evenly: nobody could tell them apart."""

_TALLEST = 48.0
"""The height of the longest bar."""

Dots = Sequence[tuple[float, float]]


def draw_dots(title: str, description: str, dots: Dots, across: Axis, up: Axis, *, guide: Dots = ()) -> Html:
    """The dots in one frame, behind a dashed guide of two points."""
    frame = Frame(across, up, height=280)
    # One path, whose round ends are the dots, is a quarter of the size of as many circles.
    path = "".join(f"M{number(frame.x(x))} {number(frame.y(y))}h0" for x, y in thinned(dots))
    return frame.drawing(title, description, _guide(frame, guide), element("path", class_="dots", d=path))


def thinned(dots: Dots, most: int = MOST_DOTS) -> Dots:
    """At most so many of those that are numbers, taken evenly.

    >>> thinned([(0, 0), (1, 1), (2, 2), (3, 3)], most=2)
    [(0, 0), (2, 2)]
    """
    known = [(x, y) for x, y in dots if isfinite(x) and isfinite(y)]
    return [known[place * len(known) // most] for place in range(most)] if len(known) > most else known


def draw_reliability(title: str, description: str, found: Calibration) -> Html:
    """What came true at each probability, with its interval; on the dashed line, the two agree."""
    axis = Axis(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), "what it says", share=True)
    frame = Frame(axis, Axis(0.0, 1.0, axis.ticks, "what came true", share=True), height=300)
    bars, marks = [_counted(frame, found, each) for each in found.bins], [_interval(frame, each) for each in found.bins]
    return frame.drawing(title, description, bars, _guide(frame, [(0.0, 0.0), (1.0, 1.0)]), marks)


def _counted(frame: Frame, found: Calibration, each: Bin) -> Html:
    """A bar as high as the bin's number of answers."""
    most = max(every.came_true.count for every in found.bins)
    tall = max(2.0, _TALLEST * each.came_true.count / most)
    left, right = frame.x(each.low) + 1, frame.x(each.high) - 1
    return element("rect", class_="rest", x=left, y=frame.y(0) - tall, width=right - left, height=tall)


def _interval(frame: Frame, each: Bin) -> Html:
    x, share = frame.x(each.said), each.came_true
    low, high = (share.value if end is None else end for end in (share.low, share.high))
    line = element("line", class_="line first", x1=x, x2=x, y1=frame.y(low), y2=frame.y(high))
    return joined([line, element("circle", class_="fill-first", cx=x, cy=frame.y(share.value), r=4.5)])


def _guide(frame: Frame, guide: Dots) -> Html | None:
    if not guide:
        return None
    (x1, y1), (x2, y2) = guide
    return element("line", class_="guide", x1=frame.x(x1), y1=frame.y(y1), x2=frame.x(x2), y2=frame.y(y2))
