"""Answers as frames."""

from __future__ import annotations

import pandas as pd
import polars as pl
import pyarrow as pa

from fledge.data.frames import answers_like
from fledge.tasks.answer import Label, Numbers

ANSWERS = [Label("cat", 0.75, {"cat": 0.75, "dog": 0.25}), Label("dog", 1.0, {"cat": 0.0, "dog": 1.0}, warnings=("age: new",))]
ROWS = {"age": [1, 2]}


def test_a_frame_in_is_a_frame_of_its_kind_out() -> None:
    given = pd.DataFrame(ROWS, index=["x", "y"])
    assert answers_like(given, ANSWERS).index.tolist() == ["x", "y"]
    assert isinstance(answers_like(pl.DataFrame(ROWS), ANSWERS), pl.DataFrame)
    assert isinstance(answers_like(pl.LazyFrame(ROWS), ANSWERS), pl.DataFrame)
    assert isinstance(answers_like(pa.table(ROWS), ANSWERS), pa.Table)


def test_parts_of_an_answer_stand_in_columns() -> None:
    assert answers_like(pl.DataFrame(ROWS), ANSWERS).to_dicts() == [
        {"answer": "cat", "probability": 0.75, "probability of cat": 0.75, "probability of dog": 0.25, "warnings": None},
        {"answer": "dog", "probability": 1.0, "probability of cat": 0.0, "probability of dog": 1.0, "warnings": "age: new"},
    ]
    several = [Numbers((1.0, 2.0), ("width", "height"))] * 2
    assert answers_like(pl.DataFrame(ROWS), several).columns == ["width", "height"]
