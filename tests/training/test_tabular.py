"""Learners of tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch
from torch import nn

from fledge.core.errors import UsageError
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.predictor.model_file import load
from fledge.tasks.answer import Label
from fledge.training.learner import Learner
from fledge.training.tabular import tabular_learner
from tests.tables import birds
from tests.training.small import blob_loaders, same, weights


def learner(y_names: str = "kind", **options: Any) -> Learner:
    dls = TabularDataLoaders.from_df(birds(), y_names, device="cpu", seed=1, bs=32)
    return tabular_learner(dls, progress=False, precision="float32", **options)


def test_birds_are_told_apart() -> None:
    learn = learner()
    learn.fit_one_cycle(12)
    assert learn.figures["accuracy"].value > 0.5


def test_their_weight_is_told_from_its_logarithm() -> None:
    learn = learner("weight")
    learn.fit_one_cycle(20)
    assert learn.figures["r2"].value > 0.5


def test_a_row_is_answered_the_same_before_and_after_saving(tmp_path: Path) -> None:
    learn = learner()
    learn.fit(1)
    rows = birds(5, seed=3).to_dicts()
    learn.export(tmp_path / "birds.safetensors")
    loaded = load(tmp_path / "birds.safetensors", check=True)
    assert [answer.to_json() for answer in loaded(rows)] == [answer.to_json() for answer in learn.predict(rows)]
    assert isinstance(loaded(rows[0]), Label)


def test_the_seed_decides_the_weights() -> None:
    assert same(weights(learner(seed=5)), weights(learner(seed=5)))
    assert not same(weights(learner(seed=5)), weights(learner(seed=6)))


def test_layers_or_a_network_of_ones_own_can_be_asked_for() -> None:
    layers = [each for each in learner(layers=[20, 10]).model.modules() if isinstance(each, nn.Linear)]
    assert [each.out_features for each in layers] == [20, 10, 3]
    own = nn.Sequential(nn.LazyLinear(8), nn.ReLU(), nn.Linear(8, 3))
    own(torch.zeros(2, learner().dls.codec.input.width))  # type: ignore[union-attr]
    learn = learner(net=own)
    learn.fit(1)
    assert learn.model is own


@pytest.mark.parametrize(("target", "figure"), [("kind", "accuracy"), ("weight", "r2")])
def test_several_members_learn_and_answer_as_one(target: str, figure: str, tmp_path: Path) -> None:
    learn = learner(target, members=4, width=32, dropout=0.1)
    learn.fit_one_cycle(15)
    assert learn.figures[figure].value > 0.5
    learn.export(tmp_path / "birds.safetensors")
    rows = birds(5, seed=3).to_dicts()
    loaded = load(tmp_path / "birds.safetensors", check=True)
    assert [answer.to_json() for answer in loaded(rows)] == [answer.to_json() for answer in learn.predict(rows)]


def test_a_loss_that_members_cannot_be_told_is_refused() -> None:
    with pytest.raises(UsageError, match="told to each member"):
        learner(members=4, loss=nn.CrossEntropyLoss())


def test_loaders_of_something_else_are_refused() -> None:
    with pytest.raises(UsageError, match="needs loaders of rows"):
        tabular_learner(blob_loaders())


def test_a_frame_in_gives_a_frame_out_of_its_kind_and_order() -> None:
    pd = pytest.importorskip("pandas")
    frame = birds(120)
    model = tabular_learner(TabularDataLoaders.from_df(frame, "kind", seed=1, bs=16, device="cpu"), progress=False).predictor()
    some = frame.head(7)
    answers = model(some)
    assert isinstance(answers, pl.DataFrame)
    assert answers["answer"].to_list() == [answer.label for answer in model(some.to_dicts())]
    given = pd.DataFrame(some.to_dict(as_series=False), index=list("gfedcba"))
    assert list(model(given).index) == list("gfedcba")


def test_what_was_never_met_in_training_is_said_in_the_answer() -> None:
    frame = birds(120)
    model = tabular_learner(TabularDataLoaders.from_df(frame, "kind", seed=1, bs=16, device="cpu"), progress=False).predictor()
    row = frame.row(0, named=True)
    name = next(each for each, value in row.items() if isinstance(value, str) and each != "kind")
    assert model(row).warnings == ()
    assert model(row | {name: "never seen"}).warnings
    assert [bool(answer.warnings) for answer in model([row, row | {name: "never seen"}])] == [False, True]
