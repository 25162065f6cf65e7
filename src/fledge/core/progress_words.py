"""How far something has come, in words and rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from textwrap import wrap
from typing import final

from fledge.core.screen import clean, columns

Value = float | int | str | None
Row = Mapping[str, Value]


@final
@dataclass
class Standing:
    """Where the work is: so much of `total` is `done`, and what else is to be said about it."""

    title: str = ""
    total: int | None = None
    done: int = 0
    left: float | None = None
    """Seconds, by the speed so far."""
    fields: Row = field(default_factory=dict)

    @property
    def share(self) -> float | None:
        """How much is done, from 0 to 1."""
        return min(self.done / self.total, 1.0) if self.total else None

    def pieces(self) -> list[str]:
        """What there is to say, the most important first.

        >>> Standing("epoch 1/5", 200, 50, left=72, fields={"loss": 0.5}).pieces()
        ['epoch 1/5', '25 %', '1:12 left', 'loss 0.5000']
        >>> Standing("random forest").pieces()
        ['random forest']
        """
        amount = [f"{int(100 * self.share)} %"] if self.share is not None else [f"{self.done:,}"] if self.done else []
        left = [] if self.left is None else [f"{clock(self.left)} left"]
        return [clean(self.title), *amount, *left, *(f"{clean(name)} {in_short(each)}" for name, each in self.fields.items())]


@final
class Table:
    """Rows as lines, each as it comes: in columns, or in pairs of name and value where the columns don't fit.

    >>> Table().lines({"epoch": 0, "loss": 0.25}, 80)
    ['epoch    loss', '    0  0.2500']
    >>> Table().lines({"epoch": 0, "loss": 0.25}, 12)
    ['epoch 0,', 'loss 0.2500']
    """

    def __init__(self, *, coloured: bool = False) -> None:
        self._widths: dict[str, int] = {}
        self._bold = ("\x1b[1m", "\x1b[0m") if coloured else ("", "")

    def lines(self, row: Row, width: int) -> list[str]:
        """The row's lines, below their heads where they have other columns than the row before."""
        texts = {clean(name): in_short(value) for name, value in row.items()}
        begins = texts.keys() != self._widths.keys()
        if begins:
            self._widths = {name: max(columns(name), columns(text)) for name, text in texts.items()}
        if sum(self._widths.values()) + 2 * len(texts) - 2 > width:
            return _pairs(texts, max(width, 1))
        line = "  ".join(text.rjust(self._widths[name]) for name, text in texts.items())
        if not begins:
            return [line]
        return ["  ".join(name.rjust(self._widths[name]) for name in texts).join(self._bold), line]


def _pairs(texts: Mapping[str, str], width: int) -> list[str]:
    """Names with their values, as many a line as fit; a name and its value stay together."""
    pairs = ", ".join(f"{name} {text}".replace(" ", "\xa0") for name, text in texts.items())
    return [line.replace("\xa0", " ") for line in wrap(pairs, width)]


def clock(seconds: float) -> str:
    """A length of time in short.

    >>> clock(0.8), clock(72), clock(3700)
    ('0.8 s', '1:12', '1:01:40')
    """
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def in_short(value: Value) -> str:
    """A value as it stands in a table.

    >>> in_short(0.123456), in_short(1234.5678), in_short(3), in_short(None)
    ('0.1235', '1235', '3', '-')
    """
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return "-"
    if isinstance(value, float):
        return f"{value:.4f}" if value == 0 or 0.001 <= abs(value) < 100 else f"{value:.4g}"
    return clean(value)
