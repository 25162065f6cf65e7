"""The simple things on rows of a table: what is fitted gives what its library gives, and is saved like any model."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.svm import SVC, SVR

from fledge.classic import boosting
from fledge.classic.candidates import candidates
from fledge.classic.material import Material
from fledge.classic.of_rows import row_features
from fledge.classic.one_rule import one_rule
from fledge.classic.svm import _classes, _numbers
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.models.row_features import Form
from fledge.predictor.model_file import load
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import task_for
from tests.tables import birds

SIMPLE = ("one rule", "nearest neighbours", "support vectors", "random forest", "boosted trees")


def loaders(target: str, count: int = 400) -> DataLoaders:
    return TabularDataLoaders.from_df(birds(count), target, seed=1, device="cpu")


def material_of(dls: DataLoaders, form: Form) -> Material:
    assert isinstance(dls.train, Loader)
    assert dls.codec is not None
    return Material.of(dls.train, task_for(dls.codec).outputs(dls.codec), row_features(dls.codec.input, form))


def fitted(dls: DataLoaders) -> dict[str, Predictor]:
    assert isinstance(dls.train, Loader)
    assert dls.codec is not None
    task = task_for(dls.codec)
    found = {each.name: each.fit(dls.train, 0) for each in candidates(task, dls.codec, dls.train)}
    return {name: Predictor(task, dls.codec, each.model, each.architecture) for name, each in found.items()}


@pytest.mark.promise("A5")
@pytest.mark.parametrize("target", ["kind", "weight"])
def test_every_candidate_is_saved_loaded_and_better_than_the_rule(target: str, tmp_path: Path) -> None:
    dls = loaders(target)
    assert dls.codec is not None
    assert isinstance(dls.valid, Loader)
    rows, metric = list(dls.valid.samples.inputs), task_for(dls.codec).metrics(dls.codec)[0]
    batch, scores = next(iter(dls.valid)), {}
    for name, predictor in fitted(dls).items():
        predictor.with_examples(rows[:3]).save(tmp_path / "simple.safetensors")
        again = load(tmp_path / "simple.safetensors", check=True)
        assert [each.to_json() for each in again(rows)] == [each.to_json() for each in predictor(rows)]
        scores[name] = metric(predictor.model(batch.inputs), batch.targets)
    assert set(scores) >= set(SIMPLE)
    rule = next(iter(scores.values()))
    assert all(score > rule + 0.1 for name, score in scores.items() if not name.startswith("always"))


@pytest.mark.parametrize(
    ("target", "kind"), [("kind", HistGradientBoostingClassifier), ("weight", HistGradientBoostingRegressor)]
)
def test_boosted_trees_say_what_scikit_learn_says_of_strange_rows_too(target: str, kind: Any) -> None:
    material = material_of(loaders(target, 800), "plain")
    features, targets = material.features.numpy(), material.targets.numpy().squeeze()
    theirs = kind(max_iter=20, categorical_features=boosting._categorical(material), min_samples_leaf=5).fit(features, targets)
    architecture, ours = boosting.as_boosted([theirs], list(range(material.outputs)), material)
    assert architecture.sets > 0
    strange = material.features.clone()
    strange[:, 0], strange[::2, 1] = 1.0, 0.0
    for rows in (material.features, strange):
        said = theirs._raw_predict(rows.numpy()) if target == "kind" else theirs.predict(rows.numpy())[:, None]
        assert np.abs(ours(rows).numpy() - said).max() < 1e-5


def test_of_two_classes_boosting_learns_the_difference() -> None:
    frame = birds(400).with_columns(kind=pl.col("kind") == "robin")
    dls = TabularDataLoaders.from_df(frame, "kind", seed=1, device="cpu")
    material = material_of(dls, "plain")
    made = boosting.boosting(material, 0)
    theirs = HistGradientBoostingClassifier(**boosting._settings(material, 0)).fit(material.features.numpy(), material.targets)
    probabilities = made.model(material.features).softmax(1).numpy()
    assert np.abs(probabilities - theirs.predict_proba(material.features.numpy())).max() < 1e-6


def test_xgboost_says_what_xgboost_says() -> None:
    xgboost = pytest.importorskip("xgboost", reason="needs the extra boost: pip install 'fledge[boost]'")
    from fledge.classic import extreme

    for target in ("kind", "weight"):
        material = material_of(loaders(target), "plain")
        features, targets = material.features.numpy(), material.targets.numpy().squeeze()
        objective = {"objective": "multi:softprob", "num_class": 3} if target == "kind" else {"objective": "reg:squarederror"}
        theirs = extreme._grown(features, targets, objective, 0)
        _, ours = extreme.as_boosted([theirs], [list(range(material.outputs))], np.zeros(material.outputs), material)
        said = theirs.predict(xgboost.DMatrix(features), output_margin=True).reshape(len(features), -1)
        assert np.abs(ours(material.features).numpy() - said).max() < 1e-4


def test_support_vectors_say_what_scikit_learn_says() -> None:
    numbers = np.random.default_rng(0)
    features = numbers.normal(size=(120, 4)).astype(np.float32)
    aims = features[:, 0] + numbers.normal(0, 0.1, 120)
    weights, bias = _numbers(features, aims, 1, 0.25)
    near = np.exp(-0.25 * ((features[:, None] - features) ** 2).sum(2))
    assert np.allclose(near @ weights[0] + bias[0], SVR(gamma=0.25).fit(features, aims).predict(features), atol=1e-6)
    weights, bias = _classes(features, (aims > 0).astype(int), 2, 0.25)
    said, theirs = near @ weights[1] + bias[1], SVC(gamma=0.25).fit(features, aims > 0).decision_function(features)
    assert np.corrcoef(said, theirs)[0, 1] > 0.99999  # only the scale, of probabilities, is another


def test_one_rule_is_said_in_words() -> None:
    frame = pl.DataFrame({"size": [*range(100)], "kind": ["a", "b"] * 50, "big": ["no"] * 60 + ["yes"] * 40})
    dls = TabularDataLoaders.from_df(frame.with_columns(size=pl.col("size") * 1.5), "big", seed=1, device="cpu")
    made = one_rule(material_of(dls, "plain"), dls.codec)  # type: ignore[arg-type]
    assert re.fullmatch(r"size above (88.5|89.25|90|90.75): yes \(100 %\); else no \(100 %\)", made.note)
    with torch.inference_mode():
        batch = next(iter(dls.valid))
        assert (made.model(batch.inputs).argmax(1) == batch.targets).float().mean() >= 0.9


def test_one_rule_asks_for_a_name_where_that_says_more() -> None:
    frame = birds(400).with_columns(
        weight=pl.when(pl.col("place") == "wood").then(100.5).otherwise(pl.col("wing").fill_null(9))
    )
    dls = TabularDataLoaders.from_df(frame, "weight", seed=1, device="cpu", log_scale=False)
    made = one_rule(material_of(dls, "plain"), dls.codec)  # type: ignore[arg-type]
    assert made.note.startswith("place is wood: 100.5; else 1")


def test_one_class_alone_is_taken_for_what_it_is() -> None:
    material = material_of(loaders("kind", 100), "plain")
    object.__setattr__(material, "targets", torch.zeros_like(material.targets))
    assert boosting.boosting(material, 0).model(material.features).argmax(1).unique().tolist() == [0]
