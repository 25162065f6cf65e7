"""A predictor as an ASGI app."""

from __future__ import annotations

import asyncio
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from fledge.predictor.predictor import Predictor
from fledge.serve.app import App, build_app
from fledge.serve.gate import Gate
from fledge.serve.limits import Limits
from tests.counts import count
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, ask, ask_now, form, png

PREDICTOR = small_predictor()
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def app() -> App:
    return build_app(PREDICTOR)


@pytest.mark.promise("F1")
def test_answers_are_bit_for_bit_those_of_a_call(app: App) -> None:
    files = [png(each) for each in pictures(count(20, 1000))]

    async def all_at_once() -> list[Any]:
        replies = []
        for start in range(0, len(files), 32):
            replies += await asyncio.gather(
                *(ask(app, "POST", "/predict", FORM, form(each)) for each in files[start : start + 32])
            )
        return [reply.json["answers"] for reply in replies]

    assert asyncio.run(all_at_once()) == [[PREDICTOR(each).as_dict()] for each in files]


def test_every_way_of_sending_gets_the_same_answer(app: App) -> None:
    file = png(pictures(1)[0])
    bodies: list[tuple[dict[str, str], bytes]] = [
        (FORM, form(file)),
        (JSON, json.dumps({"file": b64encode(file).decode()}).encode()),
        (JSON, json.dumps({"file": [b64encode(file).decode()]}).encode()),
        ({"content-type": "image/png"}, file),
        ({"content-type": "application/octet-stream"}, file),
    ]
    answers = [ask_now(app, "POST", "/predict", headers, body).json["answers"] for headers, body in bodies]
    assert answers == [[PREDICTOR(file).as_dict()]] * len(bodies)


def test_several_files_get_their_answers_in_order(app: App) -> None:
    files = [png(each) for each in pictures(5)]
    got = ask_now(app, "POST", "/predict", FORM, form(*files)).json["answers"]
    assert got == [PREDICTOR(each).as_dict() for each in files]


def test_an_example_sent_back_gets_the_answer_it_got_in_training(app: App) -> None:
    about = ask_now(app, "GET", "/schema").json
    file = ask_now(app, "GET", "/examples/1")
    assert file.headers["content-type"] == "image/png"
    [answer] = ask_now(app, "POST", "/predict", FORM, form(file.body)).json["answers"]
    assert about["examples"][1] == {"path": "examples/1", "answer": f"{answer['answer']} ({100 * answer['probability']:.1f} %)"}
    assert ask_now(app, "GET", "/examples/2").status == 404


@pytest.mark.promise("E12")
@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status", "code"),
    [
        ("GET", "/nothing", {}, b"", 404, "not_found"),
        ("GET", "/predict", {}, b"", 405, "method"),
        ("OPTIONS", "/predict", {}, b"", 405, "method"),
        ("POST", "/", {}, b"", 405, "method"),
        ("POST", "/predict", {"content-type": "text/plain"}, b"a", 415, "media_type"),
        ("POST", "/predict", {}, b"", 415, "media_type"),
        ("POST", "/predict", {"content-type": "image/png", "content-encoding": "gzip"}, b"a", 415, "media_type"),
        ("POST", "/predict", {"content-type": "image/png"}, b"no picture", 422, "unreadable"),
        ("POST", "/predict", {"content-type": "image/png"}, b"", 422, "unreadable"),
        ("POST", "/predict", FORM, form(), 400, "bad_request"),
        ("POST", "/predict", FORM, form(b"x")[:-9], 400, "bad_request"),
        ("POST", "/predict", FORM, form(b"x", field="path"), 400, "unknown_name"),
        ("POST", "/predict", {"content-type": "multipart/form-data"}, b"x", 400, "bad_request"),
        ("POST", "/predict", JSON, b"{", 400, "bad_request"),
        ("POST", "/predict", JSON, b'{"file": 3}', 400, "bad_request"),
        ("POST", "/predict", JSON, b'{"file": "http://localhost/a.png"}', 400, "bad_request"),
        ("POST", "/predict", JSON, b'{"url": "http://localhost/a.png"}', 400, "unknown_name"),
        ("POST", "/predict", FORM, form(*[b"x"] * 65), 413, "too_large"),
        ("GET", "/", {"x": "y" * 20_000}, b"", 431, "headers_too_large"),
        ("GET", "/", {"host": "evil.example"}, b"", 403, "foreign"),
    ],
)
def test_errors_are_problems_with_a_stable_code(
    app: App, method: str, path: str, headers: dict[str, str], body: bytes, status: int, code: str
) -> None:
    got = ask_now(app, method, path, headers, body)
    assert (got.status, got.json["status"], got.json["code"]) == (status, status, code)
    assert got.headers["content-type"] == "application/problem+json"
    assert got.json["request"] == got.headers["x-request-id"]
    assert not any(word in got.body for word in (b"Traceback", b".py", b"/src/", torch.__version__.encode()))


def test_one_unreadable_file_among_several_is_named(app: App) -> None:
    got = ask_now(app, "POST", "/predict", FORM, form(png(pictures(1)[0]), b"<html>"))
    assert got.status == 422
    assert got.json["detail"].startswith("input 2 of 2: ")


class Broken(nn.Module):
    """Gives no number for light pictures."""

    def forward(self, batch: Tensor) -> Tensor:
        outputs = torch.zeros(len(batch), 3)
        outputs[batch.flatten(1).mean(1) > 0] = float("nan")
        return outputs


@pytest.mark.promise("D7")
@pytest.mark.parametrize("batch", [1, 8])
def test_a_broken_model_gives_a_named_problem_and_spoils_no_other_answer(batch: int) -> None:
    app = build_app(replace(PREDICTOR, model=Broken(), examples=None), batch=batch)
    dark, light = png(np.zeros((40, 48, 3), np.uint8)), png(np.full((40, 48, 3), 255, np.uint8))

    async def together() -> list[Any]:
        return await asyncio.gather(*(ask(app, "POST", "/predict", FORM, form(each)) for each in (dark, light, dark)))

    first, second, third = asyncio.run(together())
    assert (first.status, second.status, third.status) == (200, 500, 200)
    assert (second.json["code"], "not finite" in second.json["detail"]) == ("training", True)


@pytest.mark.promise("E12")
def test_a_bug_says_nothing_of_itself_but_where_to_look(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Buggy(nn.Module):
        def forward(self, batch: Tensor) -> Tensor:
            raise KeyError("/home/ann/secret")

    got = ask_now(
        build_app(replace(PREDICTOR, model=Buggy(), examples=None)), "POST", "/predict", FORM, form(png(pictures(1)[0]))
    )
    assert (got.status, got.json["code"], b"ann" in got.body) == (500, "error", False)
    assert f"request {got.json['request']} failed" in caplog.text
    assert "/home/ann/secret" in caplog.text


def test_an_answer_that_takes_too_long_is_given_up() -> None:
    class Slow(nn.Module):
        def forward(self, batch: Tensor) -> Tensor:
            import time

            time.sleep(0.3)
            return torch.zeros(len(batch), 3)

    app = build_app(replace(PREDICTOR, model=Slow(), examples=None), limits=Limits(answer_time=0.1))
    got = ask_now(app, "POST", "/predict", FORM, form(png(pictures(1)[0])))
    assert (got.status, got.json["code"]) == (504, "no_answer_in_time")


def test_the_page_and_the_docs_are_the_same_for_every_model(app: App) -> None:
    other = build_app(replace(PREDICTOR, examples=None), gate=Gate(token="t" * 16))
    for path in ("/", "/docs", "/static/page.js", "/static/page.css"):
        got = ask_now(app, "GET", path)
        assert got.status == 200
        assert "default-src 'none'" in got.headers["content-security-policy"]
        assert got.body == ask_now(other, "GET", path).body


def test_head_gives_headers_alone(app: App) -> None:
    got, whole = ask_now(app, "HEAD", "/schema"), ask_now(app, "GET", "/schema")
    assert (got.status, got.body, got.headers["content-length"]) == (200, b"", whole.headers["content-length"])


def test_metrics_count_what_was_asked_under_our_own_names() -> None:
    app = build_app(PREDICTOR)
    for path in ("/health", "/nothing", '/quote"\n'):
        ask_now(app, "GET", path)
    ask_now(app, "POST", "/predict", FORM, form(png(pictures(1)[0])))
    lines = ask_now(app, "GET", "/metrics").body.decode().splitlines()
    assert 'fledge_requests_total{worker="0",path="other",status="404"} 2' in lines
    assert 'fledge_predict_seconds_count{worker="0"} 1' in lines
    assert 'fledge_answers_total{worker="0"} 1' in lines
    assert 'fledge_waiting{worker="0"} 0' in lines


def test_it_can_be_mounted_below_a_path(app: App) -> None:
    async def parent(scope: Any, receive: Any, send: Any) -> None:
        await app(scope | {"root_path": "/bird", "path": "/bird" + scope["path"]}, receive, send)

    assert ask_now(parent, "GET", "/health").json == {"status": "ok"}


def test_what_an_app_around_it_needs_is_found_in_the_package() -> None:
    import fledge.serve

    assert fledge.serve.build_app is build_app
    assert {fledge.serve.Gate, fledge.serve.Limits} == {Gate, Limits}
    with pytest.raises(AttributeError, match="no attribute 'app_of'"):
        fledge.serve.app_of  # noqa: B018


def test_websockets_are_closed(app: App) -> None:
    sent = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app({"type": "websocket"}, None, send))  # type: ignore[arg-type]
    assert sent == [{"type": "websocket.close"}]


def test_a_model_without_examples_has_none_to_show() -> None:
    app = build_app(replace(PREDICTOR, examples=None))
    assert ask_now(app, "GET", "/schema").json["examples"] == []
    assert "/examples/{number}" not in ask_now(app, "GET", "/openapi.json").json["paths"]


def test_an_accelerator_batches_and_a_processor_answers_one_by_one() -> None:
    assert build_app(PREDICTOR)._batcher._most == 1
    on_card = Predictor(**{name: getattr(PREDICTOR, name) for name in ("task", "codec", "model", "architecture")})
    object.__setattr__(on_card, "device", torch.device("cuda"))
    assert build_app(on_card)._batcher._most == 32
