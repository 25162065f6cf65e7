"""Recommenders as ONNX files: who would rate what how, what to recommend to whom, what is like what."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
import torch

from fledge.core.errors import UnknownName, UsageError
from fledge.models.architecture import Architecture
from fledge.models.factors import FactorsNet
from fledge.models.near_things import NearThingsNet
from fledge.models.recommender import Recommender
from fledge.models.suiting import SuitingNet
from fledge.predictor.export import export_onnx
from fledge.predictor.loading import load
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.predictor.predictor import Predictor
from fledge.tasks.likes import Likes
from fledge.tasks.ratings import Ratings
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.liked import Liked
from fledge.transforms.pair import Pair
from fledge.transforms.person import Person
from fledge.transforms.rating import Rating
from fledge.transforms.transform import Codec
from tests.no_torch import without_torch
from tests.predictor.small import small_predictor
from tests.ratings import films, ratings


@cache
def catalogue() -> Catalogue:
    frame = ratings()
    titles = dict(zip(films()["movieId"].cast(str).to_list(), films()["title"].to_list(), strict=True))
    return Catalogue.learn(frame["userId"], frame["movieId"], titles)


def filled(net: Architecture) -> Recommender:
    """A network whose numbers are all drawn by chance, each in the range it has to be in."""
    model = net.build()
    assert isinstance(model, Recommender)
    numbers = torch.Generator().manual_seed(0)
    for name, values in model.state_dict().items():
        if name == "alike":
            values.copy_(torch.randint(1, model.things, values.shape, generator=numbers))
        elif name == "key":
            values.copy_(torch.randperm(len(values) * 3, generator=numbers)[: len(values)].sort().values)
        else:
            values.copy_(torch.rand(values.shape, generator=numbers) - 0.3)
    return model


def recommender(kind: str) -> Predictor:
    people, things = catalogue().places
    if kind == "near things":
        near = NearThingsNet(people, things, near=5, given=people * things // 3, likes=True)
        codec = Codec(Person(catalogue()), Liked(catalogue()))
        return Predictor(Likes(first=5), codec, filled(near), near).with_examples([1, 2])
    net = FactorsNet(people, things, 4, 0.5, 5.5) if kind == "vectors" else SuitingNet(people, things, 4, (8,))
    rated = Codec(Pair(catalogue()), Rating(0.5, 5.0, "stars"))
    return Predictor(Ratings(), rated, filled(net), net).with_examples([(1, 10), (2, 30)])


@pytest.fixture(scope="module", params=["vectors", "network", "near things"])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Predictor, OnnxPredictor]:
    original, file = recommender(request.param), tmp_path_factory.mktemp("films") / "films.onnx"
    done = export_onnx(original, file)
    assert done.comparison.same == 2
    loaded = load(file)
    assert isinstance(loaded, OnnxPredictor)
    return original, loaded


@pytest.mark.promise("F2")
def test_everybody_is_answered_and_recommended_the_same(both: tuple[Predictor, OnnxPredictor]) -> None:
    original, loaded = both
    for person in range(1, 15):
        asked = person if original.kinds[0] == "person" else (person, 10)
        before, after = (each(asked).as_dict()["answer"] for each in (original, loaded))
        assert after == (before if isinstance(before, list) else pytest.approx(before, abs=1e-4))
        first, then = original.recommend(person, 5), loaded.recommend(person, 5)
        assert [each.title for each in then] == [each.title for each in first]
        assert [each.score for each in then] == pytest.approx([each.score for each in first], abs=1e-4)


def test_what_is_like_a_thing_is_the_same(both: tuple[Predictor, OnnxPredictor]) -> None:
    original, loaded = both
    assert str(loaded.similar(10, 5)) == str(original.similar(10, 5))
    with pytest.raises(UnknownName):
        loaded.similar("no such film")


def test_somebody_unknown_gets_what_suits_anybody_and_a_word(both: tuple[Predictor, OnnxPredictor]) -> None:
    original, loaded = both
    assert loaded.recommend("nobody", 3).as_dict()["warnings"] == original.recommend("nobody", 3).as_dict()["warnings"]


def test_somebody_new_is_for_the_model_file(both: tuple[Predictor, OnnxPredictor]) -> None:
    with pytest.raises(UsageError, match="recommends to people it knows"):
        both[1].recommend(liked=[films()["title"][0]])


def test_it_recommends_from_the_terminal_and_over_http_without_torch(tmp_path: Path) -> None:
    original, file = recommender("vectors"), tmp_path / "films.onnx"
    original.save(file)
    code = """
file = sys.argv[1]
app = build_app(fledge.load(file))
for asked in (b'{"user": 3, "n": 2}', b'{"item": 10, "n": 2}', b'{"user": 3, "item": 10}'):
    got = ask_now(app, "POST", "/predict", {"content-type": "application/json"}, asked)
    assert got.status == 200, got
refused = ask_now(app, "POST", "/predict", {"content-type": "application/json"}, b'{"liked": [10]}')
assert 400 <= refused.status < 500, refused
assert ask_now(app, "GET", "/titles").json["titles"]
assert run(["inspect", file]) == 0
assert run(["predict", file, "--user", "3", "-n", "2", "--json"]) == 0
"""
    said = without_torch(code, file).splitlines()[-1]
    assert json.loads(said)["answer"] == original.recommend(3, 2).as_dict()["answer"]


def test_other_models_recommend_nothing(tmp_path: Path) -> None:
    small_predictor().save(tmp_path / "a.onnx")
    copy = load(tmp_path / "a.onnx")
    assert isinstance(copy, OnnxPredictor)
    with pytest.raises(UsageError, match="recommends nothing"):
        copy.recommend(1)
    with pytest.raises(UsageError, match="no things that could be alike"):
        copy.similar(1)
