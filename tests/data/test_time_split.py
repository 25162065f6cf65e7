"""The latest rows held back."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from fledge.core.errors import DataError, UsageError
from fledge.data.time_split import TimeSplitter
from fledge.transforms.row_frame import Rows


@pytest.mark.parametrize(
    "moments",
    [
        [3, 1, 2, 5, 4],
        [date(2024, 1, day) for day in (3, 1, 2, 5, 4)],
        ["2024-01-03", "2024-01-01", "2024-01-02", "2024-01-05", "2024-01-04"],
    ],
)
def test_the_latest_share_is_held_back_however_time_is_written(moments: list[object]) -> None:
    rows = [{"when": moment} for moment in moments]
    assert TimeSplitter("when", 0.4)(rows) == ([0, 1, 2], [3, 4])
    assert TimeSplitter("when", 0.4)(Rows(pl.DataFrame(rows))) == ([0, 1, 2], [3, 4])


def test_rows_of_one_moment_stay_together() -> None:
    assert TimeSplitter("t", 0.2)([{"t": t} for t in (1, 2, 2, 2)]) == ([0], [1, 2, 3])
    assert TimeSplitter("t", 0.9)([{"t": t} for t in (1, 1, 1, 2)]) == ([0, 1, 2], [3])


def test_rows_that_no_time_divides_are_refused() -> None:
    with pytest.raises(DataError, match="same 't'"):
        TimeSplitter("t")([{"t": 1}, {"t": 1}])
    with pytest.raises(DataError, match="row 1 has no 't'"):
        TimeSplitter("t")([{"t": 1}, {"t": None}])
    with pytest.raises(DataError, match="a date or a number"):
        TimeSplitter("t")([{"t": "a"}, {"t": "b"}])
    with pytest.raises(UsageError, match="no share"):
        TimeSplitter("t", 1.5)
