"""The simple things to try for ratings and likes."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
import torch

from fledge.classic.alternating import Side, solved
from fledge.classic.biases import RIDGE, ridge
from fledge.classic.candidates import candidates
from fledge.classic.fitted import Fitted
from fledge.classic.who_had_what import WhoHadWhat
from fledge.core.errors import UsageError
from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.predictor.model_file import load
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import task_for
from tests.ratings import films, ratings


@cache
def loaders(*, likes: bool = False) -> DataLoaders:
    return CollabDataLoaders.from_df(ratings(), items=films(), seed=1, likes=likes, device="cpu")


@cache
def fits(*, likes: bool) -> dict[str, Fitted]:
    dls = loaders(likes=likes)
    assert isinstance(dls.train, Loader)
    return {each.name: each.fit(dls.train, 0) for each in candidates(task_for(dls.codec), dls.codec)}  # type: ignore[arg-type]


def headline(model: Any, dls: DataLoaders) -> float:
    task = task_for(dls.codec)  # type: ignore[arg-type]
    batch = next(dls.valid.epoch(0, train=False))
    with torch.inference_mode():
        outputs = task.in_units(model(batch.inputs), dls.codec)
    return task.metrics(dls.codec)[0](outputs, batch.targets)


def test_each_rating_model_is_better_than_the_rule_before_it() -> None:
    found = {name: headline(fitted.model, loaders()) for name, fitted in fits(likes=False).items()}
    assert found["always the mean"] > found["biases of people and items"]
    assert found["each item's mean"] > found["biases of people and items"]
    assert found["biases of people and items"] > found["items alike"]
    assert found["biases of people and items"] > found["Bayesian factors, 10 each"]


def test_what_is_learned_of_likes_beats_what_is_popular() -> None:
    found = {name: headline(fitted.model, loaders(likes=True)) for name, fitted in fits(likes=True).items()}
    popular = found.pop("the most popular")
    assert min(found.values()) > popular


@pytest.mark.promise("A5")
@pytest.mark.parametrize("likes", [False, True])
def test_each_is_saved_and_answers_as_before(likes: bool, tmp_path: Any) -> None:
    dls = loaders(likes=likes)
    for name, fitted in fits(likes=likes).items():
        made = Predictor(task_for(dls.codec), dls.codec, fitted.model, fitted.architecture)  # type: ignore[arg-type]
        made = made.with_examples(list(dls.valid.samples.inputs[:3]))  # type: ignore[union-attr]
        made.save(tmp_path / "model.safetensors")
        again = load(tmp_path / "model.safetensors", check=True)
        assert again.recommend(3, 5).to_json() == made.recommend(3, 5).to_json(), name
        assert again.recommend(liked=["10", 20], n=5).to_json() == made.recommend(liked=["10", 20], n=5).to_json(), name
        assert again.similar(30, 4).to_json() == made.similar(30, 4).to_json(), name


@pytest.mark.parametrize("likes", [False, True])
def test_everything_at_once_is_scored_as_thing_by_thing(likes: bool) -> None:
    for name, fitted in fits(likes=likes).items():
        people = torch.arange(0, 5, dtype=torch.int32)
        places = torch.arange(1, fitted.architecture.places[1], dtype=torch.int32)  # type: ignore[attr-defined]
        with torch.inference_mode():
            whole = fitted.model(people[:, None])
            alone = torch.cat(
                [fitted.model(torch.stack([torch.full_like(places, who), places], 1)).T for who in people.tolist()]
            )
        assert torch.allclose(whole, alone, atol=1e-5), name


def test_biases_solve_the_ridge_equations() -> None:
    had = WhoHadWhat.of(loaders().train)  # type: ignore[arg-type]
    added = ridge(had)
    off = had.given - added.of(had)
    people = added.people - had.mean
    assert np.allclose(had.sums(0, off), RIDGE[0] * people, atol=0.02)
    assert np.allclose(had.sums(1, off), RIDGE[1] * added.things, atol=0.1)


def test_alternating_solutions_are_those_of_plain_least_squares() -> None:
    had = WhoHadWhat.of(loaders().train)  # type: ignore[arg-type]
    side, numbers = Side.of(had, 0, had.given), torch.Generator().manual_seed(0)
    vectors = torch.randn(had.places[1], 3, generator=numbers)
    found = solved(side, vectors, side.values, torch.eye(3), torch.ones(3), None)
    mine = had.people == 7
    table, given = vectors[had.things[mine]], torch.from_numpy(had.given[mine])
    expected = torch.linalg.solve(table.T @ table + torch.eye(3), table.T @ given + torch.ones(3))
    assert torch.allclose(found[7], expected, atol=1e-4)
    assert torch.allclose(found[0], torch.ones(3))  # whoever gave nothing is held where all are


def test_the_same_seed_gives_the_same_bits() -> None:
    dls = loaders()
    chosen = [each for each in candidates(task_for(dls.codec), dls.codec) if each.name.startswith("Bayesian")]  # type: ignore[arg-type]
    again = chosen[0].fit(dls.train, 0)  # type: ignore[arg-type]
    assert torch.equal(again.model.table, fits(likes=False)[chosen[0].name].model.table)  # type: ignore[arg-type]


def test_people_to_ask_about_are_no_ratings_to_learn_from() -> None:
    with pytest.raises(UsageError, match="training part"):
        WhoHadWhat.of(loaders(likes=True).valid)  # type: ignore[arg-type]
