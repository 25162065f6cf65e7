"""The simple things to try: all of them fitted, measured, saved and called."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import pytest
import torch

from fledge.classic.candidate import Candidate
from fledge.classic.candidates import candidates
from fledge.core.seeds import key
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.models.goal import Goal
from fledge.predictor.model_file import load
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import task_for
from fledge.transforms.image import Image
from fledge.transforms.transform import Codec, Transform
from tests.classic.small import picture_loaders, point_loaders

GOALS: tuple[Goal, ...] = get_args(Goal)


def tried(dls: DataLoaders) -> tuple[Candidate, ...]:
    assert isinstance(dls.train, Loader)
    assert dls.codec is not None
    return candidates(task_for(dls.codec), dls.codec, dls.train)


def predictor_of(candidate: Candidate, dls: DataLoaders, seed: int = 0) -> Predictor:
    assert isinstance(dls.train, Loader)
    assert dls.codec is not None
    fitted = candidate.fit(dls.train, seed)
    return Predictor(task_for(dls.codec), dls.codec, fitted.model, fitted.architecture)


def test_rules_come_first_and_are_named_after_their_answer() -> None:
    names = [each.name for each in tried(picture_loaders("classes"))]
    assert names == [
        "always 'blue'",
        "colours + nearest neighbours",
        "colours + logistic regression",
        "colours + random forest",
    ]


def test_without_the_training_part_a_rule_is_named_after_what_it_does() -> None:
    dls = picture_loaders("classes")
    assert dls.codec is not None
    assert candidates(task_for(dls.codec), dls.codec)[0].name == "always the most common class"


@pytest.mark.promise("A5")
@pytest.mark.parametrize("goal", GOALS)
def test_every_candidate_is_saved_and_loaded_bit_for_bit(goal: Goal, tmp_path: Path) -> None:
    dls = picture_loaders(goal)
    pictures = list(dls.valid.samples.inputs) if isinstance(dls.valid, Loader) else []
    for candidate in tried(dls):
        predictor = predictor_of(candidate, dls).with_examples(pictures[:3])
        predictor.save(tmp_path / "simple.safetensors")
        again = load(tmp_path / "simple.safetensors", check=True)
        assert again.architecture == predictor.architecture
        assert again(pictures) == predictor(pictures)


@pytest.mark.parametrize("goal", GOALS)
def test_what_looks_at_pictures_beats_the_rule(goal: Goal) -> None:
    dls = picture_loaders(goal)
    assert dls.codec is not None
    metric = task_for(dls.codec).metrics(dls.codec)[0]
    batch = next(iter(dls.valid))
    rule, *classics = [
        metric(predictor_of(each, dls).model(batch.inputs), batch.targets) for each in tried(dls) if "median" not in each.name
    ]
    assert len(classics) == 3
    assert min(classics) > rule + 0.2


def test_the_same_seed_gives_the_same_bits_for_any_number_of_threads() -> None:
    many, one = picture_loaders("classes", workers=2), picture_loaders("classes", workers=0)
    for candidate, other in zip(tried(many), tried(one), strict=True):
        first, second = (predictor_of(*each).model.state_dict() for each in ((candidate, many, 3), (other, one, 3)))
        assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_forest_of_another_seed_is_another() -> None:
    dls = picture_loaders("classes")
    forest = tried(dls)[-1]
    first, second = (predictor_of(forest, dls, seed).model(next(iter(dls.valid)).inputs) for seed in (0, 1))
    assert not torch.equal(first, second)
    assert key(0, "forest") != key(1, "forest")


def test_a_batch_gives_what_each_picture_gives_alone() -> None:
    dls = picture_loaders("classes")
    inputs = next(iter(dls.valid)).inputs
    for candidate in tried(dls):
        model = predictor_of(candidate, dls).model
        alone = torch.cat([model(each[None]) for each in inputs])
        assert torch.allclose(model(inputs).softmax(1), alone.softmax(1), atol=1e-6)


def test_pictures_normalised_for_a_network_give_the_same_features() -> None:
    dls = picture_loaders("classes")
    plain, normalised = (
        predictor_of(tried(each)[2], each) for each in (dls, dls.normalised((0.5, 0.4, 0.3), (0.2, 0.3, 0.25)))
    )
    pictures = list(dls.valid.samples.inputs) if isinstance(dls.valid, Loader) else []
    first, second = (torch.tensor([answer.probability for answer in each(pictures)]) for each in (plain, normalised))
    assert torch.allclose(first, second, atol=1e-3)


def test_points_are_found_too() -> None:
    dls = point_loaders()
    answers = [predictor_of(each, dls)(dls.valid.samples.inputs[0]) for each in tried(dls) if isinstance(dls.valid, Loader)]
    assert [len(each.points) for each in answers] == [2] * 5


def test_inputs_without_features_have_their_rules_alone() -> None:
    dls = picture_loaders("numbers")
    assert dls.codec is not None
    strange = Codec(dls.codec.target, dls.codec.target)
    assert [each.kind for each in candidates(task_for(dls.codec), strange)] == ["rule", "rule"]


def test_targets_that_only_networks_learn_have_no_candidates() -> None:
    dls = picture_loaders("classes")
    assert dls.codec is not None
    target: Transform[Any, Any] = Image()
    assert candidates(task_for(dls.codec), Codec(dls.codec.input, target)) == ()
