"""Which kinds of input are read over HTTP, and which kinds of answer are described: what the page shows follows from both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, final

from fledge.core.errors import UsageError
from fledge.core.names import Table
from fledge.core.strict_json import JsonObject
from fledge.predictor.predictor import Predictor
from fledge.transforms.table import TRANSFORMS
from fledge.transforms.transform import Transform

INPUTS = Table("kind of input", {"image": "fledge.serve.pictures:PICTURES", "sound": "fledge.serve.sounds:SOUNDS"})
"""By the name of the input's transform."""

ANSWERS = Table(
    "kind of answer",
    {
        "category": "fledge.serve.answer_kinds:LABEL",
        "multi_category": "fledge.serve.answer_kinds:LABELS",
        "number": "fledge.serve.answer_kinds:NUMBERS",
        "points": "fledge.serve.answer_kinds:POINTS",
    },
)
"""By the name of the target's transform."""


@final
@dataclass(frozen=True)
class FileInput:
    """Inputs that come as the content of files."""

    kind: str
    media: str
    """The media type that the page offers to choose from."""
    example: Callable[[Any, Any], tuple[bytes, str] | None]
    """From the transform and an encoded input to a file that gets the same answer, and its media type."""
    about: Callable[[Predictor], JsonObject] = lambda predictor: {}
    """What else the page has to know."""


@final
@dataclass(frozen=True)
class AnswerKind:
    """Answers of one shape."""

    kind: str
    schema: Callable[[Any], JsonObject]
    """From the target's transform to the JSON Schema of an answer."""
    about: Callable[[Any], JsonObject] = lambda target: {}


def input_kind(predictor: Predictor) -> FileInput:
    """How this predictor's inputs are read."""
    kind: FileInput = INPUTS[_name(predictor.codec.input, INPUTS)]
    return kind


def answer_kind(predictor: Predictor) -> AnswerKind:
    """What this predictor's answers look like."""
    kind: AnswerKind = ANSWERS[_name(predictor.codec.target, ANSWERS)]
    return kind


def _name(transform: Transform[Any, Any], known: Table) -> str:
    name = TRANSFORMS.name_of(type(transform))
    if name is None or name not in known:
        raise UsageError(
            f"{type(transform).__name__} is no {known.kind} that can be served yet", hint=f"known are {', '.join(known)}"
        )
    return name
