"""Numbers as people read them."""

from __future__ import annotations

from math import isfinite

from fledge.core.words import in_words
from fledge.scoring.figure import Figure


def duration(seconds: float) -> str:
    """A time.

    >>> duration(0.0042), duration(4.06), duration(75), duration(7300)
    ('4.2 ms', '4.1 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds < 0.00005:
        return "< 0.1 ms"
    if seconds < 0.0995:
        return f"{1000 * seconds:.1f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def size(count: int) -> str:
    """A number of bytes.

    >>> size(512), size(45_000), size(8_900_000)
    ('512 bytes', '45 kB', '8.9 MB')
    """
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 999_500 else f"{count / 1e6:,.1f} MB"


def value(figure: Figure) -> str:
    """A figure without its count and interval.

    >>> value(Figure.of_share(146, 150)), value(Figure(0.87123, 20))
    ('97.3 %', '0.8712')
    """
    return one(figure.value, share=figure.share)


def one(number: float, *, share: bool) -> str:
    """A number, or a share as a percentage."""
    return f"{100 * number:.1f} %" if share else plain(number)


def plain(number: float) -> str:
    """A number with four digits that count, or all before the point.

    >>> plain(0.123456), plain(23671.2), plain(float("nan"))
    ('0.1235', '23,671', 'not a number')
    """
    if not isfinite(number):
        return "not a number"
    return f"{number:,.0f}" if 1000 <= abs(number) < 1e15 else f"{number:.4g}"


def target(value: object) -> str:
    """A target or a prediction: numbers as above, anything else as the rest of fledge says it."""
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, tuple) and value and all(isinstance(each, float) for each in value):
        return ", ".join(map(plain, value))
    return in_words(value)


def several(count: int, noun: str) -> str:
    """A count with its noun, which is given in the plural; a single one of words in -s loses it.

    >>> several(1, "photos"), several(1200, "photos")
    ('1 photo', '1,200 photos')
    """
    return f"{count:,} {noun.removesuffix('s') if count == 1 else noun}"
