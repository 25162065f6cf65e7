"""Rows inside a graph: names, numbers, and dates by reckoning alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from torch import Tensor

from fledge.transforms.row import Row
from fledge.transforms.row_frame import as_frame
from fledge.transforms.row_graph import places_of
from fledge.transforms.row_reading import RowReading

ROWS = as_frame(
    [
        {
            "kind": ("dog", "cat", None, "emu")[n % 4],
            "age": None if n % 7 == 3 else n / 3,
            "born": f"20{n % 30:02}-{n % 12 + 1:02}-{n % 28 + 1:02} {n % 24:02}:{n % 60:02}:00",
            "flat": 1 + n % 2,
        }
        for n in range(200)
    ]
)


def learned() -> Row:
    frame = ROWS.with_columns(pl.col("born").str.to_datetime("%Y-%m-%d %H:%M:%S"))
    return Row.learn(frame)


def in_graph(row: Row, given: tuple[np.ndarray[Any, Any], ...]) -> Tensor:
    """What the graph makes of arrays, names looked up as its first part does."""
    reading = row.reading(None)
    tensors = []
    for array, (kind, column) in zip(given, reading.kinds.values(), strict=True):
        if kind == "name":
            known = places_of(column)  # type: ignore[arg-type]
            array = np.array([known.get(name, 1) for name in array.reshape(-1).tolist()])
        tensors.append(torch.from_numpy(np.atleast_1d(array)))
    made: Tensor = row.graph()(*tensors)
    return made


@pytest.mark.promise("F2")
def test_a_whole_frame_becomes_what_the_transform_makes_of_it() -> None:
    row = learned()
    assert torch.allclose(in_graph(row, row.reading(None).encode_all(ROWS)), row.encode_all(ROWS), atol=1e-6)


def test_so_does_a_single_row_with_what_was_never_met() -> None:
    row = learned()
    for odd in ({"kind": "yak"}, {"age": 1e9}, {"age": None}, {"born": "1899-02-28"}, {"born": None}, {"flat": "2"}):
        given = {**ROWS.row(5, named=True), **odd}
        assert torch.allclose(in_graph(row, row.reading(None).encode(given))[0], row.encode(given), atol=1e-6), odd


@pytest.mark.promise("F2")
def test_every_part_of_every_day_of_four_centuries_is_that_of_the_calendar() -> None:
    row = learned()
    first = datetime(1799, 12, 31)
    moments = [first + timedelta(days=41 * n, seconds=7919 * n) for n in range(3600)]
    given = [{**ROWS.row(5, named=True), "born": moment} for moment in moments]
    assert torch.allclose(in_graph(row, row.reading(None).encode_all(given)), row.encode_all(given), atol=1e-6)


def test_a_reading_is_read_by_the_names_of_columns() -> None:
    reading = learned().reading(None)
    assert isinstance(reading, RowReading)
    assert set(reading.names) == set(ROWS.columns)
