"""Movements over HTTP."""

from __future__ import annotations

import gzip
import json
from base64 import b64encode

import pytest
import torch

from fledge.serve.app import App, build_app
from tests.serve.calls import FORM, ask_now, form
from tests.serve.predictors import track_predictor, tracks

CSV = {"content-type": "text/csv"}
PREDICTOR = track_predictor()


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(PREDICTOR)


@pytest.mark.promise("F1")
def test_answers_are_bit_for_bit_those_of_a_call(app: App) -> None:
    called = [PREDICTOR(each).as_dict() for each in tracks(4)]
    assert ask_now(app, "POST", "/predict", FORM, form(*tracks(4))).json["answers"] == called
    assert ask_now(app, "POST", "/predict", CSV, tracks(1)[0]).json["answers"] == called[:1]


def test_json_gets_the_same_answer(app: App) -> None:
    body = json.dumps({"file": b64encode(tracks(1)[0]).decode()}).encode()
    got = ask_now(app, "POST", "/predict", {"content-type": "application/json"}, body)
    assert got.json["answers"] == [PREDICTOR(tracks(1)[0]).as_dict()]


def test_an_example_is_the_same_movement_again(app: App) -> None:
    assert PREDICTOR.examples is not None
    for place, encoded in enumerate(PREDICTOR.examples.inputs):
        file = ask_now(app, "GET", f"/examples/{place}")
        assert file.headers["content-type"] == "text/csv"
        assert torch.allclose(PREDICTOR.codec.input.encode(file.body), encoded, atol=1e-6)


def test_a_movement_of_which_only_a_part_is_kept_is_no_example() -> None:
    long = b"".join([*tracks(1)[0].splitlines(keepends=True), *(f"{10 + n},{n * 50},3,0\n".encode() for n in range(90))])
    app = build_app(PREDICTOR.with_examples([tracks(1)[0], long, tracks(2)[1]]))
    assert [each["path"] for each in ask_now(app, "GET", "/schema").json["examples"]] == ["examples/0", "examples/2"]
    assert [ask_now(app, "GET", f"/examples/{place}").status for place in range(3)] == [200, 404, 200]


def test_what_a_page_has_to_know_is_said(app: App) -> None:
    about = ask_now(app, "GET", "/schema").json["input"]
    assert about["columns"] == {"time": "time", "x": "x", "y": "y", "state": "pressed"}
    assert (about["unit"], about["pressed"], about["events"]) == (1.0, True, 64)


def test_it_can_be_seen_as_the_model_sees_it(app: App) -> None:
    got = ask_now(app, "POST", "/seen", CSV, tracks(1)[0])
    assert (got.status, got.headers["content-type"]) == (200, "image/png")


@pytest.mark.promise("E4")
def test_packed_files_are_refused_before_they_are_unpacked(app: App) -> None:
    packed = gzip.compress(b"time,x,y\n" + b"0" * 10_000_000)
    for headers, body in ((CSV, packed), (FORM, form(packed))):
        got = ask_now(app, "POST", "/predict", headers, body)
        assert (got.status, got.json["code"]) == (415, "media_type")


def test_what_is_no_movement_is_refused_with_the_reason(app: App) -> None:
    got = ask_now(app, "POST", "/predict", CSV, b"time,x,y,pressed\n0,1,1,0\n1,two,2,0\n")
    assert (got.status, got.json["code"]) == (422, "unreadable")
    assert "'x' is 'two', not a finite number in line 3" in got.json["detail"]
