"""A finished training, said again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fledge.core.errors import DataError, UsageError
from fledge.jobs.reported import reported
from fledge.jobs.trained import Trained
from tests.jobs.runs import quick


@pytest.fixture(scope="module")
def trained(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return quick(photos, tmp_path_factory.mktemp("runs"))


def test_all_that_came_out_is_said_again(trained: Trained) -> None:
    lines = reported(trained.folder).lines()
    assert trained.verdict in lines
    assert all(
        any(line.startswith(f"  {name}") and " % of 8 " in line for line in lines) for name in trained.leaderboard["model"]
    )
    assert lines[-1] == f"Report  {trained.report}"


def test_the_same_as_json_holds_the_settings(trained: Trained) -> None:
    found = json.loads(reported(trained.folder / "run.json").to_json())
    assert (found["winner"], found["report"]) == (trained.winner, str(trained.report))
    assert found["settings"]["size"] == 16


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run folder"):
        reported(tmp_path)


def test_a_report_that_was_taken_away_is_missed(photos: Path, tmp_path: Path) -> None:
    trained = quick(photos, tmp_path)
    trained.report.unlink()
    with pytest.raises(DataError, match=r"holds no report\.html"):
        reported(trained.folder).lines()


def test_a_run_keeps_where_each_choice_came_from(trained: Trained) -> None:
    origins = json.loads((trained.folder / "run.json").read_text())["origins"]
    assert origins == dict.fromkeys(("epochs", "size", "precision", "device"), "argument")
