"""Numbers out of text, by one strict rule for whole columns and for single values."""

from __future__ import annotations

import re
from math import isfinite
from typing import NamedTuple

import polars as pl

MISSING_WORDS = frozenset({"", "?", "-", "--", ".", "na", "n/a", "#n/a", "nan", "-nan", "null", "\\n", "none", "missing"})
"""What stands in a column of numbers where there is none, in any case."""

INFINITE_WORDS = frozenset({"inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"})
"""What is a number to Python, and nothing that can be learned from: missing too, and said."""

BLANKS = "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Unicode calls white space; around a value it is no part of it."""

WHOLE = r"^[+-]?[0-9]+$"
LEADING_ZERO = r"^[+-]?0[0-9]"
"""A name that is written in digits: a post code, a number of a house."""

EXACT = 1 << 53
"""Whole numbers from here on are not exact as floats: they name things, and stay text."""

_PLAIN = {
    ".": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$",
    ",": r"^[+-]?([0-9]+(,[0-9]*)?|,[0-9]+)([eE][+-]?[0-9]+)?$",
}
_GROUPED = {
    ".": r"^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$",
    ",": r"^[+-]?[0-9]{1,3}(\.[0-9]{3})+(,[0-9]+)?$",
}
_READ = re.compile(_PLAIN["."])


def read_number(text: str) -> float | None:
    """The number a text is; None where it says that there is none, or that it is infinite.

    >>> read_number(" 1.5e3 "), read_number("?"), read_number("-inf")
    (1500.0, None, None)
    >>> read_number("1,5")
    Traceback (most recent call last):
    ValueError: '1,5' is no number
    """
    text = text.strip(BLANKS)
    if _READ.match(text):
        number = float(text)
        return number if isfinite(number) else None
    if text.lower() in MISSING_WORDS | INFINITE_WORDS:
        return None
    raise ValueError(f"{text!r} is no number")


class Numbers(NamedTuple):
    """A column of text read as numbers: the values, and which texts are none of the known ways to write one."""

    values: pl.Series
    """Float64; null where there is no number."""
    wrong: pl.Series
    """True where a text is neither a number nor a word for a missing one."""
    infinite: pl.Series
    """True where the number is too large, or said to be infinite."""


def read_numbers(texts: pl.Series, decimal: str = ".", *, grouped: bool = False) -> Numbers:
    """A column of stripped texts as numbers; `grouped` allows thousands to be set apart (`1,234.5`).

    >>> read_numbers(pl.Series(["1", "x", "NaN", "1e999"])).values.to_list()
    [1.0, None, None, None]
    """
    good = is_number(texts, decimal, grouped=grouped)
    lower = texts.str.to_lowercase()
    marked = lower.is_in(list(MISSING_WORDS | INFINITE_WORDS))
    plain = texts
    if grouped:
        plain = plain.str.replace_all("," if decimal == "." else ".", "", literal=True)
    if decimal == ",":
        plain = plain.str.replace(",", ".", literal=True)
    values = plain.set((~good).fill_null(True), None).cast(pl.Float64, strict=False)
    too_large = values.is_infinite().fill_null(False)
    infinite = too_large | lower.is_in(list(INFINITE_WORDS)).fill_null(False)
    return Numbers(values.set(too_large, None), ~(good | marked).fill_null(True), infinite)


def is_number(texts: pl.Series, decimal: str, *, grouped: bool = False) -> pl.Series:
    """Which texts are numbers with this decimal mark.

    >>> is_number(pl.Series(["1.5", "1,5", "1.234,5"]), ",", grouped=True).to_list()
    [False, True, True]
    """
    plain = texts.str.contains(_PLAIN[decimal])
    return plain | texts.str.contains(_GROUPED[decimal]) if grouped else plain
