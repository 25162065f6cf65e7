"""Rows of a table as numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fledge.core.errors import DataError, FledgeError, UsageError
from fledge.core.record import pack, unpack
from fledge.transforms.row import Row, RowBlock
from fledge.transforms.row_frame import Rows, as_frame
from fledge.transforms.table import TRANSFORMS
from tests.counts import count

ROWS: list[dict[str, Any]] = [
    {
        "kind": "dog" if n % 3 else "cat",
        "age": None if n % 7 == 0 else float(n),
        "weight": n / 3,
        "born": datetime(2020, 1 + n % 12, 1 + n % 28),
        "code": n % 4,
    }
    for n in range(60)
]
ROW = RowBlock((), cat_names=["code"]).learn(as_frame(ROWS))
ANSWERED = {**ROWS[1]}


def test_a_row_becomes_places_positions_and_flags() -> None:
    assert [each.label for each in ROW.categories] == ["kind", "born month", "born weekday", "code"]
    assert [each.label for each in ROW.numbers] == ["age", "weight", "born days", "born day", "born day of year"]
    assert [each.label for each in ROW.flagged] == ["age"]
    assert ROW.encode(ROWS[1]).shape == (ROW.width,) == (10,)


@pytest.mark.promise("F1")
def test_rows_alone_in_a_list_and_in_frames_are_the_same_bits() -> None:
    alone = torch.stack([ROW.encode(row) for row in ROWS])
    frame = pl.DataFrame(ROWS)
    for together in (ROWS, frame, frame.lazy(), Rows(as_frame(frame)), pd.DataFrame(ROWS), frame.to_arrow(), frame[:, ::-1]):
        assert torch.equal(ROW.encode_all(together), alone), type(together)


def test_decode_gives_the_row_again() -> None:
    found = ROW.decode(ROW.encode(ROWS[1]))
    assert (found["kind"], found["code"], found["born month"]) == ("dog", "1", "2")
    assert found["age"] == pytest.approx(1.0)
    assert ROW.decode(ROW.encode(ROWS[0]))["age"] is None


def test_what_was_learned_is_saved_and_read_again() -> None:
    read = unpack(pack(ROW, TRANSFORMS), TRANSFORMS, "model")
    assert torch.equal(read.encode_all(ROWS), ROW.encode_all(ROWS))
    assert read == ROW


@pytest.mark.promise("C7")
def test_what_was_never_met_is_unknown_and_said() -> None:
    row = {**ANSWERED, "kind": "dgo", "weight": None, "code": 9}
    assert ROW.encode(row)[[0, 3]].tolist() == [1.0, 1.0]
    assert ROW.warnings(row) == (
        "kind: 'dgo' was not learned (the nearest is 'dog')",
        "code: '9' was not learned",
        "weight is missing, and never was in training: 9.83333 is taken",
    )
    assert ROW.warnings(ANSWERED) == ()
    assert ROW.warnings({**ANSWERED, "age": None}) == ()


@pytest.mark.promise("C7")
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("age", "old"),
        ("age", True),
        ("age", [1]),
        ("weight", "1,5"),
        ("kind", ["dog"]),
        ("kind", b"dog"),
        ("born", "soon"),
        ("born", 5),
    ],
)
def test_a_value_of_another_kind_is_refused_by_the_name_of_its_column(column: str, value: Any) -> None:
    with pytest.raises(DataError, match=f"the column '{column}' holds"):
        ROW.encode({**ANSWERED, column: value})


@pytest.mark.promise("C7")
def test_a_column_that_is_missing_is_named_with_what_may_be_meant() -> None:
    row = {**ANSWERED, "Kind": "dog"}
    del row["kind"]
    with pytest.raises(DataError, match="no column 'kind'; is 'Kind' meant"):
        ROW.encode(row)
    with pytest.raises(DataError, match="no column 'kind'"):
        ROW.encode_all(pl.DataFrame([row]))


_values = {
    "kind": st.none() | st.sampled_from(["dog", "cat", " dog ", "wolf", "", "NA", "é"]),
    "age": st.none() | st.floats() | st.sampled_from(["3", " 4.5 ", "?", "nan", "1e999"]),
    "weight": st.none() | st.integers(-(10**18), 10**18) | st.floats(),
    "born": st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)) | st.sampled_from(["2024-02-29", ""]),
    "code": st.none() | st.integers(-5, 5) | st.sampled_from(["1", "2 ", 3.0, 2.5]),
    "more": st.integers(),
}


@pytest.mark.promise("C7")
@settings(max_examples=count(60, 1000))
@given(st.lists(st.fixed_dictionaries(_values), min_size=1, max_size=6), st.randoms())
def test_any_row_is_answered_alike_alone_and_among_others_whatever_the_order(rows: list[dict[str, Any]], chance: Any) -> None:
    shuffled = [dict(chance.sample(sorted(row.items()), len(row))) for row in rows]
    together = ROW.encode_all(shuffled)
    assert torch.equal(together, torch.stack([ROW.encode(row) for row in rows]))
    assert together.isfinite().all()
    assert all(isinstance(ROW.warnings(row), tuple) for row in rows)


@settings(max_examples=count(60, 1000))
@given(
    st.fixed_dictionaries(
        {
            name: st.none()
            | st.booleans()
            | st.text(max_size=3)
            | st.floats()
            | st.binary(max_size=2)
            | st.lists(st.integers(), max_size=2)
            for name in ("kind", "age", "weight", "born", "code")
        }
    )
)
@pytest.mark.promise("C7")
def test_any_value_is_encoded_or_refused_in_our_words(row: dict[str, Any]) -> None:
    try:
        encoded = ROW.encode(row)
    except FledgeError:
        return
    assert encoded.isfinite().all()


def test_a_number_beyond_those_of_training_is_said() -> None:
    assert ROW.warnings({**ANSWERED, "age": 500, "weight": -1.0}) == (
        "age: 500 counts as 59, the greatest in training",
        "weight: -1 counts as 0, the least in training",
    )


def test_a_missing_date_is_said_once() -> None:
    assert ROW.warnings({**ANSWERED, "born": None}) == ("born is missing, and never was in training",)


@pytest.mark.parametrize("gap", [None, float("nan"), pd.NA, pd.NaT, "", "  "])
def test_every_mark_for_a_missing_value_is_one(gap: Any) -> None:
    row = {**ANSWERED, "kind": gap, "age": gap, "born": gap}
    assert torch.equal(ROW.encode(row), ROW.encode({**ANSWERED, "kind": None, "age": None, "born": None}))
    assert torch.equal(ROW.encode_all([row])[0], ROW.encode(row))


def test_an_array_is_no_value_of_a_row() -> None:
    with pytest.raises(DataError, match="'age' holds"):
        ROW.encode({**ANSWERED, "age": np.zeros(2)})


def test_rare_names_teach_what_unknown_means() -> None:
    row = Row.learn(pl.DataFrame({"kind": ["a"] * 5 + ["b"] * 5 + ["c"]}))
    assert row.categories[0].names == ("a", "b")
    assert row.encode({"kind": "c"}).tolist() == row.encode({"kind": "z"}).tolist() == [1.0]


def test_names_like_code_or_none_at_all_are_names() -> None:
    names = ["self", "c", "cat", "", "a b", "🐦", "A B"]
    frame = pl.DataFrame({name: [1.0 * place, 2.0, 3.5] for place, name in enumerate(names)})
    row = RowBlock(()).learn(frame)
    assert row.sources == tuple(names)
    assert torch.equal(row.encode(frame.row(0, named=True)), row.encode_all(frame)[0])


def test_a_block_has_to_know_what_is_to_be_told() -> None:
    with pytest.raises(UsageError, match="would give the answer away"):
        RowBlock().learn(ROWS)
    assert "age" not in RowBlock("age").learn(ROWS).sources


def test_ids_and_constants_are_left_out_and_said() -> None:
    row = RowBlock("y").learn([{"x": n % 5, "n": n, "k": 1, "y": n} for n in range(30)])
    assert row.sources == ("x",)
    assert dict(row.left_out) == {"n": "n: id (it numbers the rows)", "k": "k: constant (always 1)"}


def test_a_table_with_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(DataError, match="no column to learn from"):
        RowBlock("y").learn([{"k": 1, "y": n} for n in range(30)])


def test_knots_lie_at_common_values_and_where_the_others_are() -> None:
    gain = pl.Series("gain", [0.0] * 900 + [float(n * 100) for n in range(100)])
    knots = Row.learn(gain.to_frame()).numbers[0].knots
    assert len(knots) > 25
    assert knots[0] == 0.0
    assert knots[-1] == 9900.0
