"""What columns are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.transforms.column_kinds import kinds_of

COUNT = 40


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("age", list(range(20, 60)), "number"),
        ("flag", [0, 1] * 20, "number"),
        ("sex", ["f", "m"] * 20, "category"),
        ("vip", [True, False] * 20, "category"),
        ("when", [datetime(2024, 1, day + 1) for day in range(20)] * 2, "date"),
        ("note", [f"the bird number {n} sang" for n in range(COUNT)], "text"),
        ("row", list(range(COUNT)), "id"),
        ("customer_id", [n * 7 for n in range(COUNT)], "id"),
        ("ticket", [f"A{n}" for n in range(COUNT)], "id"),
        ("planet", ["earth"] * COUNT, "constant"),
        ("nothing", [None] * COUNT, "constant"),
        ("seldom", ["yes", None] * 20, "category"),
    ],
)
def test_a_column_is_known_by_its_values(name: str, values: list[Any], kind: str) -> None:
    found = kinds_of(pl.DataFrame({name: values}, strict=False))[0]
    assert found.kind == kind, found
    assert found.reason


def test_what_was_said_of_a_column_counts() -> None:
    frame = pl.DataFrame({"zip": [1, 2, 3], "row": [0, 1, 2]})
    assert [each.kind for each in kinds_of(frame, cat_names=["zip"], cont_names=["row"])] == ["category", "number"]


def test_mistakes_in_what_was_said_are_named() -> None:
    frame = pl.DataFrame({"zip": [1, 2], "name": ["a", "b"]})
    with pytest.raises(UnknownName, match="did you mean 'zip'"):
        kinds_of(frame, cat_names=["zipp"])
    with pytest.raises(UsageError, match="as a category and as a number"):
        kinds_of(frame, cat_names=["zip"], cont_names=["zip"])
    with pytest.raises(DataError, match="'name' was named as a number and holds 'a'"):
        kinds_of(frame, cont_names=["name"])
