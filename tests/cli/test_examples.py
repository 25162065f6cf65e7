"""The example in every help page runs."""

from __future__ import annotations

import io
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from fledge.cli.main import run
from fledge.cli.table import COMMANDS
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.data.track_dataloaders import TrackDataLoaders
from fledge.training.tabular import tabular_learner
from fledge.training.track import track_learner
from tests.masks import NAMES, make_masks, small_masker
from tests.predictor.small import small_predictor
from tests.ratings import small_recommender, starred
from tests.tables import houses
from tests.tracks import as_table

RUN = ("check", "predict", "export", "inspect", "doctor")
"""The commands whose examples run here; those of others run where they are tested."""


def examples(command: str) -> list[str]:
    """The lines of its help that can be typed."""
    page: str = COMMANDS[command].help
    return re.findall(r"^ +((?:fledge |[a-z]+ .*\| fledge ).*)$", page, re.MULTILINE)


@pytest.fixture
def desk(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the examples speak of."""
    shutil.copytree(photos, tmp_path / "photos")
    shutil.copy(photos / "bird" / "bird_000.jpg", tmp_path / "robin.jpg")
    files = sorted((tmp_path / "photos").glob("*/*.jpg"))
    rows = [f"{each.relative_to(tmp_path)},{each.parent.name}\n" for each in files]
    (tmp_path / "labels.csv").write_text("".join(["file,species\n", *rows]))
    houses(40).write_csv(tmp_path / "houses.csv")
    starred().write_csv(tmp_path / "ratings.csv")
    make_masks(tmp_path / "camvid", 8)
    (tmp_path / "codes.txt").write_text("\n".join(NAMES))
    sessions = as_table().with_columns(pl.col("person").replace("curved", "ann"))
    sessions.write_csv(tmp_path / "sessions.csv")
    sessions.drop("person").write_csv(tmp_path / "new.csv")
    for name in ("birds", "films", "houses", "sessions"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    small_recommender().save(tmp_path / "runs/films/model.safetensors")
    dls = TabularDataLoaders.from_df(houses(40), "price", device="cpu")
    tabular_learner(dls, progress=False).export(tmp_path / "runs" / "houses" / "model.safetensors")
    (tmp_path / "runs" / "street").mkdir()
    small_masker().save(tmp_path / "runs/street/model.safetensors")
    moved = TrackDataLoaders.from_df(sessions, "session", "person", device="cpu")
    track_learner(moved, progress=False).export(tmp_path / "runs/sessions/model.safetensors")
    for name in ("bird.safetensors", "runs/birds/model.safetensors"):
        small_predictor().save(tmp_path / name)
    small_predictor().save(tmp_path / "bird.onnx")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", RUN)
def test_the_examples_of_the_help_run(command: str, desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert examples(command)
    for line in examples(command):
        before, _, typed = line.rpartition(" | ")
        piped = subprocess.run(shlex.split(before), capture_output=True, text=True, check=True).stdout if before else ""
        monkeypatch.setattr(sys, "stdin", io.StringIO(piped))
        assert run(shlex.split(typed)[1:]) == 0, line
