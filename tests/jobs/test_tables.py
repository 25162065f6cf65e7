"""One line of training for tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fledge.core.errors import DataError, UsageError
from fledge.jobs.reproduce import reproduce
from fledge.jobs.train import dry_run, train
from fledge.jobs.trained import Trained
from fledge.predictor.model_file import load
from tests.tables import birds, write_birds

QUICK: dict[str, Any] = {"epochs": 1, "precision": "float32", "device": "cpu", "quiet": True, "folds": False}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("runs")
    return train(write_birds(folder / "birds.csv"), target="kind", out=folder, **QUICK)


def test_a_row_goes_in_and_a_label_comes_out(trained: Trained) -> None:
    rows = birds(20, seed=5).with_columns(pl.col("seen").dt.to_string("iso"))
    answer = trained(rows.row(0, named=True))
    assert answer.label in {"robin", "tit", "wren"}
    assert trained(rows.drop("kind"))["answer"].len() == 20


def test_the_file_that_is_kept_answers_as_what_came_out(trained: Trained) -> None:
    kept = load(trained.folder / "model.safetensors", check=True)
    rows = birds(20, seed=5).to_dicts()
    assert [each.to_json() for each in kept(rows)] == [each.to_json() for each in trained(rows)]


def test_rows_to_try_stand_in_the_runs_folder(trained: Trained) -> None:
    rows = pl.read_csv(trained.folder / "example.csv")
    assert rows.columns == ["wing", "place", "seen", "observer", "weight"] or set(rows.columns) >= {"wing", "place"}
    assert "kind" not in rows.columns
    assert len(trained(rows)) == 5


def test_a_frame_is_kept_so_that_the_training_can_be_done_again(tmp_path: Path) -> None:
    for frame in (birds(60), birds(60).to_pandas()):
        done = train(frame, target="weight", out=tmp_path, **QUICK)
        assert done.task == "table-regression"
        assert (done.folder / "rows.parquet").is_file()
        assert reproduce(done.folder, quiet=True).agrees


def test_a_frame_that_teaches_nothing_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing to tell apart"):
        train(pl.DataFrame({"a": [1.5, 2, 3], "b": ["x"] * 3}), out=tmp_path, **QUICK)
    assert list(tmp_path.iterdir()) == []


def test_a_table_kept_apart_is_used_for_a_last_test(tmp_path: Path) -> None:
    test = birds(50, seed=9)
    done = train(birds(100), target="kind", test=test, out=tmp_path, **QUICK)
    assert done.model.card.figures["test_accuracy"].count == 50
    assert json.loads((done.folder / "run.json").read_text())["settings"]["test"].endswith("test.parquet")


def test_a_test_table_needs_the_columns_and_the_labels_of_the_others(tmp_path: Path) -> None:
    for test, words in (
        (birds(20).drop("kind"), "has no 'kind', what is to be told"),
        (birds(20).drop("wing"), "has no 'wing', a column that is learned from"),
        (birds(20).with_columns(kind=pl.lit("owl")), "has labels that"),
    ):
        with pytest.raises(DataError, match=words):
            train(birds(100), target="kind", test=test, out=tmp_path, **QUICK)


def test_a_task_asked_for_reads_the_labels_anew(tmp_path: Path) -> None:
    frame = birds(100).with_columns(wing=pl.col("wing").fill_null(17).round())
    done = train(frame, target="wing", task="table-regression", out=tmp_path, **QUICK)
    assert done.task == "table-regression"
    with pytest.raises(DataError, match="a number is to be told"):
        train(frame, target="kind", task="table-regression", out=tmp_path, **QUICK)


def test_what_is_about_other_data_is_refused(tmp_path: Path) -> None:
    for choice in ({"size": 64}, {"model": "resnet18"}, {"weights": write_birds(tmp_path / "w.safetensors")}):
        with pytest.raises(UsageError, match="about pictures and sounds"):
            train(birds(60), target="kind", out=tmp_path / "runs", **QUICK | choice)


def test_a_dry_run_of_a_frame_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    plan = dry_run(birds(60), target="kind", quiet=True)
    assert [each.name for each in plan.networks] == ["network"]
    assert list(tmp_path.iterdir()) == []
