"""One line, for movements."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fledge.core.errors import UsageError
from fledge.jobs.check import check
from fledge.jobs.reproduce import reproduce
from fledge.jobs.train import dry_run
from fledge.jobs.trained import Trained
from fledge.predictor.model_file import load
from tests.cli.commands import fledge
from tests.jobs.runs import quick
from tests.tracks import as_csv, make_tracks, movement


@pytest.fixture(scope="module")
def tracks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_tracks(tmp_path_factory.mktemp("data") / "people", each=15, events=40)


@pytest.fixture(scope="module")
def trained(tracks: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return quick(tracks, tmp_path_factory.mktemp("runs"), size=24)


def test_a_folder_of_csv_files_is_known_for_what_it_is(tracks: Path) -> None:
    found = check(tracks)
    assert (found.kind, found.task, found.supported) == ("track", "track-classification", True)
    assert "time from 'time', x from 'x', y from 'y', state from 'pressed'" in str(found)
    assert "40 events to 82 events" in str(found)
    assert not found.findings


def test_files_that_are_no_movements_and_places_off_the_screen_are_said(tmp_path: Path) -> None:
    folder = make_tracks(tmp_path / "people", each=25, events=30)
    off = movement(events=100)
    off[5, 1] = 65535
    (folder / "curved" / "off.csv").write_text(as_csv(off))
    (folder / "jerky" / "back.csv").write_text("time,x,y\n1,1,1\n0,2,2\n")
    found = check(folder)
    assert [each.reason for each in found.bad] == ["time goes backwards in line 3: 0 after 1"]
    assert [each.kind for each in found.findings] == ["put_right"]
    assert "1 of 100 places were off the screen" in found.findings[0].message


def test_a_folder_of_movements_becomes_a_function(trained: Trained, tracks: Path) -> None:
    assert trained.task == "track-classification"
    assert load(trained.folder / "model.safetensors", check=True)(tracks / "jerky" / "jerky_001.csv").label == "jerky"


def test_simple_things_are_tried_before_the_network(trained: Trained) -> None:
    assert trained.leaderboard["kind"].to_list() == ["rule", "classic", "classic", "classic", "network"]
    assert trained.leaderboard["model"][1] == "statistics + nearest neighbours"


def test_the_report_shows_movements_beside_what_the_network_sees(tracks: Path, tmp_path: Path) -> None:
    barely_taught = quick(tracks, tmp_path, size=24, model="small", lr=1e-6)
    page = barely_taught.report.read_text()
    assert "How the movements are drawn" in page
    assert page.count("<polyline points=") > 3
    assert page.count('class="pair"') > 3
    assert len(page) < 2_000_000


def test_the_same_bits_come_out_again(trained: Trained) -> None:
    assert reproduce(trained.folder, quiet=True).agrees


def test_a_body_is_tried_on_movements_where_it_is_asked_for(tracks: Path) -> None:
    plan = dry_run(tracks, model="resnet18", pretrained=False, quiet=True)
    assert [each.name for each in plan.networks] == ["resnet18, from nothing"]


def test_whether_it_is_the_owners_is_asked_of_folders_too(tracks: Path) -> None:
    plan = dry_run(tracks, owner="jerky", quiet=True)
    assert plan.task.title == "movement verification"
    assert plan.checked.task == "track-verification"
    with pytest.raises(UsageError, match="an owner is asked for by track-verification, not by track-classification"):
        dry_run(tracks, task="track-classification", owner="jerky", quiet=True)


def test_a_terminal_answers_files_and_folders_of_movements(trained: Trained, tracks: Path) -> None:
    one = fledge("predict", trained.folder, tracks / "jerky" / "jerky_001.csv")
    assert one.returncode == 0
    assert "jerky" in one.stdout
    many = fledge("predict", trained.folder, tracks / "curved", "--json")
    assert len(many.stdout.splitlines()) == 15
    assert np.mean(['"answer": "curved"' in line for line in many.stdout.splitlines()]) > 0.8
