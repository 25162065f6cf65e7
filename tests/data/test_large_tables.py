"""Tables of very many rows: nothing is done row by row."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.data.dataloaders import DataLoaders
from fledge.data.tabular_dataloaders import TabularDataLoaders

ROWS = 200_000


def large_table(rows: int = ROWS) -> pl.DataFrame:
    draw = np.random.default_rng(0)
    size, town = draw.normal(size=rows), draw.integers(0, 500, rows)
    kind = np.where(size + 0.01 * town + draw.normal(0, 1, rows) > 2.5, "big", "small")
    return pl.DataFrame({"size": size, "town": [f"town {each}" for each in town.tolist()], "kind": kind})


def many_ratings(rows: int = ROWS) -> pl.DataFrame:
    draw = np.random.default_rng(0)
    places = draw.choice(1000 * 400, rows, replace=False)
    return pl.DataFrame({"user": places // 400, "item": places % 400, "rating": draw.integers(1, 6, rows) / 1.0})


@contextmanager
def few_calls(most: int) -> Iterator[None]:
    """Fails if more functions are called than that."""
    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        yield
    finally:
        sys.setprofile(None)
    assert calls < most, f"{calls} calls for {ROWS} rows"


def loaders(kind: str, frame: pl.DataFrame) -> DataLoaders:
    if kind == "table":
        return TabularDataLoaders.from_df(frame, "kind", seed=0, device="cpu")
    return CollabDataLoaders.from_df(frame, likes=kind == "likes", seed=0, device="cpu")


@pytest.mark.parametrize(("kind", "frame"), [("table", large_table()), ("ratings", many_ratings()), ("likes", many_ratings())])
def test_neither_loading_nor_knowing_again_nor_batches_call_anything_for_each_row(kind: str, frame: pl.DataFrame) -> None:
    loaders(kind, frame.head(5000))  # what is imported on first use is not counted
    with few_calls(ROWS):
        made = loaders(kind, frame)
        known = made.fingerprints()
        seen = sum(len(batch) for batch in made.train.epoch(0, train=kind != "likes"))
    assert seen == made.train.count > ROWS / 2
    assert known == loaders(kind, frame).fingerprints()


@pytest.mark.parametrize(
    ("kind", "frame", "column"), [("table", large_table(5000), "size"), ("ratings", many_ratings(5000), "item")]
)
def test_one_value_changed_is_noticed(kind: str, frame: pl.DataFrame, column: str) -> None:
    before = loaders(kind, frame).fingerprints()
    changed = frame.with_columns(frame[column].scatter(17, frame[column][18]))
    after = loaders(kind, changed).fingerprints()
    assert before["contents"] != after["contents"]
    assert before["split"] == after["split"]


def test_a_label_changed_is_noticed_and_so_are_two_exchanged() -> None:
    frame = large_table(5000)
    kinds = frame["kind"].to_list()
    first, other = (kinds.index(each) for each in ("big", "small"))
    kinds[first], kinds[other] = kinds[other], kinds[first]
    before = loaders("table", frame).fingerprints()
    assert before["labels"] != loaders("table", frame.with_columns(kind=pl.Series(kinds))).fingerprints()["labels"]


def test_rows_on_both_sides_are_found_among_very_many(caplog: pytest.LogCaptureFixture) -> None:
    frame = large_table(20_000)
    found = loaders("table", pl.concat([frame, frame.head(500)])).findings
    [leak] = [each for each in found if each.kind == "row_leak"]
    assert 100 < len(leak.items) < 250  # of 500 pairs, about a third is torn apart
    assert "value for value" in caplog.text


def test_rows_are_named_by_number_when_somebody_asks(tmp_path: Path) -> None:
    large_table(1000).write_parquet(tmp_path / "rows.parquet")
    valid = TabularDataLoaders.from_csv(tmp_path / "rows.parquet", "kind", seed=0, device="cpu").valid
    names = valid.samples.names(np.array([0, 1]))  # type: ignore[union-attr]
    assert [*names] == [f"item {number}" for number in valid.samples.numbers[:2]]  # type: ignore[union-attr]
