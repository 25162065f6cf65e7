"""Options from a file, from variables, and from an earlier run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fledge.cli.main import run

QUICK = ("--epochs", "1", "--size", "16", "--precision", "float32", "--quiet")


@pytest.fixture
def desk(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(photos, tmp_path / "photos")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _kept(desk: Path, name: str) -> tuple[dict[str, object], dict[str, str]]:
    state = json.loads((desk / "runs" / name / "run.json").read_text())
    return state["settings"], state["origins"]


def test_a_flag_counts_more_than_a_variable_and_a_variable_more_than_the_file(
    desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (desk / "fledge.toml").write_text('[train]\nseed = 1\nvalid = 0.3\nbs = 4\nskip-bad = true\nprecision = "bfloat16"\n')
    monkeypatch.setenv("FLEDGE_TRAIN_SEED", "2")
    monkeypatch.setenv("FLEDGE_TRAIN_BS", "5")
    assert run(["train", "photos", "--bs", "6", *QUICK]) == 0
    settings, origins = _kept(desk, "photos")
    assert [settings[name] for name in ("seed", "valid", "bs", "on_bad", "precision")] == [2, 0.3, 6, "skip", "float32"]
    assert [origins[name] for name in ("seed", "valid", "bs", "on_bad")] == ["variable", "fledge.toml", "flag", "fledge.toml"]


def test_an_earlier_run_gives_what_is_not_given(desk: Path) -> None:
    assert run(["train", "photos", "--seed", "3", "--bs", "4", *QUICK]) == 0
    assert run(["train", "--from", "runs/photos", "--seed", "4", "--quiet"]) == 0
    settings, origins = _kept(desk, "photos-2")
    assert [settings[name] for name in ("source", "seed", "bs", "size")] == ["photos", 4, 4, 16]
    assert [origins[name] for name in ("seed", "bs")] == ["flag", "as in runs/photos"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[train]\nsede = 1\n", "did you mean 'seed'"),
        ("[trian]\nseed = 1\n", "did you mean 'train'"),
        ("seed = 1\n", "unknown command in fledge.toml 'seed'"),
        ("train = 1\n", "should be a table"),
        ("[train]\nseed = {a = 1}\n", "should be a value"),
        ("[train\n", "is no TOML"),
        ('[train]\nseed = "one"\n', "'one' is not a valid integer"),
    ],
)
def test_what_is_wrong_in_the_file_is_said(desk: Path, text: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "fledge.toml").write_text(text)
    assert run(["train", "photos", "--dry-run"]) in (2, 3)
    assert words in capsys.readouterr().err


def test_help_is_there_whatever_the_file_holds(desk: Path) -> None:
    (desk / "fledge.toml").write_text("[train\n")
    assert run(["--help"]) == 0
