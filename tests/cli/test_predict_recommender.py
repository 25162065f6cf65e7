"""`fledge predict` of a recommender, and of rows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fledge.cli.main import run
from tests.ratings import ratings, small_recommender


@pytest.fixture
def films(tmp_path: Path) -> Path:
    (tmp_path / "films").mkdir()
    small_recommender().save(tmp_path / "films" / "model.safetensors")
    return tmp_path / "films"


def test_things_are_recommended_a_line_each(films: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["predict", str(films), "--user", "5", "-n", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1", "2", "3"]
    assert [line.split("  ")[2] for line in lines] == [each.title for each in small_recommender().recommend(5, 3)]


def test_somebody_new_says_what_they_liked_and_gets_json(films: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["predict", str(films), "--liked", "Alien", "--liked", "Heat", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert len(told["answer"]) == 10
    assert "Alien" not in told["answer"]


def test_a_stranger_gets_a_warning_on_stderr(films: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["predict", str(films), "--user", "nobody"]) == 0
    assert "was not learned" in capsys.readouterr().err


def test_things_alike_can_be_asked_for(films: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["predict", str(films), "--similar", "Alien", "-n", "2"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--liked", "Alein"], "did you mean 'Alien'"),
        (["--user", "5", "--liked", "Alien"], "asked alone"),
        ([], "Missing argument"),
    ],
)
def test_what_can_not_be_asked_is_a_line_and_status_2(
    words: list[str], said: str, films: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["predict", str(films), *words]) == 2
    assert said in capsys.readouterr().err


def test_the_rows_of_a_table_are_answered_one_by_one(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ratings().head(50)
    rows.write_csv(tmp_path / "rows.csv")
    assert run(["predict", str(films), str(tmp_path / "rows.csv"), "--json"]) == 0
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [each["answer"] for each in told] == [float(each) for each in small_recommender()(rows.to_dicts())]
    assert told[6]["input"].endswith("rows.csv row 7")


def test_a_table_that_lacks_a_column_is_named(films: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ratings().rename({"movieId": "film"}).write_csv(tmp_path / "rows.csv")
    assert run(["predict", str(films), str(tmp_path / "rows.csv")]) == 3
    assert "movieId" in capsys.readouterr().err
