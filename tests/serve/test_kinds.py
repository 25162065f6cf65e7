"""Kinds of input and of answer."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from fledge.core.errors import UsageError
from fledge.predictor.predictor import Predictor
from fledge.serve.app import build_app
from fledge.serve.kinds import ANSWERS, INPUTS, answer_kind, input_kind
from fledge.transforms.image import Image
from fledge.transforms.resize import Resize
from fledge.transforms.table import TRANSFORMS
from tests.predictor.small import pictures
from tests.serve.calls import FORM, ask_now, form, png
from tests.serve.predictors import SOUND, TARGETS, mask_predictor, predictor_of, sounds, track_predictor


def fits(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value is what a schema of ours asks for."""
    match schema["type"]:
        case "object":
            parts = schema["properties"]
            return (
                isinstance(value, dict)
                and set(schema.get("required", ())) <= set(value) <= set(parts)
                and all(fits(each, parts[name]) for name, each in value.items())
            )
        case "array":
            least, most = schema.get("minItems", 0), schema.get("maxItems", len(value))
            return (
                isinstance(value, list) and least <= len(value) <= most and all(fits(each, schema["items"]) for each in value)
            )
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return isinstance(value, int) and value >= schema["minimum"]
        case "number":
            return isinstance(value, float) and schema.get("minimum", value) <= value <= schema.get("maximum", value)
    return isinstance(value, str) and value in schema.get("enum", [value])


PREDICTORS: dict[str, Callable[[], Predictor]] = {
    **{kind: partial(predictor_of, kind) for kind in TARGETS},
    "mask": mask_predictor,
    "owner": partial(track_predictor, "owner"),
}


@pytest.mark.parametrize("kind", PREDICTORS)
def test_answers_are_as_the_api_describes_them(kind: str) -> None:
    app = build_app(PREDICTORS[kind]())
    described = ask_now(app, "GET", "/openapi.json").json["components"]["schemas"]["Answer"]
    [answer] = ask_now(app, "POST", "/predict", FORM, form(ask_now(app, "GET", "/examples/0").body)).json["answers"]
    assert fits(answer, described)
    assert not fits(answer | {"more": 1.0}, described)


@pytest.mark.parametrize(("kind", "given"), [("label", None), ("label", SOUND)], ids=["picture", "sound"])
def test_an_example_as_a_file_is_the_same_input_again(kind: str, given: Any) -> None:
    predictor = predictor_of(kind) if given is None else predictor_of(kind, given, sounds(3))
    assert predictor.examples is not None
    app = build_app(predictor)
    for place, encoded in enumerate(predictor.examples.inputs):
        again = predictor.codec.input.encode(ask_now(app, "GET", f"/examples/{place}").body)
        assert again.equal(encoded)


def test_a_mask_comes_with_its_answer_as_a_picture() -> None:
    predictor = mask_predictor()
    app = build_app(predictor)
    picture = png(pictures(1)[0])
    [answer] = ask_now(app, "POST", "/predict", FORM, form(picture)).json["answers"]
    mask = np.array(Pillow.open(BytesIO(b64decode(answer["mask"]))))
    assert np.array_equal(mask, predictor(picture).mask)
    assert answer == predictor(picture).as_dict("png")
    assert ask_now(app, "GET", "/schema").json["answer"]["colours"] == ["#4e79a7", "#f28e2b", "#59a14f"]


def grey_predictor(paper: int, size: int) -> Predictor:
    """One of small grey pictures: a square on paper of this brightness."""
    squares = [np.full((size, size, 3), paper, np.uint8) for _ in range(2)]
    for each in squares:
        each[4:-4, 4:-4] = 255 - paper
    return predictor_of("label", Image((Resize(size),)), squares)


def input_of(predictor: Predictor) -> Any:
    """What is said of a predictor's input."""
    return ask_now(build_app(predictor), "GET", "/schema").json["input"]


def test_small_grey_pictures_can_be_drawn_on_paper_as_dark_as_theirs() -> None:
    assert input_of(grey_predictor(0, 28))["draw"] == {"dark": True}
    assert input_of(grey_predictor(255, 28))["draw"] == {"dark": False}


def test_large_or_coloured_ones_cannot() -> None:
    assert "draw" not in input_of(grey_predictor(0, 65))
    assert "draw" not in input_of(predictor_of("label"))


def test_pictures_that_no_eye_can_see_have_no_file() -> None:
    app = build_app(predictor_of("label", Image((Resize(32),), channels=2), [np.zeros((32, 32, 2), np.uint8)]))
    assert ask_now(app, "GET", "/schema").json["examples"] == []


def test_kinds_are_known_by_the_names_of_transforms() -> None:
    assert {*INPUTS, *ANSWERS} <= set(TRANSFORMS)
    assert all(INPUTS[name].kind == name for name in INPUTS)


def test_what_cannot_be_served_is_refused_before_the_first_request() -> None:
    class Own:
        kinds = (None, None)
        input = target = property(lambda self: self)

    with pytest.raises(UsageError, match="Own is no kind of input that can be served yet"):
        input_kind(Own())  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="Own is no kind of answer that can be served yet"):
        answer_kind(Own())  # type: ignore[arg-type]
