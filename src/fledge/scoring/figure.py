"""A held-back figure, with how many examples it stands on and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import NormalDist
from typing import Self, final

from fledge.core.errors import DataError

SURE = 0.95
"""How sure every interval is."""

_Z = NormalDist().inv_cdf(0.5 + SURE / 2)


@final
@dataclass(frozen=True)
class Figure:
    """A value measured on `count` held-back examples, and the interval that holds the true one 95 times of 100.

    `low` and `high` are missing where the examples are too few to say. A `share` is read as a percentage.

    >>> print(Figure.of_share(146, 150))
    97.3 % of 150 (93.3 to 99.0 %)
    >>> print(Figure.of_share(82, 82))
    100.0 % of 82 (above 95.5 %)
    """

    value: float
    count: int
    low: float | None = None
    high: float | None = None
    share: bool = False

    @classmethod
    def of_share(cls, right: float, count: int) -> Self:
        """How many out of `count`, with Wilson's interval, which holds for few examples and for all right alike.

        `right` may add up parts of examples, such as the share of tags right in each: the interval is then on the safe side.
        """
        _need_examples(count)
        value = right / count
        low, high = wilson(value, count)
        return cls(value, count, low, high, share=True)

    @classmethod
    def of_mean(cls, mean: float, deviation: float, count: int) -> Self:
        """The mean of one number an example, from the standard deviation between examples (Student's interval)."""
        _need_examples(count)
        if count == 1 or not isfinite(deviation):
            return cls(mean, count)
        reach = student(count - 1) * deviation / sqrt(count)
        return cls(mean, count, mean - reach, mean + reach)

    @property
    def interval(self) -> str:
        """The interval in words.

        >>> Figure(0.5, 10, 0.25, 0.75).interval
        '0.25 to 0.75'
        """
        if self.low is None or self.high is None:
            return "too few to say how sure"
        unit = " %" if self.share else ""
        if self.share and self.high >= 1:
            return f"above {self._text(self.low)}{unit}"
        if self.share and self.low <= 0:
            return f"below {self._text(self.high)}{unit}"
        return f"{self._text(self.low)} to {self._text(self.high)}{unit}"

    def __str__(self) -> str:
        of = f"{self._text(self.value)} % of" if self.share else f"{self._text(self.value)} on"
        return f"{of} {self.count:,} ({self.interval})"

    def _text(self, value: float) -> str:
        return f"{100 * value:.1f}" if self.share else f"{value:.4g}"


def wilson(share: float, count: int) -> tuple[float, float]:
    """Wilson's interval for a share of `count` examples.

    >>> low, high = wilson(1.0, 82)
    >>> round(low, 4), high
    (0.9552, 1.0)
    """
    square = _Z * _Z / count
    middle = share + square / 2
    reach = _Z * sqrt(share * (1 - share) / count + square / (4 * count))
    # At the ends the interval ends there exactly; rounding must not say otherwise.
    low = 0.0 if share == 0 else (middle - reach) / (1 + square)
    high = 1.0 if share == 1 else (middle + reach) / (1 + square)
    return low, high


def student(freedom: int) -> float:
    """How many standard errors the interval reaches to each side, for a mean with so many degrees of freedom.

    >>> round(student(10), 3), round(student(1000), 3)
    (2.228, 1.962)
    """
    if freedom <= len(_STUDENT):
        return _STUDENT[freedom - 1]
    # Cornish and Fisher's expansion, right to four digits from here on.
    z, cube, fifth, seventh = _Z, _Z**3, _Z**5, _Z**7
    first = (cube + z) / 4
    second = (5 * fifth + 16 * cube + 3 * z) / 96
    third = (3 * seventh + 19 * fifth + 17 * cube - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3


_STUDENT: Sequence[float] = (12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469)


def _need_examples(count: int) -> None:
    if count < 1:
        raise DataError("there are no held-back examples to measure on", hint="hold some back: RandomSplitter(valid_pct=0.2)")
