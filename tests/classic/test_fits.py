"""What is fitted gives what scikit-learn gives."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from torch import Tensor

from fledge.classic import linear as linear_module
from fledge.classic.forest import as_trees, forest, grow
from fledge.classic.linear import Scaling, linear, weights_of
from fledge.classic.material import Material
from fledge.classic.neighbours import neighbours
from fledge.classic.rules import class_shares, mean, median, most_common, tag_shares
from fledge.models.goal import Goal
from fledge.models.on_features import FeatureModel
from fledge.models.trees import Trees
from fledge.transforms.category import CategoryBlock
from tests.classic.small import material_of, picture_loaders


def trees_of(grown: Any, places: NDArray[np.int64], material: Material) -> Trees:
    """The module of a forest grown on some material."""
    inputs = material.features.shape[1]
    return as_trees(grown, places, inputs=inputs, outputs=material.outputs, goal=material.goal)[1]


def said_of(model: torch.nn.Module, features: Tensor) -> Tensor:
    """What a fitted model says of features."""
    assert isinstance(model, FeatureModel)
    with torch.inference_mode():
        said: Tensor = model.model(features)
    return said


def arrays(material: Material) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return material.features.numpy(), material.targets.numpy()


def test_a_forest_of_classes_gives_the_probabilities_of_scikit_learn() -> None:
    material = material_of(picture_loaders("classes"))
    features, targets = arrays(material)
    theirs = RandomForestClassifier(20, random_state=0).fit(features, targets)
    trees = trees_of(theirs, theirs.classes_, material)
    strange = torch.rand(500, 400, generator=torch.Generator().manual_seed(0))
    ours = trees(strange).softmax(1).numpy()
    assert np.allclose(ours, theirs.predict_proba(strange.numpy()), atol=1e-5)


def test_a_forest_leaves_the_filters_for_warnings_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fledge.classic.forest.usual_workers", lambda: 2)
    features, targets = arrays(material_of(picture_loaders("classes")))
    before, interval = list(warnings.filters), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # threads take turns so often that they do meet
    try:
        for seed in range(5):
            grow(RandomForestClassifier(100, random_state=seed), features, targets)
            assert warnings.filters == before
    finally:
        sys.setswitchinterval(interval)


def test_what_a_forest_warns_of_is_said_when_it_is_grown() -> None:
    with pytest.warns(UserWarning, match="unique classes is greater than 50%"):
        grow(RandomForestClassifier(2), np.zeros((30, 2)), np.arange(30))


@pytest.mark.parametrize("goal", ["tags", "numbers"])
def test_a_forest_of_numbers_gives_the_values_of_scikit_learn(goal: Goal) -> None:
    material = material_of(picture_loaders(goal))
    features, targets = arrays(material)
    theirs = RandomForestRegressor(20, random_state=0).fit(features, targets)
    trees = trees_of(theirs, np.arange(2), material)
    ours = trees(material.features)
    shares = ours.sigmoid() if goal == "tags" else ours
    assert np.allclose(shares.numpy(), theirs.predict(features), atol=1e-5)


def test_features_that_lie_on_a_threshold_go_the_same_way() -> None:
    material = material_of(picture_loaders("classes"))
    theirs = RandomForestClassifier(20, random_state=0).fit(*arrays(material))
    trees = trees_of(theirs, theirs.classes_, material)
    cuts = np.concatenate([each.tree_.threshold for each in theirs.estimators_])
    on_edge = np.random.default_rng(0).choice(cuts, (300, 400)).astype(np.float32)
    assert np.allclose(trees(torch.from_numpy(on_edge)).softmax(1).numpy(), theirs.predict_proba(on_edge), atol=1e-5)


def test_neighbours_of_classes_give_the_probabilities_of_scikit_learn() -> None:
    material = material_of(picture_loaders("classes"))
    features, targets = arrays(material)
    scaling = Scaling.of(features)
    theirs = KNeighborsClassifier(5, algorithm="brute").fit(scaling(features), targets)
    strange = material.features.flip(1)
    ours = said_of(neighbours(material, 0).model, strange).softmax(1)
    assert np.allclose(ours.numpy(), theirs.predict_proba(scaling(strange.numpy())), atol=1e-5)


def test_neighbours_of_numbers_give_the_means_of_scikit_learn() -> None:
    material = material_of(picture_loaders("numbers"))
    features, targets = arrays(material)
    scaling = Scaling.of(features)
    theirs = KNeighborsRegressor(5, algorithm="brute").fit(scaling(features), targets)
    ours = said_of(neighbours(material, 0).model, material.features)
    assert np.allclose(ours.numpy(), theirs.predict(scaling(features)), atol=1e-5)


@pytest.mark.parametrize("classes", [2, 3])
def test_logistic_regression_gives_the_probabilities_of_scikit_learn(classes: int) -> None:
    features, targets = blobs(classes)
    theirs = LogisticRegression(C=0.01, tol=1e-3).fit(features, targets)
    weights, bias, note = weights_of(features, targets, "classes", classes)
    ours = torch.from_numpy(features @ weights.T + bias).softmax(1).numpy()
    assert np.allclose(ours, theirs.predict_proba(features), atol=1e-5)
    assert note == ""


def test_the_scaling_is_folded_into_the_weights() -> None:
    material = material_of(picture_loaders("classes"))
    scaling = Scaling.of(material.features.numpy())
    weights, bias, _ = weights_of(scaling(material.features.numpy()), material.targets.numpy(), "classes", 3)
    by_hand = scaling(material.features.numpy()) @ weights.T + bias
    assert np.allclose(said_of(linear(material, 0).model, material.features).numpy(), by_hand, atol=1e-4)


def test_ridge_regression_finds_a_linear_law() -> None:
    features = np.random.default_rng(0).normal(size=(200, 5)).astype(np.float32)
    law = np.array([[1.0, -2.0, 0.0, 0.5, 0.0], [0.0, 0.0, 3.0, 0.0, 0.0]])
    weights, bias, _ = weights_of(features, features @ law.T + [1.0, -1.0], "numbers", 2)
    assert np.allclose(weights, law, atol=0.05)
    assert np.allclose(bias, [1.0, -1.0], atol=0.05)


def test_a_fit_that_does_not_settle_is_noted_and_warns_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linear_module, "_WORK", 1.0)
    features, targets = blobs(3)
    uneven = (features * np.logspace(0, 3, 8)).astype(np.float32)
    *_, note = weights_of(uneven, np.random.default_rng(0).permutation(targets), "classes", 3)
    assert note == "stopped after 20 steps"


def test_classes_without_an_example_are_next_to_impossible() -> None:
    dls = picture_loaders("classes", block=CategoryBlock(vocab=["black", "blue", "green", "red", "white"]))
    material = material_of(dls)
    for fitted in (class_shares(material), forest(material, 0), linear(material, 0), neighbours(material, 0)):
        model = fitted.model
        outputs = said_of(model, material.features) if isinstance(model, FeatureModel) else model(material.features)
        assert outputs.isfinite().all()
        assert outputs.softmax(1)[:, [0, 4]].max() < 1e-6


def test_tags_that_all_or_none_have_are_said_so() -> None:
    features = np.random.default_rng(0).normal(size=(20, 3)).astype(np.float32)
    weights, bias, _ = weights_of(features, np.repeat([[1.0, 0.0]], 20, axis=0), "tags", 2)
    assert (torch.from_numpy(features @ weights.T + bias).sigmoid().round(decimals=6) == torch.tensor([1.0, 0.0])).all()


def test_rules_say_shares_means_and_medians() -> None:
    classes, tags, numbers = (material_of(picture_loaders(goal)) for goal in ("classes", "tags", "numbers"))
    inputs = torch.zeros(2, 3, 12, 10)
    shares = classes.targets.bincount() / len(classes)
    assert torch.allclose(class_shares(classes).model(inputs).softmax(1), shares.expand(2, 3))
    assert most_common(classes) == int(shares.argmax())
    assert torch.allclose(tag_shares(tags).model(inputs).sigmoid(), tags.targets.mean(0).expand(2, 2))
    assert torch.allclose(mean(numbers).model(inputs), numbers.targets.mean(0).expand(2, 2), atol=1e-6)
    assert np.allclose(median(numbers).model(inputs).numpy(), np.median(numbers.targets.numpy(), 0))


@pytest.mark.parametrize("goal", ["classes", "tags", "numbers"])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_a_handful_of_examples_is_enough_to_fit(goal: Goal, most: int) -> None:
    material = material_of(picture_loaders(goal), most=most)
    for fit in (neighbours, linear, forest):
        assert said_of(fit(material, 0).model, material.features).isfinite().all()


def blobs(classes: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Points around as many centres."""
    numbers = np.random.default_rng(0)
    targets = np.arange(150) % classes
    return (numbers.normal(size=(150, 8)) + 2 * np.eye(8)[targets]).astype(np.float32), targets
