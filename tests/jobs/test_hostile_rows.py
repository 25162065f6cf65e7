"""Tables with odd names of columns, and frames to predict on that drifted, through one line of training."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from fledge.core.errors import DataError, FledgeError
from fledge.jobs.check import check
from fledge.jobs.row_options import RowOptions
from fledge.jobs.train import train
from fledge.jobs.trained import Trained
from tests.counts import count
from tests.hostile_tables import hostile_tables
from tests.tables import birds

QUICK: dict[str, Any] = {"epochs": 1, "precision": "float32", "device": "cpu", "quiet": True, "folds": False}
ODD = ["c", "cat", "self", "", "a b", "🐦", "model", "answer", "probability", "=1+1", "naïve", "<b>", "row", "0"]


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A model of columns with such names, which are numbers and names by turns."""
    numbers = np.random.default_rng(0)
    columns: dict[str, Any] = {
        name: numbers.normal(size=120) if place % 2 else numbers.choice(["x", "y"], 120) for place, name in enumerate(ODD)
    }
    columns["target"] = np.where(columns["cat"] > 0, "up", "down")
    return train(pl.DataFrame(columns), target="target", out=tmp_path_factory.mktemp("runs"), **QUICK)


@pytest.mark.promise("C7")
def test_odd_names_of_columns_work_from_the_look_to_the_answer(odd: Trained) -> None:
    row = {name: 0.5 if place % 2 else "x" for place, name in enumerate(ODD)}
    assert odd(row).label in ("up", "down")
    assert odd(pl.DataFrame([row]))["answer"].to_list() == [odd(row).label]
    page = odd.report.read_text(encoding="utf-8")
    assert "🐦" in page
    assert "<bdi>&lt;b&gt;</bdi>" in page


@pytest.mark.promise("C7")
def test_twins_among_the_names_are_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "twins.csv"
    file.write_text("a,b,a\n1,2,x\n")
    with pytest.raises(DataError, match="both 'a'"):
        check(file)


@pytest.mark.promise("C6")
@pytest.mark.parametrize("table", hostile_tables()[:: 200 // count(50, 200)], ids=lambda table: table.name)
def test_a_hostile_table_is_looked_at_or_refused_and_never_crashes(table: Any, tmp_path: Path) -> None:
    file = tmp_path / f"table{table.suffix}"
    file.write_bytes(table.data)
    if isinstance(table.expected, str):
        with pytest.raises(FledgeError):
            check(file)
        return
    with suppress(FledgeError):  # read well, and still perhaps nothing to learn from
        assert check(file).task.startswith(("table-", "text-"))


@pytest.mark.promise("C7")
def test_generated_frames_get_the_same_answers_or_a_refusal_that_names_the_column(tmp_path: Path) -> None:
    """Columns in another order, more of them, missing ones, other types, names never met: never a wrong column."""
    done = train(birds(150), target="kind", ignore="seen", out=tmp_path, **QUICK)
    sources = done.model.codec.input.sources
    numbers = np.random.default_rng(1)
    fresh = birds(5, seed=3).drop("kind")
    expected = [each.label for each in done(fresh.to_dicts())]
    for _ in range(count(100, 1000)):
        frame = fresh.select(numbers.permutation(fresh.columns).tolist())
        change = numbers.integers(0, 5)
        name = str(numbers.choice(sources))
        if change == 0:
            frame = frame.with_columns(pl.Series(f"more {numbers.integers(9)}", numbers.normal(size=5)))
            assert done(frame)["answer"].to_list() == expected
        elif change == 1:
            with pytest.raises(DataError, match=f"no column '{name}'"):
                done(frame.drop(name))
        elif change == 2 and frame[name].dtype.is_numeric():
            with pytest.raises(DataError, match=f"'{name}' holds"):
                done(frame.with_columns(pl.lit("much").alias(name)))
        elif change == 3 and frame[name].dtype == pl.String:
            told = done(frame.with_columns(pl.lit("never met").alias(name)))
            assert all("was not learned" in each for each in told["warnings"])
        else:
            given: Any = frame.to_pandas() if numbers.random() < 0.5 else frame.to_arrow()
            assert list(pl.DataFrame(done(given))["answer"]) == expected


def test_a_group_that_holds_all_rows_is_said() -> None:
    found = check(birds(40).with_columns(who=pl.lit("one")), target=["kind"], rows=RowOptions(group="who"))
    assert "all 40 items are one group" in found.errors[0].message
