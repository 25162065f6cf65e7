"""Questions to a recommender over HTTP."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fledge.predictor.predictor import Predictor
from fledge.serve.app import App, build_app
from tests.counts import count
from tests.ratings import films
from tests.serve.calls import ask_now
from tests.serve.predictors import recommender

JSON = {"content-type": "application/json"}
TITLES = films()["title"].to_list()

both_kinds = pytest.mark.parametrize("kind", ["pair", "person"])


@cache
def made(kind: str) -> tuple[Predictor, App]:
    predictor = recommender(kind)
    return predictor, build_app(predictor)


def asked(app: App, question: Any) -> Any:
    return ask_now(app, "POST", "/predict", JSON, json.dumps(question).encode())


@pytest.mark.promise("F1")
@both_kinds
def test_answers_are_those_of_a_call(kind: str) -> None:
    predictor, app = made(kind)
    for question, said in (
        ({"liked": TITLES[:2], "n": 5}, predictor.recommend(liked=TITLES[:2], n=5)),
        ({"liked": {TITLES[3]: 5.0, "20": 1}}, predictor.recommend(liked={TITLES[3]: 5.0, "20": 1})),
        ({"user": 3}, predictor.recommend("3")),
        ({"user": "nobody", "n": 2}, predictor.recommend("nobody", n=2)),
        ({"item": TITLES[0], "n": 4}, predictor.similar(TITLES[0], n=4)),
    ):
        assert asked(app, question).json == {"answers": [said.as_dict()]}, question


def test_how_much_somebody_would_like_something_is_a_number() -> None:
    predictor, app = made("pair")
    question = {"user": 3, "item": TITLES[5]}
    assert asked(app, question).json == {"answers": [predictor({"user": 3, "item": TITLES[5]}).as_dict()]}
    strange = asked(app, {"user": "nobody", "item": TITLES[5]}).json["answers"][0]
    assert strange["warnings"] == ["userId 'nobody' was not learned: this is for anybody"]


@both_kinds
def test_each_suggestion_says_because_of_what(kind: str) -> None:
    [answer] = asked(made(kind)[1], {"liked": TITLES[:3]}).json["answers"]
    assert len(answer["because"]) == len(answer["answer"]) == 10
    assert set(answer["because"]) <= set(TITLES[:3])
    assert not {*answer["answer"]} & set(TITLES[:3])


@both_kinds
def test_examples_and_titles_are_there_to_ask_about(kind: str) -> None:
    _, app = made(kind)
    about = ask_now(app, "GET", "/schema").json
    for each in about["examples"]:
        body = ask_now(app, "GET", f"/{each['path']}").body
        assert ask_now(app, "POST", "/predict", JSON, body).status == 200
    assert about["examples"]
    titles = ask_now(app, "GET", f"/{about['input']['titles']}").json["titles"]
    assert sorted(titles) == sorted(TITLES)


@pytest.mark.promise("E12")
@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({}, "about a user, an item, both, or what was liked"),
        ({"n": 3}, "about a user"),
        ({"user": 1, "liked": ["x"]}, "about a user"),
        ({"liked": []}, "a list of 1 to 1000"),
        ({"liked": "Alien"}, "a list of 1 to 1000"),
        ({"liked": [["a"]]}, "names nobody and nothing"),
        ({"liked": ["x" * 1001]}, "names nobody and nothing"),
        ({"liked": {TITLES[0]: "much"}}, "is a number"),
        ({"liked": {TITLES[0]: 10**400}}, "is a number"),
        ({"user": None}, "names nobody and nothing"),
        ({"user": 1, "n": 0}, "from 1 to 1000"),
        ({"user": 1, "n": True}, "from 1 to 1000"),
        ({"item": "Spice Story 1"}, "unknown movieId 'Spice Story 1': did you mean"),
        ({"path": "/etc/passwd"}, "unknown field"),
    ],
)
def test_what_is_no_question_is_named(question: Any, said: str) -> None:
    got = asked(made("pair")[1], question)
    assert (got.status, said in got.json["detail"]) == (400, True), got.json


def test_a_model_of_likes_knows_no_ratings() -> None:
    assert "not how much" in asked(made("person")[1], {"user": 1, "item": TITLES[0]}).json["detail"]


@both_kinds
def test_programs_are_told_what_can_be_asked(kind: str) -> None:
    body = ask_now(made(kind)[1], "GET", "/openapi.json").json["paths"]["/predict"]["post"]["requestBody"]
    questions = [each["required"] for each in body["content"]["application/json"]["schema"]["oneOf"]]
    assert (["user", "item"] in questions) == (kind == "pair")
    assert questions[:3] == [["liked"], ["user"], ["item"]]


_value = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*TITLES[:2], 10**400, "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.promise("E5")
@settings(max_examples=count(150, 5000), deadline=None)
@given(
    st.dictionaries(st.sampled_from(["user", "item", "liked", "n", "path"]), _value, max_size=3),
    st.sampled_from(["pair", "person"]),
)
def test_any_question_is_answered_or_refused_in_our_words(question: dict[str, Any], kind: str) -> None:
    got = asked(made(kind)[1], question)
    assert got.status in (200, 400, 422)
    assert "answers" in got.json or got.json["detail"]
