"""A model of people and things, asked what to recommend."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import torch

from fledge.core.errors import FledgeError, ModelFileError, UnknownName, UsageError
from fledge.core.tensorfile import TensorFile, write_tensors
from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.predictor.model_file import load
from fledge.predictor.predictor import Predictor
from fledge.training.collab import collab_learner
from tests.contract.kinds import KINDS
from tests.ratings import films, ratings

KINDS_OF_MODEL: dict[str, dict[str, Any]] = {
    "product": {},
    "product in a range": {"y_range": (0.5, 5.5)},
    "network": {"use_nn": True, "layers": (16,)},
    "network in a range": {"use_nn": True, "layers": (16,), "y_range": (0.5, 5.5)},
}


@cache
def model(kind: str = "product", *, likes: bool = False) -> Predictor:
    dls = CollabDataLoaders.from_df(ratings(), items=films(), seed=1, bs=64, likes=likes, device="cpu")
    settings = {name: value for name, value in KINDS_OF_MODEL[kind].items() if not (likes and name == "y_range")}
    learn = collab_learner(dls, 8, progress=False, weight_decay=0.1, **settings)
    learn.fit_one_cycle(12, 3e-2)
    return learn.predictor("films")


each_kind = pytest.mark.parametrize("kind", list(KINDS_OF_MODEL))
each_task = pytest.mark.parametrize("likes", [False, True])


def had(person: int) -> set[str]:
    return set(map(str, ratings().filter(pl.col("userId") == person)["movieId"]))


@each_kind
@each_task
def test_nobody_is_recommended_what_they_have(kind: str, likes: bool) -> None:
    for person in range(1, 20):
        found = model(kind, likes=likes).recommend(person, 10)
        assert not {each.item for each in found} & had(person)
        assert len({each.item for each in found}) == len(found) == 10


@each_task
def test_when_little_is_left_there_is_less(likes: bool) -> None:
    found = model(likes=likes).recommend(1, 1000)
    assert {each.item for each in found} | had(1) == set(map(str, ratings()["movieId"]))


@each_kind
@each_task
def test_somebody_new_gets_what_those_get_who_like_the_same(kind: str, likes: bool) -> None:
    titles = films().sort("movieId")["title"].to_list()
    for word in ("Space", "Love", "Ghost"):
        liked = [title for title in titles if title.startswith(word)][:5]
        found = model(kind, likes=likes).recommend(liked=liked, n=5)
        assert not {each.title for each in found} & set(liked)
        alike = sum(each.title.startswith(word) for each in found)
        assert alike >= 3, (word, str(found))


def test_how_much_each_was_liked_can_be_said() -> None:
    space = [title for title in films()["title"] if title.startswith("Space")]
    liked, loathed = (model().recommend(liked=dict.fromkeys(space[:4], stars), n=40) for stars in (5.0, 0.5))
    scores = [{each.title: each.score for each in found} for found in (liked, loathed)]
    assert all(scores[0][title] > scores[1][title] for title in space[4:])


@each_kind
@each_task
def test_things_alike_are_of_a_kind(kind: str, likes: bool) -> None:
    title = next(title for title in films()["title"] if title.startswith("Space"))
    found = model(kind, likes=likes).similar(title, 5)
    assert title not in {each.title for each in found}
    assert len(found) == 5
    if kind == "product":
        assert sum(each.title.startswith("Space") for each in found) >= 3


@each_task
def test_somebody_never_met_gets_what_suits_anybody_and_a_warning(likes: bool) -> None:
    found = model(likes=likes).recommend("nobody", 3)
    assert found.warnings == ("userId 'nobody' was not learned: this is for anybody",)
    assert len(found) == 3


def test_answers_print_and_travel_as_json() -> None:
    found = model().recommend(2, 3)
    told = json.loads(found.to_json())
    assert told["answer"] == [each.title for each in found]
    assert len(told["items"]) == len(told["scores"]) == 3
    assert str(found) == ", ".join(told["answer"])
    assert found._repr_html_().startswith("<div><ol><li>")


def test_a_pair_is_one_input_and_a_list_of_pairs_several() -> None:
    one = model()((3, 70))
    assert one == model()({"user": 3, "item": 70})
    assert model()([(3, 70), (3, 70)]) == [one, one]
    assert model()(pl.DataFrame({"userId": [3, 4], "movieId": [70, 80]})).columns == ["answer"]


def test_ratings_stay_within_what_can_be_given() -> None:
    assert all(0.5 <= float(model()((person, thing))) <= 5.0 for person in range(1, 10) for thing in range(10, 400, 50))


def test_a_person_alone_is_answered_with_what_suits_them() -> None:
    answer = model(likes=True)(5)
    assert answer == model(likes=True)({"userId": 5}) == model(likes=True)({"user": "5"})
    assert [each.item for each in answer] == [each.item for each in model(likes=True).recommend(5, 10)]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({}, "for somebody known"),
        ({"user": 1, "liked": ["10"]}, "for somebody known"),
        ({"user": 1, "n": 0}, "asks for nothing"),
        ({"liked": "10"}, "is one text"),
        ({"liked": {"10": float("nan")}}, "a rating is a number"),
    ],
)
def test_what_can_not_be_asked_is_said(asked: dict[str, Any], error: str) -> None:
    with pytest.raises(UsageError, match=error):
        model().recommend(**asked)


def test_a_typo_names_the_nearest_title() -> None:
    title = films()["title"][0]
    with pytest.raises(UnknownName, match=f"did you mean '{title}'"):
        model().recommend(liked=[title.replace("Story", "Stroy")])
    with pytest.raises(UnknownName):
        model().similar("nothing like it at all")


def test_other_tasks_recommend_nothing(tmp_path: Path) -> None:
    learner, _ = KINDS["table-regression"](tmp_path)
    with pytest.raises(UsageError, match="recommends nothing"):
        learner.predictor().recommend(1)
    with pytest.raises(UsageError, match="could be alike"):
        learner.predictor().similar(1)


def test_ratings_may_be_called_anything(tmp_path: Path) -> None:
    dls = CollabDataLoaders.from_df(ratings().rename({"rating": "stars"}), rating_name="stars", seed=1, device="cpu")
    made = collab_learner(dls, 2, progress=False).predictor()
    made.save(tmp_path / "stars.safetensors")
    assert load(tmp_path / "stars.safetensors")((1, 10)).as_dict() == made((1, 10)).as_dict()


def test_a_network_of_ones_own_is_asked_pair_by_pair() -> None:
    class Own(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = torch.nn.Parameter(torch.ones(2, 1))

        def forward(self, pairs: torch.Tensor) -> torch.Tensor:
            return pairs.float() @ self.weight

    dls = CollabDataLoaders.from_df(ratings(), seed=1, device="cpu")
    own = collab_learner(dls, net=Own(), progress=False).predictor()
    assert len({each.item for each in own.recommend(1, 5)} - had(1)) == 5
    with pytest.raises(UsageError, match="says nothing of people it doesn't know"):
        own.recommend(liked=["10"])


@pytest.mark.promise("A2")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda header, tensors: tensors.pop("codec.input.catalogue.people.ends"),
        lambda header, tensors: tensors.update({"codec.extra": torch.zeros(1)}),
        lambda header, tensors: tensors.update({"codec.input.catalogue.people.ends": torch.tensor([5])}),
        lambda header, tensors: tensors["codec.input.catalogue.had.places"].fill_(9999),
        lambda header, tensors: tensors["codec.input.catalogue.had.ends"].neg_(),
        lambda header, tensors: tensors["codec.input.catalogue.things.letters"].fill_(255),
        lambda header, tensors: header["codec"]["input"]["catalogue"]["people"].update(ends="none"),
        lambda header, tensors: header["codec"]["input"]["catalogue"]["people"].update(ends={"tensor": "model.table"}),
        lambda header, tensors: header["codec"]["input"]["catalogue"]["people"].update(ends={"tensor": ["a"]}),
        lambda header, tensors: header["architecture"].update(people=7),
    ],
)
def test_spoilt_files_are_refused(spoil: Any, tmp_path: Path) -> None:
    model().save(tmp_path / "good.safetensors")
    file = TensorFile.open(tmp_path / "good.safetensors")
    header, tensors = json.loads(json.dumps(file.header)), {name: file.tensor(name).clone() for name in file.entries}
    spoil(header, tensors)
    write_tensors(tmp_path / "spoilt.safetensors", tensors, header)
    with pytest.raises(ModelFileError):
        load(tmp_path / "spoilt.safetensors")


def test_what_both_sides_of_the_codec_share_is_kept_once(tmp_path: Path) -> None:
    model(likes=True).save(tmp_path / "likes.safetensors")
    names = [name for name in TensorFile.open(tmp_path / "likes.safetensors").entries if name.startswith("codec.")]
    assert names
    assert not [name for name in names if name.startswith("codec.target")]


def test_a_learner_of_pictures_is_no_learner_of_ratings(tmp_path: Path) -> None:
    learner, _ = KINDS["table-regression"](tmp_path)
    with pytest.raises(FledgeError, match="CollabDataLoaders"):
        collab_learner(learner.dls)
