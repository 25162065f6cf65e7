"""What is learned of one column of a table, and how its values become numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Annotated, Any, Literal, Self, final

import msgspec
import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, UsageError, shown
from fledge.transforms.column_dates import FIRST_DAY, moment, parsed, part_of, part_of_one
from fledge.transforms.column_numbers import BLANKS, read_number, read_numbers
from fledge.transforms.row_frame import value_text

Part = Literal["value", "days", "day", "day of year", "time of day", "month", "weekday", "hour"]
"""A whole value, or a part of a date."""

MISSING, UNKNOWN, FIRST = 0, 1, 2
"""The places of a category: no value, one that was not learned, and from here on those that were."""

MOST_NAMES = 20_000
"""So many values of a category are told apart, the most frequent ones."""

_LONGEST = 1000
_EARLIEST, _LATEST = date.min.toordinal() - FIRST_DAY, date.max.toordinal() - FIRST_DAY
_NAN = float("nan")

Floats = NDArray[np.float32]


@final
@dataclass(frozen=True)
class CategoryColumn:
    """A column of names, each as its place: 0 is missing, 1 is unknown, the learned ones follow.

    >>> breed = CategoryColumn.learn(pl.Series("breed", ["pug", "pug", "lab", None]), least=1)
    >>> breed.place("lab"), breed.place("wolf"), breed.place(None)
    (2, 1, 0)
    """

    source: str
    names: tuple[str, ...]
    part: Part = "value"
    form: str = ""
    gaps: bool = False
    """Whether values were missing in training."""

    def __post_init__(self) -> None:
        if len(set(self.names)) < len(self.names):
            raise UsageError(f"the category {shown(self.source)} has a name twice")

    @classmethod
    def learn(cls, column: pl.Series, *, part: Part = "value", form: str = "", least: int = 2) -> Self:
        """The values on `least` rows or more, in order; a rarer one is unknown, so that there is a place for what is new."""
        texts = category_texts(column) if part == "value" else _part_texts(column, part)
        known = texts.drop_nulls()
        counts = known.value_counts(name="times").filter(pl.col("times") >= min(least, max(1, len(known) // 2)))
        counts = counts.sort(["times", column.name], descending=[True, False]).head(MOST_NAMES)
        kept = [name for name in counts[column.name].to_list() if len(name) <= _LONGEST and "\0" not in name]
        numbers = part != "value" or all(name.lstrip("-").isdecimal() for name in kept)
        ordered = sorted(kept, key=lambda name: (int(name) if numbers else 0, name))
        return cls(column.name, tuple(ordered), part, form, bool(texts.null_count()))

    @property
    def slots(self) -> int:
        """How many places there are."""
        return len(self.names) + FIRST

    @property
    def label(self) -> str:
        """What to call it."""
        return self.source if self.part == "value" else f"{self.source} {self.part}"

    def place(self, value: Any) -> int:
        """The place of one value."""
        text = self.text(value)
        return MISSING if text is None else self.places.get(text, UNKNOWN)

    def text(self, value: Any) -> str | None:
        """One value as the name it is, or nothing where it is missing."""
        if is_gap(value):
            return None
        if self.part != "value":
            return str(int(part_of_one(moment_of(self.source, value, self.form), self.part)))
        if not isinstance(value, str | int | float | np.number | np.bool_):
            raise wrong(self.source, value, "a name")
        return value_text(value)

    def column(self, column: pl.Series) -> Floats:
        """The places of a whole column."""
        texts = category_texts(column) if self.part == "value" else _part_texts(moments_of(column, self.form), self.part)
        if not self.names:
            return np.where(texts.is_null().to_numpy(), MISSING, UNKNOWN).astype(np.float32)
        places = range(FIRST, self.slots)
        found = texts.replace_strict(list(self.names), list(places), default=UNKNOWN, return_dtype=pl.Float32).to_numpy().copy()
        found[texts.is_null().to_numpy()] = MISSING
        return found

    def name_at(self, place: float) -> str | None:
        """The way back."""
        return None if place < UNKNOWN else "(unknown)" if place < FIRST else self.names[int(place) - FIRST]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each name's place."""
        return {name: place + FIRST for place, name in enumerate(self.names)}


@final
@dataclass(frozen=True)
class NumberColumn:
    """A column of numbers, each as its position between `knots`, which lie where the training values lie.

    A missing number stands where the median does, and is flagged where training had such.

    >>> age = NumberColumn("age", knots=(10.0, 20.0, 40.0), fill=1.0)
    >>> age.position(30.0), age.position(None), age.position(99)
    (1.5, 1.0, 2.0)
    """

    source: str
    knots: Annotated[tuple[float, ...], msgspec.Meta(min_length=1, max_length=257)]
    fill: float
    """The position a missing number is given."""
    part: Part = "value"
    form: str = ""
    gaps: bool = False
    """Whether numbers were missing in training."""

    def __post_init__(self) -> None:
        if any(after <= before for before, after in zip(self.knots, self.knots[1:], strict=False)):
            raise UsageError(f"the knots of {shown(self.source)} don't rise")
        if not 0 <= self.fill <= len(self.knots) - 1:
            raise UsageError(f"the filled-in position of {shown(self.source)} lies outside its knots")
        if self.part != "value" and not _EARLIEST <= self.knots[0] <= self.knots[-1] <= _LATEST:
            raise UsageError(f"the knots of {shown(self.label)} are no part of any date")

    @classmethod
    def learn(cls, column: pl.Series, *, part: Part = "value", form: str = "", bins: int = 32) -> Self:
        """Knots at even shares of the training values, or at each value where there are few different ones."""
        values = _values(column, part)
        known = np.sort(values[~np.isnan(values)])
        if not len(known):
            raise DataError(f"the column {shown(column.name)} holds no number to learn from", hint="leave it out")
        knots = _knots_of(known, bins)
        fill = float(_positions(np.array([np.median(known)]), knots)[0])
        return cls(column.name, tuple(knots.tolist()), fill, part, form, len(known) < len(values))

    @property
    def label(self) -> str:
        """What to call it."""
        return self.source if self.part == "value" else f"{self.source} {self.part}"

    def position(self, number: float | None) -> float:
        """The position of one number."""
        return self.fill if number is None else float(_positions(number, self._knots))

    def number(self, value: Any) -> float | None:
        """One value as the number it is, or nothing where it is missing."""
        if is_gap(value):
            return None
        if self.part != "value":
            return part_of_one(moment_of(self.source, value, self.form), self.part)
        if isinstance(value, str):
            try:
                return read_number(value)
            except ValueError:
                raise wrong(self.source, value, "a number") from None
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
            raise wrong(self.source, value, "a number")
        try:
            number = float(value)
        except OverflowError:  # a whole number that no float reaches
            return None
        return number if np.isfinite(number) else None

    def column(self, column: pl.Series) -> tuple[Floats, Floats]:
        """The positions of a whole column, and which of its values are missing."""
        values = _values(numbers_of(column) if self.part == "value" else moments_of(column, self.form), self.part)
        missing = np.isnan(values)
        positions = np.where(missing, self.fill, _positions(values, self._knots))
        return positions.astype(np.float32), missing.astype(np.float32)

    def value_at(self, position: float) -> float:
        """The way back, as near as the knots are."""
        return float(np.interp(position, np.arange(len(self.knots)), self._knots))

    @cached_property
    def _knots(self) -> NDArray[np.float64]:
        return np.asarray(self.knots, np.float64)


def is_gap(value: Any) -> bool:
    """Whether nothing stands there: None, not a number, a blank text."""
    if isinstance(value, str):
        return not value.strip(BLANKS)
    if isinstance(value, float | np.floating):
        return bool(value != value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def category_texts(column: pl.Series) -> pl.Series:
    """A column of any plain kind as names."""
    kind = column.dtype
    if kind == pl.String:
        return column
    if kind.is_integer():
        return column.cast(pl.String)
    if kind.is_float():
        distinct = column.drop_nulls().unique()
        texts = [value_text(value) for value in distinct.to_list()]
        return column.replace_strict(distinct, texts, default=None, return_dtype=pl.String) if texts else column.cast(pl.String)
    if kind == pl.Boolean:
        return column.replace_strict([True, False], ["True", "False"], default=None, return_dtype=pl.String)
    raise DataError(f"the column {shown(column.name)} holds {kind}, and names were learned there", hint="give text or numbers")


def numbers_of(column: pl.Series) -> pl.Series:
    """A column as numbers: as it is, or text read strictly."""
    if column.dtype.is_numeric():
        return column
    if column.dtype != pl.String:
        raise DataError(f"the column {shown(column.name)} holds {column.dtype}, and numbers were learned there")
    found = read_numbers(column)
    if found.wrong.any():
        raise wrong(column.name, column.filter(found.wrong)[0], "a number")
    return found.values


def moments_of(column: pl.Series, form: str) -> pl.Series:
    """A column as moments: as it is, or text in the form that was learned."""
    if isinstance(column.dtype, pl.Datetime) or column.null_count() == len(column):
        return column.cast(pl.Datetime("us"))
    if column.dtype != pl.String:
        raise DataError(f"the column {shown(column.name)} holds {column.dtype}, and dates were learned there")
    found = parsed(column, form) if form else pl.Series(column.name, [None] * len(column), pl.Datetime("us"))
    if found.null_count() == column.null_count():
        return found
    return pl.Series(column.name, [value and moment_of(column.name, value, form) for value in column], pl.Datetime("us"))


def moment_of(source: str, value: Any, form: str) -> datetime:
    """One value of a column of dates."""
    try:
        return moment(value, form)
    except DataError:
        raise wrong(source, value, "a date") from None


def wrong(source: str, value: Any, wanted: str) -> DataError:
    """A value that is of another kind than what the column held in training."""
    return DataError(
        f"the column {shown(source)} holds {shown(value)}, and {wanted} was learned there",
        hint="give None where there is no value",
    )


def _knots_of(known: NDArray[np.float64], bins: int) -> NDArray[np.float64]:
    """A knot at each value that comes up often, the others at even shares of what is left."""
    distinct, times = np.unique(known, return_counts=True)
    if len(distinct) <= bins + 1:
        return distinct
    often = times > len(known) / bins
    rest = np.repeat(distinct[~often], times[~often])
    return np.unique(np.r_[distinct[often], np.quantile(rest, np.linspace(0, 1, bins + 1 - often.sum()))])


def _values(column: pl.Series, part: Part) -> NDArray[np.float64]:
    if part != "value":
        return part_of(column, part)
    values = column.cast(pl.Float64).fill_null(_NAN).to_numpy()
    return np.where(np.isfinite(values), values, _NAN)


def _part_texts(moments: pl.Series, part: Part) -> pl.Series:
    assert part != "value"
    return pl.Series(moments.name, part_of(moments, part)).fill_nan(None).cast(pl.Int64).cast(pl.String)


def _positions(values: Any, knots: NDArray[np.float64]) -> Any:
    """Where values stand among the knots: 0 at the first and below, one more at each knot, in between in proportion."""
    return np.interp(values, knots, np.arange(len(knots), dtype=np.float64))
