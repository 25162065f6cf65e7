"""The frame of a drawing: scales, grid, ticks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil, floor, isfinite, log10
from typing import Self, final

from fledge.report.html import Html, element, joined

_STEPS = (1, 2, 2.5, 5, 10)


@final
@dataclass(frozen=True)
class Axis:
    """A range of values with its ticks; a `share` is written as a percentage."""

    low: float
    high: float
    ticks: tuple[float, ...]
    title: str = ""
    share: bool = False

    @classmethod
    def over(
        cls, values: Iterable[float], title: str = "", *, whole: bool = False, share: bool = False, zero: bool = False
    ) -> Self:
        """An axis that holds all values that are numbers, and ends on ticks; `whole` has ticks at whole numbers only.

        >>> Axis.over([0.12, 0.97]).ticks
        (0.0, 0.25, 0.5, 0.75, 1.0)
        """
        known = [value for value in values if isfinite(value)] or [0.0, 1.0]
        low, high = min(known), max(known)
        if zero:
            low, high = min(low, 0.0), max(high, 0.0)
        if high - low <= 1e-9 * max(abs(low), abs(high)):
            reach = 0.05 if share else abs(high) / 2 or 0.5
            low, high = low - reach, high + reach
        step = _step((high - low) / 4)
        if whole:  # epochs begin and end where they do, not at a tick
            step = max(1.0, ceil(step))
            return cls(low, high, _ticks(ceil(low / step), floor(high / step), step), title, share)
        ticks = _ticks(floor(low / step + 1e-9), ceil(high / step - 1e-9), step)
        if share and low >= 0 and high <= 1:
            ticks = tuple(tick for tick in ticks if 0 <= tick <= 1)
        return cls(min([low, *ticks]), max([high, *ticks]), ticks, title, share)

    def text(self, value: float) -> str:
        """A tick's label."""
        return f"{100 * value:g} %" if self.share else f"{value:,.10g}" if 1e-3 <= abs(value) < 1e6 else f"{value:g}"

    def place(self, value: float, start: float, end: float) -> float:
        """Where a value stands between two coordinates."""
        return start + (end - start) * (value - self.low) / (self.high - self.low)


@final
@dataclass(frozen=True)
class Frame:
    """Two axes around the field in which values are drawn."""

    across: Axis
    up: Axis
    width: int = 320
    height: int = 220
    room: float = 0
    """What is kept free on the right."""

    @property
    def left(self) -> float:
        """Room for the longest label of the upright axis."""
        return 14 + 6.8 * max((len(self.up.text(tick)) for tick in self.up.ticks), default=2)

    @property
    def right(self) -> float:
        """Room for half of the last label, at least."""
        ends = [3.6 * len(self.across.text(tick)) for tick in self.across.ticks if tick == self.across.high]
        return max(12.0, self.room, *ends)

    @property
    def top(self) -> float:
        """Room for the upright axis's title."""
        return 26 if self.up.title else 10

    @property
    def bottom(self) -> float:
        """Room for the ticks below, and their title."""
        return 40 if self.across.title else 24

    def x(self, value: float) -> float:
        """A value's place across."""
        return self.across.place(value, self.left, self.width - self.right)

    def y(self, value: float) -> float:
        """A value's height."""
        return self.up.place(value, self.height - self.bottom, self.top)

    def drawing(self, title: str, description: str, *marks: object) -> Html:
        """The marks in their frame, named and described for those who don't see it."""
        return svg(self.width, self.height, title, description, self._frame(), marks)

    def _frame(self) -> Html:
        end, ground = self.width - self.right, self.height - self.bottom
        grid = [element("line", class_="grid", x1=self.left, x2=end, y1=y, y2=y) for y in map(self.y, self.up.ticks)]
        beside = [_label(self.left - 8, self.y(tick) + 4, self.up.text(tick), "end") for tick in self.up.ticks]
        below = [_label(self.x(tick), ground + 18, self.across.text(tick), "middle") for tick in self.across.ticks]
        axis = element("line", class_="axis", x1=self.left, x2=end, y1=ground, y2=ground)
        titles = [
            _label(0, 12, self.up.title, "start") if self.up.title else None,
            _label(end, self.height - 4, self.across.title, "end") if self.across.title else None,
        ]
        return joined([grid, axis, beside, below, titles])


def svg(width: float, height: float, title: str, description: str, *marks: object) -> Html:
    """A drawing that says what it is."""
    return element(
        "svg",
        element("title", title),
        element("desc", description),
        marks,
        role="img",
        viewBox=f"0 0 {width:g} {height:g}",
        width=f"{width:g}",
        height=f"{height:g}",
    )


def label(x: float, y: float, text: str, anchor: str = "start", style: str | None = None) -> Html:
    """A short text at a place."""
    return _label(x, y, text, anchor, style)


def _label(x: float, y: float, text: str, anchor: str, style: str | None = None) -> Html:
    return element("text", text, x=float(x), y=float(y), text_anchor=anchor, class_=style)


def _ticks(first: int, last: int, step: float) -> tuple[float, ...]:
    return tuple(float(f"{place * step:.15g}") for place in range(first, last + 1))


def _step(least: float) -> float:
    """The first round number from here on."""
    power = 10.0 ** floor(log10(least))
    return next(factor * power for factor in _STEPS if factor * power >= least * (1 - 1e-9))
