"""Which kinds of input are read over HTTP, and which kinds of answer are described: what the page shows follows from both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from fledge.core.errors import UsageError
from fledge.core.names import Table
from fledge.core.strict_json import JsonObject
from fledge.tasks.answer import Answer

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor

INPUTS = Table(
    "kind of input",
    {
        "image": "fledge.serve.pictures:PICTURES",
        "pair": "fledge.serve.people:PAIRS",
        "person": "fledge.serve.people:PEOPLE",
        "row": "fledge.serve.rows:ROWS",
        "sound": "fledge.serve.sounds:SOUNDS",
        "track": "fledge.serve.tracks:TRACKS",
    },
)
"""By the name of the input's transform."""

ANSWERS = Table(
    "kind of answer",
    {
        "category": "fledge.serve.answer_kinds:LABEL",
        "liked": "fledge.serve.answer_kinds:SUGGESTIONS",
        "mask": "fledge.serve.answer_kinds:REGIONS",
        "multi_category": "fledge.serve.answer_kinds:LABELS",
        "number": "fledge.serve.answer_kinds:NUMBERS",
        "owner": "fledge.serve.answer_kinds:OWNER",
        "points": "fledge.serve.answer_kinds:POINTS",
        "rating": "fledge.serve.answer_kinds:RATING",
        "table_number": "fledge.serve.answer_kinds:NUMBERS",
    },
)
"""By the name of the target's transform."""

File = tuple[bytes, str]
"""What stands in a file, and its media type."""

ReadInput = tuple[Any, tuple[str, ...]]
"""An input as the model takes it, and what about it was never met in training."""


def read_by_transform(predictor: AnyPredictor, given: Any) -> ReadInput:
    """An input as any call reads it."""
    return predictor.read(given), predictor.input.warnings(given)


def answered_by_model(predictor: AnyPredictor, read: Sequence[Any]) -> Sequence[Answer]:
    """Inputs answered as by any call."""
    return predictor.answers(read)


@final
@dataclass(frozen=True)
class InputKind:
    """Inputs of one kind, and how they come over HTTP. Functions are handed the input's transform, or the predictor, first."""

    kind: str
    read: Callable[[Any, bytes | bytearray, str, int], list[Any]]
    """From a body, its `Content-Type` and how many inputs are taken at most to the inputs in it."""
    bodies: Callable[[Any, int], JsonObject]
    """The bodies that can be read, by media type, as OpenAPI describes them; the number is again that of the most inputs."""
    example: Callable[[Any, Any], File | None]
    """From an encoded input to a body that gets the same answer."""
    about: Callable[[Any], JsonObject]
    """What the page has to know of them."""
    seen: Callable[[Any, Any], File | None] = lambda transform, encoded: None
    """From an encoded input to a picture of what the model sees of it."""
    in_a_place: int = 1
    """So many are as much work as one of the inputs that may wait for an answer."""
    encode: Callable[[Any, Any], ReadInput] = read_by_transform
    answers: Callable[[Any, Sequence[Any]], Sequence[Answer]] = answered_by_model
    more: Callable[[Any], Mapping[str, File]] = lambda predictor: {}
    """Files that the page has need of, by their paths."""


@final
@dataclass(frozen=True)
class AnswerKind:
    """Answers of one shape."""

    kind: str
    schema: Callable[[Any], JsonObject]
    """From the target's transform to the JSON Schema of an answer."""
    about: Callable[[Any], JsonObject] = lambda target: {}
    said: Callable[[Any], JsonObject] = lambda answer: answer.as_dict()
    """An answer as it goes over HTTP."""


def input_kind(predictor: AnyPredictor) -> InputKind:
    """How this predictor's inputs are read."""
    kind: InputKind = INPUTS[_known(predictor.kinds[0], predictor.input, INPUTS)]
    return kind


def answer_kind(predictor: AnyPredictor) -> AnswerKind:
    """What this predictor's answers look like."""
    kind: AnswerKind = ANSWERS[_known(predictor.kinds[1], predictor.target, ANSWERS)]
    return kind


def _known(name: str | None, side: object, known: Table) -> str:
    if name is None or name not in known:
        raise UsageError(
            f"{type(side).__name__} is no {known.kind} that can be served yet", hint=f"known are {', '.join(known)}"
        )
    return name
