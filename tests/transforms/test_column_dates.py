"""Dates out of text, and their parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fledge.core.errors import DataError
from fledge.transforms.column_dates import (
    DATE_KINDS,
    DATE_MEASURES,
    AmbiguousDates,
    moment,
    part_of,
    part_of_one,
    read_dates,
    with_dates,
)


@pytest.mark.parametrize(
    "text",
    [
        "2024-01-31",
        "2024-01-31 00:00",
        "2024-01-31T00:00:00",
        "2024-01-31 00:00:00.000",
        "2024-01-31T01:00:00+01:00",
        "2024-01-31T00:00:00Z",
        "2024/01/31",
        "31.01.2024",
        "31/01/2024",
        "01/31/2024",
        "01-31-2024",
    ],
)
def test_a_date_is_known_by_its_form(text: str) -> None:
    found = read_dates(pl.Series([text, None]))
    assert found is not None
    assert found[0].to_list() == [datetime(2024, 1, 31), None]
    assert moment(text, found[1]) == datetime(2024, 1, 31)


def test_days_and_months_that_may_be_swapped_are_not_guessed(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AmbiguousDates):
        read_dates(pl.Series(["01/02/2024", "03/04/2024"]))
    frame, forms = with_dates(pl.DataFrame({"when": ["01/02/2024", "03/04/2024"]}), {})
    assert frame["when"].dtype == pl.String
    assert forms == {}
    assert "may be %d/%m/%Y or %m/%d/%Y" in caplog.text


def test_a_form_that_was_said_decides() -> None:
    frame, _ = with_dates(pl.DataFrame({"when": ["01/02/2024"]}), {"when": "%d/%m/%Y"})
    assert frame["when"].to_list() == [datetime(2024, 2, 1)]
    with pytest.raises(DataError, match="not written as"):
        with_dates(pl.DataFrame({"when": ["31/31/2024"]}), {"when": "%d/%m/%Y"})


@pytest.mark.parametrize("texts", [["2024-01-31", "soon"], ["2024-13-01"], ["12", "13"], ["1.5", "2.5"], [None]])
def test_what_is_not_all_dates_stays_as_it_is(texts: list[str | None]) -> None:
    assert read_dates(pl.Series(texts, dtype=pl.String)) is None


def test_dates_of_every_make_are_one_moment() -> None:
    summer = timezone(timedelta(hours=2))
    same = [
        datetime(2024, 7, 1),
        date(2024, 7, 1),
        np.datetime64("2024-07-01"),
        datetime(2024, 7, 1, 2, tzinfo=summer),
        datetime(2024, 7, 1, tzinfo=UTC),
        "2024-07-01",
        " 2024-07-01T00:00:00Z ",
    ]
    assert {moment(each, "") for each in same} == {datetime(2024, 7, 1)}


@given(st.datetimes(datetime(1800, 1, 1), datetime(2200, 1, 1)))
@example(datetime(2000, 1, 1, 8, 3, 4))
def test_a_part_of_one_moment_is_that_of_a_column(when: datetime) -> None:
    column = pl.Series([when], dtype=pl.Datetime("us"))
    for part in (*DATE_KINDS, *DATE_MEASURES):
        assert part_of(column, part)[0] == part_of_one(when, part)
