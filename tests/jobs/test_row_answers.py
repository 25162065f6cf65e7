"""A model for rows, called on tables from the terminal."""

from __future__ import annotations

import io
import json
from pathlib import Path

import polars as pl
import pytest

from fledge.cli.main import run
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.predictor.predictor import Predictor
from fledge.training.tabular import tabular_learner
from tests.tables import houses


@pytest.fixture(scope="module")
def predictor(tmp_path_factory: pytest.TempPathFactory) -> Predictor:
    learner = tabular_learner(TabularDataLoaders.from_df(houses(60), "price", device="cpu"), progress=False)
    return learner.export(tmp_path_factory.mktemp("model") / "houses.safetensors")


@pytest.fixture
def desk(predictor: Predictor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a model and a table."""
    predictor.save(tmp_path / "houses.safetensors")
    houses(7, seed=1).drop("price").write_csv(tmp_path / "new.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_row_has_a_line(desk: Path, predictor: Predictor, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["predict", "houses.safetensors", "new.csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    expected = predictor(houses(7, seed=1).drop("price").to_dicts())
    assert lines == [f"new.csv row {number}\t{answer}" for number, answer in enumerate(expected, 1)]


def test_as_json_each_row_is_an_object(desk: Path, predictor: Predictor, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["predict", "houses.safetensors", "new.csv", "--json"]) == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first == {"input": "new.csv row 1", **predictor(houses(7, seed=1).row(0, named=True)).as_dict()}


def test_a_table_goes_in_and_a_table_comes_out(desk: Path) -> None:
    assert run(["predict", "houses.safetensors", "new.csv", "--csv", "told.csv"]) == 0
    told = pl.read_csv("told.csv")
    assert told.columns == ["address", "rooms", "town", "answer", "error"]
    assert told["rooms"].to_list() == houses(7, seed=1)["rooms"].to_list()
    assert told["answer"].null_count() == 0


def test_a_column_called_as_ours_keeps_its_name(desk: Path) -> None:
    houses(7, seed=1).drop("price").with_columns(answer=pl.lit("mine")).write_csv("new.csv")
    assert run(["predict", "houses.safetensors", "new.csv", "--csv", "told.csv"]) == 0
    assert pl.read_csv("told.csv").columns == ["address", "rooms", "town", "answer", "answer (told)", "error"]


def test_rows_can_be_piped_in(desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("town;rooms\nEly;3\nBath;4\n"))
    assert run(["predict", "houses.safetensors", "-"]) == 0
    assert [line.split("\t")[0] for line in capsys.readouterr().out.splitlines()] == ["- row 1", "- row 2"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("town\nEly\nBath\n", "has no column 'rooms'"),
        ("town,rooms\nEly,many\nBath,2\n", "'rooms' holds 'many'"),
        ("town,town\nEly,Bath\n", "both 'town'"),
    ],
)
def test_what_does_not_fit_is_named(text: str, words: str, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "new.csv").write_text(text)
    assert run(["predict", "houses.safetensors", "new.csv"]) == 3
    assert words in capsys.readouterr().err


def test_a_town_never_met_is_a_warning_in_the_answer(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "new.csv").write_text("town,rooms\nYork,3\n")
    assert run(["predict", "houses.safetensors", "new.csv", "--json"]) == 0
    assert "'York' was not learned" in json.loads(capsys.readouterr().out)["warnings"][0]
