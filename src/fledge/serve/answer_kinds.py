"""The shapes of answers, as JSON Schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fledge.core.strict_json import JsonObject
from fledge.serve.kinds import AnswerKind

if TYPE_CHECKING:
    from fledge.transforms.category import Category
    from fledge.transforms.mask import Mask
    from fledge.transforms.multi_category import MultiCategory
    from fledge.transforms.number import Number
    from fledge.transforms.owner import Owner
    from fledge.transforms.points import Points
    from fledge.transforms.rating import Rating
    from fledge.transforms.table_number import TableNumber

_SHARE: JsonObject = {"type": "number", "minimum": 0, "maximum": 1}
_NUMBER: JsonObject = {"type": "number"}
_COUNT: JsonObject = {"type": "integer", "minimum": 0}


def _answer(answer: JsonObject, **more: JsonObject) -> JsonObject:
    """An answer with what else is known beside it."""
    warnings = {"type": "array", "items": {"type": "string"}, "description": "what makes this answer less sure"}
    return {
        "type": "object",
        "properties": {"answer": answer, **more, "warnings": warnings},
        "required": ["answer", *more],
        "additionalProperties": False,
    }


def _of_each(names: tuple[str, ...], value: JsonObject) -> JsonObject:
    """An object with one such value for each name."""
    return {"type": "object", "properties": dict.fromkeys(names, value), "required": list(names), "additionalProperties": False}


def _label(target: Category) -> JsonObject:
    one = {"type": "string", "enum": list(target.names)}
    return _answer(one, probability=_SHARE, probabilities=_of_each(target.names, _SHARE))


def _owner(target: Owner) -> JsonObject:
    one = {"type": "string", "enum": [target.owner]}
    return _answer({"type": "boolean"}, name=one, score=_SHARE, threshold=_SHARE)


def _labels(target: MultiCategory) -> JsonObject:
    some = {"type": "array", "items": {"type": "string", "enum": list(target.names)}, "uniqueItems": True}
    return _answer(some, probabilities=_of_each(target.names, _SHARE), thresholds=_of_each(target.names, _SHARE))


def _numbers(target: Number | TableNumber) -> JsonObject:
    return _answer(_NUMBER if len(target.names) == 1 else _of_each(target.names, _NUMBER))


def _points(target: Points) -> JsonObject:
    point = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
    return _answer(
        {
            "type": "array",
            "items": point,
            "minItems": target.count,
            "maxItems": target.count,
            "description": "[x, y] as shares of the picture's width and height, from its upper left corner",
        }
    )


def _regions(target: Mask) -> JsonObject:
    """Each class with the share of the picture it covers, and the number of its pieces."""
    side: JsonObject = {"type": "integer", "minimum": 1, "description": "of the picture, in pixels"}
    mask: JsonObject = {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"}
    counts = _of_each(target.names, _COUNT)
    return _answer(_of_each(target.names, _SHARE), counts=counts, width=side, height=side, mask=mask)


def _suggestions(target: Any) -> JsonObject:
    """Things in an order, the best first; their ids and scores, and which of those liked each is most like."""
    titles: JsonObject = {"type": "array", "items": {"type": "string"}}
    schema = _answer(titles, items=titles, scores={"type": "array", "items": _NUMBER})
    schema["properties"]["because"] = titles
    return schema


def _rating(target: Rating) -> JsonObject:
    """A number for a person and a thing; otherwise what is recommended, or like."""
    number = _answer({"type": "number", "minimum": target.low, "maximum": target.high})
    return {"oneOf": [number, _suggestions(target)]}


def _colours(target: Mask) -> JsonObject:
    """The classes, and how each is shown."""
    palette = target.palette[: len(target.names)].tolist()
    return {"names": list(target.names), "colours": [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in palette]}


def _names(target: Any) -> JsonObject:
    return {"names": list(target.names)}


LABEL = AnswerKind("label", _label, _names)
LABELS = AnswerKind("labels", _labels, _names)
NUMBERS = AnswerKind("numbers", _numbers, _names)
OWNER = AnswerKind("owner", _owner, _names)
POINTS = AnswerKind("points", _points)
RATING = AnswerKind("suggestions", _rating, lambda target: {"names": [target.name]})
SUGGESTIONS = AnswerKind("suggestions", _suggestions)
REGIONS = AnswerKind("regions", _regions, _colours, said=lambda answer: answer.as_dict("png"))
