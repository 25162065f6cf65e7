"""One line, for sounds."""

from __future__ import annotations

from pathlib import Path

import pytest

from fledge.core.errors import UsageError
from fledge.jobs.reproduce import reproduce
from fledge.jobs.train import dry_run
from fledge.jobs.trained import Trained
from fledge.predictor.model_file import load
from tests.jobs.runs import quick
from tests.sounds import make_sounds


@pytest.fixture(scope="module")
def sounds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_sounds(tmp_path_factory.mktemp("data") / "sounds", each=20)


@pytest.fixture(scope="module")
def trained(sounds: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return quick(sounds, tmp_path_factory.mktemp("runs"), size=None)


def test_a_folder_of_sounds_becomes_a_function(trained: Trained, sounds: Path) -> None:
    assert trained.task == "sound-classification"
    assert trained(sounds / "clock" / "clock_000.wav").label == "clock"
    assert load(trained.folder / "model.safetensors", check=True)(sounds / "whistle" / "whistle_001.wav").label == "whistle"


def test_simple_things_are_tried_before_the_network(trained: Trained) -> None:
    assert trained.leaderboard["kind"].to_list() == ["rule", "classic", "classic", "classic", "network"]
    assert trained.leaderboard["model"][-1] == "small network, from nothing"


def test_the_report_plays_what_the_network_took_for_something_else(sounds: Path, tmp_path: Path) -> None:
    barely_taught = quick(sounds, tmp_path, size=None, model="small", lr=1e-5)
    page = barely_taught.report.read_text()
    assert "media-src data:" in page
    assert '<audio controls="controls" preload="none" src="data:audio/mpeg;base64,' in page
    assert len(page) < 2_000_000


def test_the_same_bits_come_out_again(trained: Trained) -> None:
    assert reproduce(trained.folder, quiet=True).agrees


def test_what_is_about_pictures_is_refused(sounds: Path) -> None:
    with pytest.raises(UsageError, match="leave --size out"):
        dry_run(sounds, size=64, quiet=True)


def test_a_body_is_tried_on_sounds_where_it_is_asked_for(sounds: Path) -> None:
    plan = dry_run(sounds, model="resnet18", pretrained=False, quiet=True)
    assert [each.name for each in plan.networks] == ["resnet18, from nothing"]
