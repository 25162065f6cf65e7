"""`fledge train`, and what follows it."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from fledge.cli.main import run
from fledge.jobs.demo import prepared
from tests.cli.commands import environment, fledge
from tests.cli.test_examples import examples
from tests.ratings import starred
from tests.tables import houses
from tests.tracks import as_table

QUICK = ("--epochs", "1", "--size", "16", "--precision", "float32")


@pytest.fixture
def desk(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with photos, and a table that says what they are."""
    shutil.copytree(photos, tmp_path / "photos")
    files = sorted((tmp_path / "photos").glob("*/*.jpg"))
    rows = [f"{each.relative_to(tmp_path)},{each.parent.name}\n" for each in files]
    (tmp_path / "labels.csv").write_text("".join(["file,species\n", *rows]))
    houses(60).write_csv(tmp_path / "houses.csv")
    starred().write_csv(tmp_path / "ratings.csv")
    as_table().with_columns(pl.col("person").replace("curved", "ann")).write_csv(tmp_path / "sessions.csv")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
def test_the_examples_of_the_help_run(desk: Path) -> None:
    for line in examples("train"):
        assert run(shlex.split(line)[1:]) == 0, line
    for name in ("birds", "birds"):
        assert run(["train", "photos", "--name", name, *QUICK]) == 0
    for line in (*examples("compare"), *examples("reproduce"), *examples("report"), *examples("demo")):
        assert run(shlex.split(line)[1:]) == 0, line


def test_all_of_it_is_said_and_kept(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "photos", *QUICK]) == 0
    heard = capsys.readouterr()
    words = [line.split()[0] for line in heard.out.splitlines() if line[:1].isupper()]
    assert words == ["Looking", "Found", "Task", "Files", "Labels", "Split", "Chosen", "Tries", "Saved", "Next"]
    assert "  fledge serve runs/photos" in heard.out
    assert heard.err == ""
    assert run(["predict", "runs/photos", "photos/bird/bird_000.jpg"]) == 0


def test_json_is_one_object_on_stdout_and_all_else_on_stderr(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "photos", "--json", *QUICK]) == 0
    heard = capsys.readouterr()
    found = json.loads(heard.out)
    assert {"task", "winner", "leaderboard", "model", "report", "seconds"} <= set(found)
    assert found["task"] == "image-classification"
    assert Path(found["model"]).is_file()
    assert Path(found["report"]).is_file()
    assert "Saved " in heard.err


def test_what_would_be_done_is_an_object_with_json(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "photos", "--dry-run", "--json", *QUICK]) == 0
    heard = capsys.readouterr()
    found = json.loads(heard.out)
    assert (found["task"], found["parts"]) == ("image-classification", {"train": 32, "valid": 8})
    assert [(each["model"], each["epochs"]) for each in found["networks"]] == [("small network, from nothing", 1)]
    assert "Tries " in heard.err
    assert not Path("runs").exists()


def test_every_choice_is_said_with_the_flag_that_changes_it(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "photos", "--dry-run"]) == 0
    said = capsys.readouterr().out
    for flag in ("--task", "--valid", "--seed", "--size", "--bs", "--device", "--precision"):
        assert flag in said, flag


def test_what_is_set_aside_is_counted_and_listed(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "photos" / "bird" / "torn.jpg").write_bytes(b"torn")
    assert run(["train", "photos", *QUICK]) == 0
    assert "1 picture set aside, listed in runs/photos/bad_files.csv" in capsys.readouterr().out
    assert "torn.jpg" in Path("runs/photos/bad_files.csv").read_text()


def test_quiet_is_the_folder_alone(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "photos", "--quiet", "--name", "still", "--out", "there", *QUICK]) == 0
    assert capsys.readouterr() == ("there/still\n", "")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "Missing argument 'DATA'"),
        (["nowhere"], 3, "nowhere"),
        (["empty"], 3, "holds no files"),
        (["photos", "--epochs", "0"], 2, "'--epochs'"),
        (["photos", "--epoch", "3"], 2, "--epochs"),
        (["photos", "--task", "image-tag"], 2, "did you mean 'image-tags'"),
        (["photos", "--model", "resnet81"], 2, "did you mean 'resnet18'"),
        (["photos", "--weights", "robin.safetensors"], 2, "there is no robin.safetensors"),
        (["photos", "--resume", "runs/photos"], 2, "takes no others"),
        (["--resume", "photos"], 2, "is no run folder"),
        (["labels.csv", "--target", "specie"], 2, "did you mean 'species'"),
        (["photos", "--time", "0.01", "--model", "small"], 5, "give it more time"),
        (["photos", "--quiet", "--out", "labels.csv"], 2, "name another place for the run: --out DIR"),
    ],
)
def test_what_can_not_be_is_one_line_and_a_status(
    arguments: list[str], status: int, words: str, desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (desk / "empty").mkdir()
    assert run(["train", *arguments]) == status
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said


def test_a_pretrained_network_out_of_reach_says_the_ways_on(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "photos", "--model", "resnet10t", "--quiet"]) == 7
    said = capsys.readouterr().err
    assert "--weights FILE" in said
    assert "--no-pretrained" in said


def test_the_reproduction_of_a_run_says_whether_it_agrees(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["train", "photos", "-q", *QUICK]) == 0
    assert run(["reproduce", "runs/photos", "-q"]) == 0
    assert "The same to the last bit" in capsys.readouterr().out
    state = json.loads(Path("runs/photos/run.json").read_text())
    Path("runs/photos/run.json").write_text(json.dumps(state | {"weights": "0"}))
    assert run(["reproduce", "runs/photos", "--quiet", "--json"]) == 5
    assert json.loads(capsys.readouterr().out)["agrees"] is False


@pytest.mark.slow
@pytest.mark.promise("B5")
@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_by_a_signal_it_says_how_to_go_on(number: int, status: int, desk: Path) -> None:
    process = started("photos", "--model", "small", "--size", "16", "--epochs", "100000")
    place = Path("runs/photos/checkpoint")
    while not list(place.glob("*/step-*")):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == status
    assert "`fledge train --resume runs/photos` goes on from there" in said
    assert "learn.resume()" not in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_a_second_training_in_the_folder_is_refused(desk: Path) -> None:
    process = started("photos", "--model", "small", "--size", "16", "--epochs", "100000")
    try:
        while not Path("runs/photos/tried").is_dir():
            assert process.poll() is None
            time.sleep(0.02)
        second = fledge("train", "--resume", "runs/photos")
        assert second.returncode == 2
        assert f"runs/photos is in use by process {process.pid} on" in second.stderr
    finally:
        process.kill()
        process.communicate()


def started(*arguments: str) -> subprocess.Popen[str]:
    settings: dict[str, Any] = {"env": environment(OMP_NUM_THREADS="1"), "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, "-m", "fledge", "train", *arguments], text=True, **settings)


def test_the_demo_shows_what_it_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr("fledge.cli.main.run", lambda command: ran.append(command) or 0)  # type: ignore[func-returns-value]
    assert run(["demo", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().err
    assert ran == prepared("digits", tmp_path)[1]
    assert all(f"$ {shlex.join(['fledge', *command])}" in said for command in ran)
    assert f"The report is {tmp_path / 'runs' / 'digits' / 'report.html'}" in said


def test_demos_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--list"]) == 0
    assert capsys.readouterr().out.startswith("digits ")
