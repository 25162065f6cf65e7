"""`fledge predict`."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from fledge.cli.main import run
from fledge.predictor.model_file import load
from tests.predictor.small import small_predictor


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of a run that holds a small model."""
    folder = tmp_path_factory.mktemp("runs") / "birds"
    folder.mkdir()
    small_predictor().save(folder / "model.safetensors")
    return str(folder)


def test_a_file_is_answered_on_a_line_with_its_name(model: str, photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = str(photos / "bird" / "bird_000.jpg")
    assert run(["predict", model, photo]) == 0
    assert capsys.readouterr().out == f"{photo}\t{load(f'{model}/model.safetensors')(photo)}\n"


@pytest.mark.promise("F1")
def test_the_answers_are_those_of_a_call_in_python_bit_for_bit(
    model: str, photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["predict", model, str(photos), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    files = [line.pop("input") for line in lines]
    assert len(files) == 40
    assert lines == [answer.as_dict() for answer in load(f"{model}/model.safetensors")(files)]


def test_folders_patterns_and_lists_name_the_same_files(
    model: str, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    birds = photos / "bird"
    said = []
    for given in (str(birds), f"{photos}/b*d/*.jpg", "-"):
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{each}\n" for each in sorted(birds.iterdir()))))
        assert run(["predict", model, given]) == 0
        said.append(capsys.readouterr().out)
    assert said[0].count("\n") == 20
    assert said[0] == said[1] == said[2]


def test_no_name_at_all_is_no_file_and_not_the_folder_one_is_in(
    model: str, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(photos)
    assert run(["predict", model, ""]) == 3
    heard = capsys.readouterr()
    assert (heard.out, heard.err.count("\n")) == ("", 2)


def test_a_table_names_files_that_stand_beside_it(
    model: str, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "robin.jpg").write_bytes((photos / "bird" / "bird_000.jpg").read_bytes())
    (tmp_path / "list.csv").write_text("number;photo\n1;robin.jpg\n2;robin.jpg\n")
    assert run(["predict", model, str(tmp_path / "list.csv")]) == 0
    assert capsys.readouterr().out.count("robin.jpg\t") == 2
    assert run(["predict", model, str(tmp_path / "list.csv"), "--column", "foto"]) == 2
    assert "unknown column 'foto': did you mean 'photo'?" in capsys.readouterr().err


def test_what_can_not_be_read_is_named_and_the_others_are_answered(
    model: str, photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff")
    good = str(photos / "bird" / "bird_000.jpg")
    assert run(["predict", model, good, str(tmp_path / "torn.jpg"), "nope*.jpg", good, "--json"]) == 3
    said = capsys.readouterr()
    answers = [json.loads(line) for line in said.out.splitlines()]
    assert ["error" in each for each in answers] == [False, True, True, False]
    assert "'nope*.jpg' can't be read: there is no such file" in said.err
    assert said.err.endswith("fledge: 2 of 4 inputs can't be read\n")


def test_a_csv_file_has_a_row_for_each_input(model: str, photos: Path, tmp_path: Path) -> None:
    out = tmp_path / "answers.csv"
    assert run(["predict", model, "nope.jpg", str(photos / "bird"), "--csv", str(out)]) == 3
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 21
    assert rows[0]["error"] == "'nope.jpg' can't be read: there is no such file"
    assert float(rows[1]["probability"]) == max(float(rows[1][f"probability {name}"]) for name in ("bird", "forest", "night"))


def test_a_folder_without_a_model_is_refused_and_the_files_in_it_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bird.safetensors").touch()
    assert run(["predict", str(tmp_path), "robin.jpg"]) == 4
    assert "name one of its files: 'bird.safetensors'" in capsys.readouterr().err


def test_a_file_that_is_no_model_is_refused(photos: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = str(photos / "bird" / "bird_000.jpg")
    assert run(["predict", photo, photo]) == 4
    assert capsys.readouterr().err.count("\n") == 1
