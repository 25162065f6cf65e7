"""An encoded row as a row again."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
import torch

from fledge.core.errors import UsageError
from fledge.transforms.row import RowBlock
from fledge.transforms.row_again import row_again
from fledge.transforms.row_columns import CategoryColumn, NumberColumn
from fledge.transforms.row_frame import as_frame
from tests.tables import birds

FRAME = birds(200).drop("ring")
EARLY = RowBlock(()).learn(FRAME.filter(pl.col("seen") < datetime(2024, 6, 1)))


def test_what_becomes_of_a_row_becomes_the_same_again() -> None:
    rows = FRAME.filter(pl.col("seen") < datetime(2024, 6, 1)).to_dicts()
    assert {type(value) for value in row_again(EARLY, EARLY.encode(rows[0])).values()} <= {str, float, int, type(None)}
    for row in rows:
        encoded = EARLY.encode(row)
        assert torch.equal(EARLY.encode(row_again(EARLY, encoded)), encoded)


def test_so_does_what_was_cut_off_or_never_met() -> None:
    late = FRAME.filter(pl.col("seen") > datetime(2024, 6, 1)).to_dicts()
    odd = [row | {"place": "moon", "wing": 1e9, "observer": None} for row in late] + [late[0] | {"seen": None, "wing": None}]
    for row in [*late, *odd]:
        encoded = EARLY.encode(row)
        assert torch.equal(EARLY.encode(row_again(EARLY, encoded)), encoded)


def test_numbers_come_back_as_people_write_them() -> None:
    row = FRAME.drop_nulls().row(7, named=True)
    again = row_again(EARLY, EARLY.encode(row))
    assert (again["wing"], again["weight"]) == (row["wing"], row["weight"])


def test_times_come_back_to_the_second() -> None:
    hours = [datetime(2024, 5, 1, 5, 30) + timedelta(minutes=77 * each) for each in range(60)]
    transform = RowBlock(()).learn(as_frame({"at": hours, "at month": ["May", "Mai"] * 30}))
    assert row_again(transform, transform.encode({"at": hours[3], "at month": "Mai"})) == {
        "at": "2024-05-01T09:21:00",
        "at month": "Mai",
    }


def test_parts_of_no_date_are_refused() -> None:
    with pytest.raises(UsageError, match="no part of any date"):
        NumberColumn("at", (0.0, 1e300), 0.0, "days")


def test_a_number_beyond_all_floats_is_none() -> None:
    assert NumberColumn("age", (0.0, 9.0), 0.0).number(10**400) is None
    assert CategoryColumn("code", ("1",)).place(10**400) == 1
