"""Rows of a table inside an exported graph: from the values of columns to the numbers that the network takes."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from fledge.transforms.row_columns import FIRST, MISSING, UNKNOWN, CategoryColumn, NumberColumn, Part
from fledge.transforms.row_reading import RowReading

_DAY = 86_400
_MOST_HOURS = 32
"""Parts of dates that are names (months, weekdays, hours) are all below."""


class RowGraph(nn.Module):
    """A tensor (batch,) for each column to encoded rows (batch, width).

    A column of names comes as their places, of numbers as float64 with NaN for none, of dates as seconds since 1970.
    """

    def __init__(self, reading: RowReading) -> None:
        super().__init__()
        self.reading = reading
        for place, number in enumerate(reading.numbers):
            self.register_buffer(f"knots{place}", torch.tensor(number.knots, dtype=torch.float64))
        for place, category in enumerate(reading.categories):
            if category.part != "value":
                found = [category.places.get(str(name), UNKNOWN) for name in range(_MOST_HOURS)]
                self.register_buffer(f"places{place}", torch.tensor(found, dtype=torch.float32))

    def forward(self, *columns: Tensor) -> Tensor:
        given = dict(zip(self.reading.sources, columns, strict=True))
        places = [self._place(at, each, given[each.source]) for at, each in enumerate(self.reading.categories)]
        numbers = [_part_of(given[each.source], each.part) for each in self.reading.numbers]
        positions = [
            self._position(at, each, n) for at, (each, n) in enumerate(zip(self.reading.numbers, numbers, strict=True))
        ]
        flags = [number.isnan().float() for each, number in zip(self.reading.numbers, numbers, strict=True) if each.gaps]
        return torch.stack([*places, *positions, *flags], 1)

    def _place(self, at: int, column: CategoryColumn, given: Tensor) -> Tensor:
        if column.part == "value":
            return given.float()
        part = _part_of(given, column.part)
        known = getattr(self, f"places{at}")[part.nan_to_num(0.0).long()]
        return torch.where(part.isnan(), float(MISSING), known)

    def _position(self, at: int, column: NumberColumn, number: Tensor) -> Tensor:
        knots: Tensor = getattr(self, f"knots{at}")
        if len(knots) == 1:
            return torch.zeros_like(number, dtype=torch.float32)
        # How far it has come along each stretch between two knots: 1 behind it, 0 before it.
        passed = ((number.nan_to_num(0.0)[:, None] - knots[:-1]) / (knots[1:] - knots[:-1])).clamp(0, 1).sum(1)
        return torch.where(number.isnan(), column.fill, passed).float()


def places_of(column: CategoryColumn) -> dict[str, int]:
    """The place of each name, the blank one being what is missing; all others are unknown."""
    return {"": MISSING} | {name: place for place, name in enumerate(column.names, start=FIRST)}


def _part_of(seconds: Tensor, part: Part) -> Tensor:
    """A part of moments (seconds since 1970) as a number, NaN where there is no moment; by reckoning days alone."""
    if part == "value":
        return seconds
    whole = seconds.nan_to_num(0.0).floor()
    days = (whole / _DAY).floor()
    rest = whole - days * _DAY
    found = _of_day(rest, part) if part in ("time of day", "hour") else _of_date(days, part)
    return torch.where(seconds.isnan(), seconds, found)


def _of_day(seconds: Tensor, part: Part) -> Tensor:
    return seconds / 3600 if part == "time of day" else (seconds / 3600).floor()


def _of_date(days: Tensor, part: Part) -> Tensor:
    if part == "days":
        return days
    if part == "weekday":
        return (days + 3) - ((days + 3) / 7).floor() * 7 + 1
    # Years are counted from March of the year 0, so that a day that is added comes last.
    since = days + 719_468
    era = (since / 146_097).floor()
    of_era = since - era * 146_097
    year = ((of_era - (of_era / 1460).floor() + (of_era / 36_524).floor() - (of_era / 146_096).floor()) / 365).floor()
    of_year = of_era - (365 * year + (year / 4).floor() - (year / 100).floor())
    shifted = ((5 * of_year + 2) / 153).floor()
    month = torch.where(shifted < 10, shifted + 3, shifted - 9)
    if part == "month":
        return month
    if part == "day":
        return of_year - ((153 * shifted + 2) / 5).floor() + 1
    civil = year + era * 400 + (month <= 2)
    leap = (_divides(4, civil) & ~_divides(100, civil)) | _divides(400, civil)
    return torch.where(month > 2, of_year + 60 + leap.double(), of_year - 305)


def _divides(by: int, number: Tensor) -> Tensor:
    return number == (number / by).floor() * by
