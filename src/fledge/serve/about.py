"""What a server says of its model: `/schema` for the page and for people, `/openapi.json` for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fledge.core.record import pack_fields
from fledge.core.strict_json import JsonObject
from fledge.serve.kinds import answer_kind, input_kind
from fledge.serve.limits import Limits
from fledge.serve.pages import EXAMPLES
from fledge.serve.problem import TYPE

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

_PROBLEMS = {
    "400": "the request can't be read",
    "401": "the token is missing or wrong",
    "403": "another site's page made the request, or it was meant for another host",
    "408": "the body did not arrive in time",
    "413": "the body, or the number of inputs, is too large",
    "415": "the body is of a kind that is not read",
    "422": "an input can't be read as what the model takes",
    "431": "the headers are too large",
    "503": "too many requests wait: try again after Retry-After seconds",
    "504": "no answer was found in time",
}


def schema(predictor: AnyPredictor, limits: Limits, *, examples: Sequence[int], token: bool) -> JsonObject:
    """Inputs, answers, limits and card of this model."""
    given, answer = input_kind(predictor), answer_kind(predictor)
    answers = predictor.example_answers()
    return {
        "name": predictor.card.name or "model",
        "task": predictor.title,
        "input": {"kind": given.kind, **given.about(predictor)},
        "answer": {"kind": answer.kind, **answer.about(predictor.target)},
        "examples": [{"path": f"{EXAMPLES}/{place}", "answer": str(answers[place])} for place in examples],
        "limits": {"body": limits.body, "inputs": limits.waiting * given.in_a_place},
        "token": token,
        "card": _card(predictor),
    }


def openapi(predictor: AnyPredictor, limits: Limits, *, examples: Sequence[int], token: bool) -> JsonObject:
    """The same for programs, as OpenAPI 3.1: requests and answers of this very model."""
    refused = {
        status: {"description": why, "content": {TYPE: {"schema": _ref("Problem")}}} for status, why in _PROBLEMS.items()
    }
    if not token:
        del refused["401"]
    given = input_kind(predictor)
    most = limits.waiting * given.in_a_place
    body = {"required": True, "content": given.bodies(predictor.input, most)}
    answers = _replies("the answers, in the order of the inputs", "application/json", _ref("Answers"))
    picture = _replies(
        "a picture of what the model sees of the first input", "image/png", {"type": "string", "format": "binary"}
    )
    unseen = {"404": _replies("there is no picture of what this model sees", TYPE, _ref("Problem"))}
    paths: JsonObject = {
        "/predict": {
            "post": {"summary": "Answer one or several inputs", "requestBody": body, "responses": {"200": answers, **refused}}
        },
        "/seen": {
            "post": {
                "summary": "Show what the model sees of an input",
                "requestBody": body,
                "responses": {"200": picture, **unseen, **refused},
            }
        },
        "/schema": {"get": _get("What this model takes and gives", "application/json", {"type": "object"})},
        "/health": {"get": _get("Whether the server answers", "application/json", {"type": "object"}) | {"security": []}},
        "/metrics": {"get": _get("Counts, as Prometheus reads them", "text/plain", {"type": "string"})},
    }
    if examples:
        paths[f"/{EXAMPLES}/{{number}}"] = {"get": _example(max(examples))}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": predictor.card.name or "model",
            "summary": predictor.title,
            "version": predictor.card.created or "1",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(predictor, most),
            **({"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}} if token else {}),
        },
        **({"security": [{"token": []}]} if token else {}),
    }


def _card(predictor: AnyPredictor) -> JsonObject:
    card = predictor.card
    return pack_fields(card) | {"figures": {name: str(figure) for name, figure in card.figures.items()}}


def _schemas(predictor: AnyPredictor, most: int) -> JsonObject:
    answers = {"type": "array", "items": _ref("Answer"), "minItems": 1, "maxItems": most}
    texts = {name: {"type": "string"} for name in ("type", "title", "code", "detail", "hint", "request")}
    return {
        "Answer": answer_kind(predictor).schema(predictor.target),
        "Answers": {
            "type": "object",
            "properties": {"answers": answers},
            "required": ["answers"],
            "additionalProperties": False,
        },
        "Problem": {
            "type": "object",
            "properties": {**texts, "status": {"type": "integer"}},
            "required": ["type", "title", "status", "code", "detail", "request"],
        },
    }


def _get(summary: str, media: str, value: JsonObject) -> JsonObject:
    return {"summary": summary, "responses": {"200": _replies(summary, media, value)}}


def _example(last: int) -> JsonObject:
    number = {"type": "integer", "minimum": 0, "maximum": last}
    return {
        "summary": "A held-back example, as a body that can be sent to /predict",
        "parameters": [{"name": "number", "in": "path", "required": True, "schema": number}],
        "responses": {
            "200": {"description": "the body"},
            "404": _replies("there is no such example", TYPE, _ref("Problem")),
        },
    }


def _replies(description: str, media: str, value: JsonObject) -> dict[str, Any]:
    return {"description": description, "content": {media: {"schema": value}}}


def _ref(name: str) -> JsonObject:
    return {"$ref": f"#/components/schemas/{name}"}
