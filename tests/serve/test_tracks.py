"""Movements over HTTP."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from fledge.models.by_piece import ByPiece
from fledge.models.linear import LinearNet
from fledge.models.on_features import OnFeatures
from fledge.models.track_features import TrackFeatures
from fledge.predictor.predictor import Predictor
from fledge.serve.app import build_app
from fledge.tasks.table import task_for
from fledge.transforms.category import Category
from fledge.transforms.owner import Owner
from fledge.transforms.track import Track
from fledge.transforms.transform import Codec
from tests.serve.calls import FORM, ask_now, form
from tests.tracks import as_csv, movement

AS_CSV = {"content-type": "text/csv"}
CSV = as_csv(movement(events=100)).encode()


def predictor_of(target: Any) -> Predictor:
    """One whose answers depend on statistics of a movement."""
    codec: Codec[Any, Any] = Codec(Track(events=32, pieces=4), target)
    shape = ByPiece(OnFeatures(TrackFeatures(), LinearNet(TrackFeatures().width, 2)))
    return Predictor(task_for(codec), codec, shape.build(), shape).with_examples([CSV])


@pytest.mark.promise("F1")
def test_a_form_json_and_the_file_itself_get_the_answer_that_a_call_gets() -> None:
    predictor = predictor_of(Category(("ann", "bob")))
    app = build_app(predictor)
    as_json = json.dumps({"file": b64encode(CSV).decode()}).encode()
    bodies = [(FORM, form(CSV)), ({"content-type": "application/json"}, as_json), (AS_CSV, CSV)]
    answers = [ask_now(app, "POST", "/predict", kind, body).json["answers"] for kind, body in bodies]
    assert answers == [[predictor(CSV).as_dict()]] * 3


def test_the_owners_answer_is_as_the_api_describes_it() -> None:
    app = build_app(predictor_of(Owner("ann")))
    described = ask_now(app, "GET", "/openapi.json").json["components"]["schemas"]["Answer"]["properties"]
    [answer] = ask_now(app, "POST", "/predict", FORM, form(CSV)).json["answers"]
    assert set(answer) == {"answer", "name", "score", "threshold"} <= set(described)
    assert (described["answer"]["type"], type(answer["answer"])) == ("boolean", bool)
    assert described["name"]["enum"] == [answer["name"]] == ["ann"]


def test_what_the_model_sees_is_a_picture() -> None:
    seen = ask_now(build_app(predictor_of(Owner("ann"))), "POST", "/seen", FORM, form(CSV))
    assert seen.body.startswith(b"\x89PNG")


def test_what_is_no_movement_is_refused_with_the_reason() -> None:
    refused = ask_now(build_app(predictor_of(Owner("ann"))), "POST", "/predict", AS_CSV, b"time,x,y\n0,1,1\n1,two,2\n")
    assert refused.status == 422
    assert "'x' is 'two', not a finite number in line 3" in json.dumps(refused.json, ensure_ascii=False)
