"""A look at the rows of a table before any training."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fledge.core.errors import DataError, UnknownName, UsageError
from fledge.data import table_pieces
from fledge.jobs import check_tables
from fledge.jobs.check import check
from fledge.jobs.checked import Checked
from fledge.jobs.row_options import RowOptions
from tests.tables import birds, write_birds


def kinds(found: Checked) -> set[str]:
    """What was found to be odd."""
    return {each.kind for each in found.findings}


def columns(found: Checked) -> dict[str, str]:
    """The kind of each column."""
    assert found.rows is not None
    return {each.name: each.kind for each in found.rows.kinds}


def test_every_column_is_told_with_the_reason(tmp_path: Path) -> None:
    found = check(write_birds(tmp_path / "birds.csv"), target=["kind"])
    assert columns(found) == {
        "ring": "id",
        "wing": "number",
        "place": "category",
        "seen": "date",
        "observer": "category",
        "planet": "constant",
        "weight": "number",
    }
    assert "        planet: constant (always 'earth'), left out" in str(found)
    assert (found.task, found.names, found.part_counts) == ("table-classification", (), {"train": 160, "valid": 40})


def test_a_frame_is_looked_at_as_a_file_is(tmp_path: Path) -> None:
    frame = birds()
    as_file = check(write_birds(tmp_path / "birds.csv"), target=["weight"])
    for source in (frame, frame.to_pandas(), frame.to_arrow()):
        found = check(source, target=["weight"])
        assert found.task == "table-regression"
        assert (list(found.labels), list(found.parts)) == (list(as_file.labels), list(as_file.parts))
        assert columns(found) == columns(as_file)


def test_the_share_held_back_is_one_of_each_class() -> None:
    found = check(pl.DataFrame({"a": np.random.default_rng(0).normal(size=100), "b": ["x"] * 90 + ["y"] * 10}))
    assert [found.parts[place] for place, label in enumerate(found.labels) if label == "y"].count("valid") == 2


def test_rows_can_be_divided_by_a_column_by_groups_and_by_time() -> None:
    frame = birds().with_columns(pl.Series("is_valid", [place % 4 == 0 for place in range(200)]))
    by_column = check(frame, target=["kind"], rows=RowOptions(part="is_valid"))
    assert list(by_column.parts[:5]) == ["valid", "train", "train", "train", "valid"]
    by_group = check(frame, target=["kind"], rows=RowOptions(group="observer"))
    sides = {(who, part) for who, part in zip(frame["observer"], by_group.parts, strict=True)}
    assert len(sides) == 4
    by_time = check(frame, target=["kind"], rows=RowOptions(latest="seen"))
    assert set(by_time.parts[:150]) == {"train"}
    assert set(by_time.parts[-20:]) == {"valid"}
    assert "observer" not in {name for name, kind in columns(by_group).items() if kind != "ignored"}


def test_dates_are_said_where_chance_divides() -> None:
    assert "dated" in kinds(check(birds(), target=["kind"]))
    assert "dated" not in kinds(check(birds(), target=["kind"], rows=RowOptions(latest="seen")))


def test_what_a_column_is_can_be_said() -> None:
    options = RowOptions(category=("ring",), ignore=("wing",))
    found = columns(check(birds(), target=["kind"], rows=options))
    assert (found["ring"], found["wing"]) == ("category", "ignored")


def test_columns_that_give_the_answer_away_are_pointed_out() -> None:
    numbers = np.random.default_rng(0).integers(0, 100, (300, 2))
    found = check(pl.DataFrame({"a": numbers[:, 0], "b": numbers[:, 1], "c": numbers.sum(1)}), target=["c"])
    assert "gives_away" in kinds(found)


def test_rows_on_both_sides_and_rows_at_odds_are_named_by_their_place() -> None:
    frame = birds(100).drop("ring")
    doubled = pl.concat([frame, frame])
    found = {each.kind: each for each in check(doubled, target=["kind"]).findings}
    parts = check(doubled, target=["kind"]).parts
    assert all(parts[place] == "valid" for place in found["row_leak"].items)
    torn = doubled.with_columns(kind=pl.Series(["robin", *doubled["kind"][1:].to_list()]))
    assert (
        0 in {each.kind: each for each in check(torn, target=["kind"]).findings}["conflict"].items
        or frame["kind"][0] == "robin"
    )


def test_a_folder_of_train_and_test_tables_is_taken_together(tmp_path: Path) -> None:
    birds(100).write_csv(tmp_path / "train.csv")
    birds(40, seed=1).write_csv(tmp_path / "test.csv")
    found = check(tmp_path, target=["kind"])
    assert found.part_counts == {"train": 80, "valid": 20, "test": 40}
    birds(40, seed=1).drop("kind").write_csv(tmp_path / "test.csv")
    found = check(tmp_path, target=["kind"])
    assert found.part_counts == {"train": 80, "valid": 20}
    assert "test.csv has other columns than train.csv, and is left out" in str(found)


def test_rows_without_a_label_are_set_aside() -> None:
    frame = birds().with_columns(pl.when(pl.col("ring") == 3).then(None).otherwise(pl.col("kind")).alias("kind"))
    found = check(frame, target=["kind"])
    assert found.parts[2] == ""
    assert found.findings[0].message == "1 row without a label will be set aside: row 2"


@pytest.mark.parametrize(
    ("frame", "kind"),
    [
        (pl.DataFrame({"a": [1.5, 2, 3], "b": ["x"] * 3}), "one_class"),
        (pl.DataFrame({"a": ["same"] * 6, "b": ["x", "y"] * 3}), "no_column"),
        (pl.DataFrame({"a": [1.5, 2, 3], "b": pl.Series([None] * 3, dtype=pl.String)}), "no_label"),
        (pl.DataFrame({"a": [1.5], "b": [2.5]}), "one_class"),
    ],
)
def test_rows_that_teach_nothing_are_an_error(frame: pl.DataFrame, kind: str) -> None:
    found = check(frame)
    assert found.errors[0].kind == kind


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"group": "obsrver"}, UnknownName, "did you mean 'observer'"),
        ({"ignore": ("kind",)}, UsageError, "is what is to be told"),
        ({"group": "observer", "latest": "seen"}, UsageError, "which rows are held back"),
        ({"number": ("place",)}, DataError, "named as a number"),
    ],
)
def test_columns_that_cannot_be_meant_are_refused(options: dict[str, str], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        check(birds(), target=["kind"], rows=RowOptions(**options))  # type: ignore[arg-type]


def test_pictures_have_no_columns(photos: Path) -> None:
    with pytest.raises(UsageError, match="no table"):
        check(photos, rows=RowOptions(ignore=("a",)))


def test_all_of_it_is_json(tmp_path: Path) -> None:
    found = json.loads(check(write_birds(tmp_path / "birds.csv"), target=["kind"]).to_json())
    assert found["items"] == 200
    assert found["columns"][0] == {"name": "ring", "kind": "id", "reason": "it numbers the rows"}


def test_looking_at_a_table_needs_no_torch(tmp_path: Path) -> None:
    code = "import sys; from fledge.jobs.check import check; check(sys.argv[1]); print('torch' in sys.modules)"
    command = [sys.executable, "-c", code, str(write_birds(tmp_path / "birds.csv"))]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_leak_in_bike_sharing_is_found(real_data: Callable[[str], Path]) -> None:
    found = check(real_data("bike-sharing") / "hour.csv.gz", target=["cnt"])
    messages = [each.message for each in found.findings if each.kind == "gives_away"]
    assert messages == [
        "the answer can be reckoned from other columns (1 x casual, 1 x registered): are they known beforehand?"
    ]
    assert "dated" in kinds(found)


def test_of_a_table_that_does_not_fit_into_memory_some_rows_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    birds(300).write_parquet(tmp_path / "birds.parquet")
    monkeypatch.setattr(table_pieces, "free_memory", lambda: 1000)
    monkeypatch.setattr(check_tables, "_MOST", 120)
    found = check(tmp_path / "birds.parquet", target=["kind"])
    assert found.rows is not None
    assert found.rows.frame.height == 120
    assert "300 rows take more memory than is free: 120 are looked at" in str(found)
