"""Runs side by side, and again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fledge.core.errors import DataError, UsageError
from fledge.jobs.compare import compare
from fledge.jobs.reproduce import reproduce
from tests.jobs.runs import quick


@pytest.fixture(scope="module")
def runs(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two runs on the same photos, and one that held back others."""
    out = tmp_path_factory.mktemp("runs")
    choices: list[dict[str, Any]] = [{}, {"model": "small", "lr": 1e-4}, {"seed": 7}]
    return [quick(photos, out, name="run", **each).folder for each in choices]


def test_only_settings_that_differ_are_shown(runs: list[Path]) -> None:
    found = compare(runs[:2])
    assert dict(found.settings) == {"model": [None, "small"], "lr": [None, 1e-4]}
    assert [line.split()[0] for line in found.lines()[1:]] == ["model", "lr", "kept", "held", "seconds", "ahead"]


def test_runs_are_compared_on_the_same_items(runs: list[Path]) -> None:
    [ahead] = compare(runs[:2]).ahead
    assert ahead is not None
    assert ahead.count == 8
    assert ahead.value <= 0


def test_runs_that_held_back_other_items_are_not_compared_item_by_item(runs: list[Path]) -> None:
    found = compare([runs[0], runs[2]])
    assert found.ahead == [None]
    assert found.lines()[-1].endswith("not measured on the same items")


def test_a_comparison_is_plain_json(runs: list[Path]) -> None:
    found = json.loads(compare(runs).to_json())["runs"]
    assert [each["run"] for each in found] == [str(run) for run in runs]
    assert [each["ahead"] is None for each in found] == [True, False, True]
    assert found[1]["settings"] == {"model": "small", "seed": 42, "lr": 1e-4}


def test_what_can_not_be_compared_says_why(runs: list[Path], tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one run can't be compared"):
        compare(runs[:1])
    with pytest.raises(UsageError, match="is no run folder"):
        compare([runs[0], tmp_path])


def test_scores_that_are_gone_are_said(runs: list[Path], photos: Path, tmp_path: Path) -> None:
    spoilt = quick(photos, tmp_path).folder
    (spoilt / "scores.csv").write_text("item,other\na,1\n")
    with pytest.raises(DataError, match="doesn't hold the scores of"):
        compare([runs[0], spoilt])


@pytest.mark.promise("D5")
def test_a_run_done_again_gives_the_same_bits(runs: list[Path]) -> None:
    before = {path.name: path.read_bytes() for path in runs[1].iterdir()}
    found = reproduce(runs[1], quiet=True)
    assert found.agrees
    assert str(found).startswith("The same to the last bit: small network")
    assert {path.name: path.read_bytes() for path in runs[1].iterdir()} == before


def test_other_bits_are_said(photos: Path, tmp_path: Path) -> None:
    folder = quick(photos, tmp_path).folder
    state = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(state | {"weights": "0" * 64, "versions": {"torch": "2.0"}}))
    found = reproduce(folder, quiet=True)
    assert not found.agrees
    assert "has weights" in str(found)
    assert "for 2.0" in str(found)


def test_a_run_that_the_clock_ended_is_not_done_again(photos: Path, tmp_path: Path) -> None:
    folder = quick(photos, tmp_path, time=60.0).folder
    with pytest.raises(UsageError, match="depended on the machine's speed"):
        reproduce(folder, quiet=True)
