"""Few rows, each held back once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from fledge.core.errors import UsageError
from fledge.jobs.averaging import members
from fledge.jobs.deadline import Allowance
from fledge.jobs.planning import Plan, planned
from fledge.jobs.reproduce import reproduce
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Teller
from fledge.jobs.train import train
from fledge.jobs.trained import Trained
from fledge.jobs.tried import Tried
from fledge.jobs.trying import everything_tried
from tests.tables import write_birds

QUICK: dict[str, Any] = {"epochs": 1, "precision": "float32", "device": "cpu"}


@pytest.fixture(scope="module")
def said() -> list[str]:
    return []


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, said: list[str]) -> Trained:
    folder = tmp_path_factory.mktemp("runs")
    return train(write_birds(folder / "birds.csv", 80), target="weight", out=folder, say=said.append, **QUICK)


def test_every_row_is_held_back_once(trained: Trained) -> None:
    assert trained.leaderboard["count"].unique().to_list() == [80]
    scores = pl.read_csv(trained.folder / "scores.csv")
    assert sorted(scores["item"]) == sorted(f"item {place}" for place in range(80))


def test_it_is_said_before_and_on_the_card(trained: Trained, said: list[str]) -> None:
    assert any(line.startswith("Folds   every row is held back once, in 5 folds") for line in said)
    assert "judged in 5 folds" in " ".join(trained.model.card.remarks)


def test_the_model_that_is_kept_has_learned_from_every_row(trained: Trained) -> None:
    assert trained.model.card.trained_on == 80
    assert json.loads((trained.folder / "run.json").read_text())["winner"] == trained.winner


def test_it_is_made_again_bit_for_bit(trained: Trained) -> None:
    assert reproduce(trained.folder, quiet=True).agrees


def plan_of(tmp_path: Path, **choices: Any) -> Plan:
    table = write_birds(tmp_path / "birds.csv", 60)
    return planned(Settings(str(table), target=("kind",), **QUICK | choices), Teller(quiet=True))


def test_each_fold_learns_from_all_other_rows(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    assert plan.whole is not None
    held = [set(each.valid.samples.numbers.tolist()) for each in (plan, *plan.folds)]
    assert len(held) == 5
    for each, own in zip((plan, *plan.folds), held, strict=True):
        assert set(each.train.samples.numbers.tolist()) == set(range(60)) - own
    assert plan.judged.samples.numbers.tolist() == [
        number for each in (plan, *plan.folds) for number in each.valid.samples.numbers.tolist()
    ]
    assert sorted(plan.whole.train.samples.numbers.tolist()) == list(range(60))


def test_a_share_of_a_tenth_makes_ten_folds(tmp_path: Path) -> None:
    assert len(plan_of(tmp_path, valid=0.1).folds) == 9


@pytest.mark.parametrize("choice", [{"folds": False}, {"time": 60.0}, {"latest": "seen"}, {"group": "observer"}])
def test_there_are_none_where_the_rows_are_divided_otherwise_or_time_is_short(tmp_path: Path, choice: dict[str, Any]) -> None:
    assert plan_of(tmp_path, **choice).whole is None


def test_what_does_not_go_with_folds_is_refused() -> None:
    for choice in ({"time": 60.0}, {"latest": "seen"}):
        with pytest.raises(UsageError, match="folds"):
            Settings("birds.csv", folds=True, **choice)


def test_who_is_averaged_on_a_fold_is_decided_by_the_others(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    tried = everything_tried(plan, RunFolder.new(tmp_path, "run"), Allowance(None), Teller(quiet=True))
    looking = [each for each in tried if each.kind in ("classic", "network")]
    first = slice(0, plan.valid.count)
    worst = next(each for each in looking if each not in members(looking, first))
    lucky = _with_scores(worst, first, 99.0)
    others = [lucky if each is worst else each for each in looking]
    assert lucky in members(others)
    assert lucky not in members(others, first)


def test_what_was_tried_on_all_folds_is_taken_up_again(tmp_path: Path) -> None:
    plan, folder = plan_of(tmp_path), RunFolder.new(tmp_path, "run")
    first = everything_tried(plan, folder, Allowance(None), Teller(quiet=True))
    again = everything_tried(plan, folder, Allowance(None), Teller(quiet=True))
    assert [each.name for each in first] == [each.name for each in again]
    for one, other in zip(first, again, strict=True):
        assert one.seconds == other.seconds
        assert np.array_equal(one.measured.scores, other.measured.scores)


def _with_scores(one: Tried, where: slice, value: float) -> Tried:
    """The same, as if it had done better somewhere."""
    scores = one.measured.scores.copy()
    scores[where] = value
    return replace(one, measured=replace(one.measured, scores=scores))
