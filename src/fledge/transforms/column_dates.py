"""Dates out of text, and the parts of a date that say something."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, shown
from fledge.core.log import log
from fledge.transforms.column_numbers import BLANKS

DatePart = Literal["days", "day", "day of year", "time of day", "month", "weekday", "hour"]

DATE_MEASURES: tuple[DatePart, ...] = ("days", "day", "day of year", "time of day")
"""Parts of a date that are numbers; "days" count from 1970."""

DATE_KINDS: tuple[DatePart, ...] = ("month", "weekday", "hour")
"""Parts of a date that are kinds of days and hours."""

_TIMES = ("", " %H:%M:%S", " %H:%M", " %H:%M:%S%.f", "T%H:%M:%S", "T%H:%M", "T%H:%M:%S%.f")
_ISO = (*(f"%Y-%m-%d{time}" for time in _TIMES), *(f"%Y-%m-%d{time}%#z" for time in _TIMES[1:]))
_SURE = (*_ISO, *(f"{day}{time}" for day in ("%Y/%m/%d", "%d.%m.%Y") for time in _TIMES))
_EITHER_WAY = tuple((f"%d{mark}%m{mark}%Y{time}", f"%m{mark}%d{mark}%Y{time}") for mark in ("/", "-") for time in _TIMES)
_PLAIN_ISO = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{6})?)?)?$")
FIRST_DAY = date(1970, 1, 1).toordinal()
_LOOKS_LIKE = r"^[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}([ T][0-9:.]+)?(Z|[+-][0-9:]+)?$"


class AmbiguousDates(ValueError):
    """Days and months that may be meant the other way round, with nothing in the column to tell."""


def read_dates(texts: pl.Series) -> tuple[pl.Series, str] | None:
    """A column of texts as moments (UTC, without a zone) and the form they were written in, if every one is a date.

    >>> read_dates(pl.Series(["31/12/2024", "01/02/2025"]))[1]
    '%d/%m/%Y'
    >>> read_dates(pl.Series(["01/02/2025"]))
    Traceback (most recent call last):
    fledge.transforms.column_dates.AmbiguousDates: '01/02/2025' may be %d/%m/%Y or %m/%d/%Y
    """
    known = texts.drop_nulls()
    if not len(known) or not known.head(100).str.contains(_LOOKS_LIKE).all():
        return None
    some = known.head(100)
    for form in _SURE:
        if parsed(some, form).null_count() == 0 and parsed(known, form).null_count() == 0:
            return parsed(texts, form), form
    for forms in _EITHER_WAY:
        fitting = [form for form in forms if parsed(some, form).null_count() == 0 and parsed(known, form).null_count() == 0]
        if len(fitting) == 2 and not parsed(known, forms[0]).equals(parsed(known, forms[1])):
            raise AmbiguousDates(f"{known[0]!r} may be {forms[0]} or {forms[1]}")
        if fitting:
            return parsed(texts, fitting[0]), fitting[0]
    return None


def parsed(texts: pl.Series, form: str) -> pl.Series:
    """Texts as moments, null where they are not written so."""
    if "%#z" in form:
        zoned = texts.str.replace("Z$", "+00:00").str.to_datetime(form, strict=False, time_unit="us")
        return zoned.dt.replace_time_zone(None)
    return texts.str.to_datetime(form, strict=False, time_unit="us")


def with_dates(
    frame: pl.DataFrame, forms: Mapping[str, str], *, leave: Sequence[str] = ()
) -> tuple[pl.DataFrame, dict[str, str]]:
    """The frame with texts that are dates as moments, and how each such column was written; `forms` says it of some."""
    found = {}
    for column in frame:
        if column.name in forms:
            frame = frame.with_columns(_as_said(column, forms[column.name]))
            found[column.name] = forms[column.name]
        elif column.dtype == pl.String and column.name not in leave:
            try:
                dates = read_dates(column)
            except AmbiguousDates as error:
                log.warning("%s: %s, so it is not read as a date; dates={%r: ...} says which", column.name, error, column.name)
                continue
            if dates is not None:
                frame = frame.with_columns(dates[0])
                found[column.name] = dates[1]
    return frame, found


def _as_said(column: pl.Series, form: str) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        return column
    dates = parsed(column.cast(pl.String), form)
    wrong = column.filter(dates.is_null() & column.is_not_null())
    if len(wrong):
        raise DataError(f"the column {shown(column.name)} holds {shown(wrong[0])}, which is not written as {shown(form)}")
    return dates


def moment(value: Any, form: str) -> datetime:
    """One date as people give it: a date or time object, or text in the known form or that of ISO 8601.

    >>> moment("31.12.2024", "%d.%m.%Y"), moment("2024-12-31", "%d.%m.%Y")
    (datetime.datetime(2024, 12, 31, 0, 0), datetime.datetime(2024, 12, 31, 0, 0))
    """
    if isinstance(value, datetime):
        plain = datetime(*value.timetuple()[:6], value.microsecond, tzinfo=value.tzinfo)  # pandas has a class of its own
        return plain.astimezone(UTC).replace(tzinfo=None) if plain.tzinfo else plain
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, np.datetime64):
        return moment(value.astype("datetime64[us]").item(), form)
    if isinstance(value, str):
        plain_text = value.strip(BLANKS)
        if form in ("", *_ISO) and _PLAIN_ISO.match(plain_text):  # far quicker for a single text
            with suppress(ValueError):
                return datetime.fromisoformat(plain_text)
        text = pl.Series([plain_text])
        for each in dict.fromkeys((form, *_ISO)):
            if each and (found := parsed(text, each)[0]) is not None:
                return datetime.fromisoformat(str(found))
    raise DataError(f"{shown(value)} is no date", hint="write dates as 2024-12-31, or pass datetime objects")


def part_of_one(when: datetime, part: DatePart) -> float:
    """One part of one moment.

    >>> [part_of_one(datetime(1970, 1, 2, 18, 30), part) for part in ("days", "weekday", "time of day")]
    [1.0, 5.0, 18.5]
    """
    match part:
        case "days":
            return float(when.toordinal() - FIRST_DAY)
        case "day of year":
            return float(when.timetuple().tm_yday)
        case "time of day":
            return (when.hour * 3600 + when.minute * 60 + when.second) / 3600
        case "weekday":
            return float(when.isoweekday())
        case "day" | "month" | "hour":
            return float(getattr(when, part))


def part_of(moments: pl.Series, part: DatePart) -> NDArray[np.float64]:
    """One part of each moment as a number, nan where there is none; "days" count from 1970."""
    day = moments.dt.date().cast(pl.Int32).cast(pl.Float64)
    seconds = moments.dt.hour().cast(pl.Int32) * 3600 + moments.dt.minute().cast(pl.Int32) * 60 + moments.dt.second()
    found = {
        "days": lambda: day,
        "day": moments.dt.day,
        "day of year": moments.dt.ordinal_day,
        "time of day": lambda: _hours(seconds),
        "month": moments.dt.month,
        "weekday": moments.dt.weekday,
        "hour": moments.dt.hour,
    }[part]()
    return found.cast(pl.Float64).fill_null(float("nan")).to_numpy()


def _hours(seconds: pl.Series) -> pl.Series:
    """Seconds as hours, divided as Python divides: polars multiplies by 1/3600, whose last bit differs."""
    return pl.Series(seconds.cast(pl.Float64).fill_null(float("nan")).to_numpy() / 3600)
