"""Reading tables: right, or refused with the place."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fledge.core.errors import DataError, UsageError
from fledge.data.table_reading import read_table, read_text_table
from fledge.transforms.column_numbers import BLANKS
from tests.counts import count
from tests.hostile_tables import Hostile, hostile_tables, written

CASES = hostile_tables()


def read(text: str, **settings: object) -> pl.DataFrame:
    return read_text_table(text.encode(), "x.csv", **settings).frame  # type: ignore[arg-type]


@pytest.mark.promise("C6")
def test_there_are_200_hostile_tables() -> None:
    assert len(CASES) >= 200


@pytest.mark.promise("C6")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_table_is_read_right_or_refused_with_the_place(case: Hostile, tmp_path: Path) -> None:
    file = tmp_path / f"table{case.suffix}"
    file.write_bytes(case.data)
    if isinstance(case.expected, str):
        with pytest.raises(DataError, match=case.expected):
            read_table(file)
    else:
        assert read_table(file).frame.to_dict(as_series=False) == case.expected


_cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8)


@pytest.mark.promise("C6")
@settings(max_examples=count(100, 5000))
@given(
    rows=st.lists(st.tuples(_cells, _cells, _cells), min_size=2, max_size=8),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_is_written_is_read_back(rows: list[tuple[str, str, str]], separator: str, end: str) -> None:
    text = written([["k", "l", "m"], *([f"x{cell}" for cell in row] for row in rows)], separator, end)
    plain = text.replace("\r\n", "\n") if end == "\r\n" else text
    frame = read(plain, separator=separator)
    assert frame.rows() == [tuple(f"x{cell}".strip(BLANKS).replace("\r\n", "\n") for cell in row) for row in rows]


@pytest.mark.promise("C6")
@settings(max_examples=count(100, 5000))
@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_come_back_to_the_last_bit(numbers: list[float | None]) -> None:
    text = written([["id", "v"], *([f"r{n}", "" if each is None else repr(each)] for n, each in enumerate(numbers))])
    column = read(text)["v"]
    if column.dtype == pl.Float64:
        assert column.to_list() == numbers
    else:
        assert all(each is None or abs(each) >= 1 << 53 or each == int(each) for each in numbers)


def test_a_frame_written_by_polars_comes_back_whatever_it_is_packed_in(tmp_path: Path) -> None:
    frame = pl.DataFrame({"name": ["a", "b,c", None], "age": [1, None, 3], "size": [0.5, 1.25, -3.0]})
    frame.write_csv(tmp_path / "t.csv")
    frame.write_csv(tmp_path / "t.csv.zst", compression="zstd")
    frame.write_csv(tmp_path / "t.csv.gz", compression="gzip")
    frame.write_parquet(tmp_path / "t.parquet")
    frame.write_ipc(tmp_path / "t.arrow")
    for file in tmp_path.iterdir():
        assert read_table(file).frame.equals(frame), file.name


def test_what_was_done_is_said() -> None:
    said = read_text_table(b"a,b,c\n1,01,?\n2\n3,02,1e999\n4,03,5\n", "x.csv").said
    assert said == (
        "1 rows are too short (the first in line 3): what they lack is missing",
        "b: leading zeros, so its values are names",
        "c: 1 infinite or too large (the first in line 4), taken as missing",
        "c: '?' taken as missing",
    )


def test_rows_that_are_too_long_can_be_left_out_and_are_counted() -> None:
    table = read_text_table(b"a,b\n1,2\n3,4,5\n6,7\n", "x.csv", bad_rows="skip")
    assert table.frame.rows() == [(1, 2), (6, 7)]
    assert table.said == ("1 rows with too many cells are left out (line 3)",)


def test_settings_decide_what_could_be_taken_two_ways() -> None:
    assert read('id,v\na,"1,234"\nb,"5,678"\n', decimal=".")["v"].to_list() == [1234, 5678]
    assert read('id,v\na,"1,234"\nb,"5,678"\n', decimal=",")["v"].to_list() == [1.234, 5.678]
    assert read("1,2\n3,4\n", names=["a", "b"]).rows() == [(1, 2), (3, 4)]
    assert read("a b\n1 2\n", separator=" ").rows() == [(1, 2)]
    assert read('a,b\n1,5" disk\n', quotes=False).rows() == [(1, '5" disk')]
    assert read("a,b\n1,2\n", as_text=["a"]).rows() == [("1", 2)]


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("a,b\ncaf\xe9,1\n".encode("cp1252"))
    table = read_table(tmp_path / "t.csv", encoding="cp1252")
    assert table.frame["a"].to_list() == ["café"]
    assert "cp1252" in table.said[0]


def test_a_mistaken_setting_is_named() -> None:
    with pytest.raises(UsageError, match="bad_rows='drop'"):
        read("a,b\n1,2\n", bad_rows="drop")
    with pytest.raises(UsageError, match="one plain character"):
        read("a,b\n1,2\n", separator="||")


def test_a_missing_file_names_its_neighbours(tmp_path: Path) -> None:
    (tmp_path / "train.csv").touch()
    with pytest.raises(DataError, match=r"(?s)there is no table.*train.csv"):
        read_table(tmp_path / "trian.csv")


def test_large_tables_are_read_piece_by_piece_to_the_same_result(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [["k", "v"], *([f"x\n{n}" if n % 3 else f"y{n}", str(n)] for n in range(50))]
    text = written(rows)
    whole = read(text)
    for size in (1, 7, 64):
        monkeypatch.setattr("fledge.data.table_reading_shape._PIECE", size)
        assert read(text).equals(whole)
    assert whole.height == 50
    assert io.StringIO(text).readline() == "k,v\n"
