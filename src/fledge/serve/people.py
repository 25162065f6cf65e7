"""Questions to a recommender over HTTP: what to somebody known, to somebody new, or beside a thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import TYPE_CHECKING, Any, final

import numpy as np

from fledge.core.errors import shown
from fledge.core.strict_json import JsonObject, render
from fledge.serve.kinds import File, InputKind, ReadInput, read_by_transform
from fledge.serve.media import JSON, json_object, media_of, refuse_media
from fledge.serve.problem import Refused
from fledge.tasks.answer import Answer
from fledge.transforms.catalogue import UNKNOWN, Catalogue

if TYPE_CHECKING:
    from torch import Tensor

    from fledge.predictor.loading import AnyPredictor
    from fledge.transforms.pair import Pair
    from fledge.transforms.person import Person

USUAL = 10
MOST = 1000
"""So many things are recommended at most, and so many may be liked."""

_FIELDS = ("user", "item", "liked", "n")
_HINT = 'send {"liked": ["...", ...]}, {"user": ...} or {"item": ...}, with "n" for how many'
_LONGEST = 1000
_MOST_TITLES = 100_000
_MANY_TITLES = 20_000
"""From here on it takes too long to look for the one that was meant."""


@final
@dataclass(frozen=True)
class Question:
    """Who asks (`user`, or what they `liked`) or about what (`item`), and for how many things; user and item: how it suits."""

    user: Any = None
    item: Any = None
    liked: tuple[Any, ...] | Mapping[str, float] = ()
    n: int = USUAL


def read_question(
    transform: Any, body: bytes | bytearray, content_type: str, most: int, *, pairs: bool = True
) -> list[Question]:
    """The one question in a body.

    >>> read_question(None, b'{"liked": ["Alien"], "n": 3}', "application/json", 1)
    [Question(user=None, item=None, liked=('Alien',), n=3)]
    """
    if media_of(content_type) != JSON:
        refuse_media(media_of(content_type), hint=f"send {JSON}")
    given = json_object(body, _FIELDS)
    asked = {name for name in ("user", "item", "liked") if name in given}
    if asked not in ({"user"}, {"item"}, {"liked"}, {"user", "item"}):
        raise Refused("a question is about a user, an item, both, or what was liked", hint=_HINT)
    if asked == {"user", "item"} and not pairs:
        raise Refused("this model says what suits people, not how much", hint='{"user": ...} alone')
    for name in asked - {"liked"}:
        _check_name(given[name])
    return [Question(given.get("user"), given.get("item"), _liked(given), _count(given))]


def _liked(given: JsonObject) -> tuple[Any, ...] | Mapping[str, float]:
    liked = given.get("liked", [])
    if not isinstance(liked, list | dict) or len(liked) > MOST or ("liked" in given and not liked):
        raise Refused(f"'liked' is a list of 1 to {MOST} things, or how much each was liked, not {shown(liked)}", hint=_HINT)
    for each in liked:
        _check_name(each)
    if isinstance(liked, list):
        return tuple(liked)
    for value in liked.values():
        if isinstance(value, bool) or not isinstance(value, int | float) or not _is_finite(value):
            raise Refused(f"how much a thing was liked is a number, not {shown(value)}", hint='{"liked": {"Alien": 5}}')
    return liked


def _is_finite(value: float) -> bool:
    try:
        return isfinite(value)
    except OverflowError:  # a whole number that no float reaches
        return False


def _count(given: JsonObject) -> int:
    count = given.get("n", USUAL)
    if type(count) is not int or not 1 <= count <= MOST:
        raise Refused(f"'n' is a whole number from 1 to {MOST}, not {shown(count)}")
    return count


def _check_name(value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or len(str(value)) > _LONGEST:
        raise Refused(f"{shown(value)} names nobody and nothing", hint="an id or a title is a text or a number")


def _encode(predictor: AnyPredictor, asked: Question) -> ReadInput:
    """The question, once all that it names is known; or a person and a thing as the model takes them."""
    if asked.user is not None and asked.item is not None:
        return read_by_transform(predictor, {"user": asked.user, "item": asked.item})
    catalogue = _catalogue(predictor)
    for thing in (*asked.liked, *(() if asked.item is None else (asked.item,))):
        if catalogue.thing(thing) == UNKNOWN:
            if len(catalogue.things) > _MANY_TITLES:
                raise Refused(f"unknown {catalogue.item_name} {shown(thing)}", hint="GET /titles lists what there is")
            catalogue.known_thing(thing)  # says what may be meant
    return asked, ()


def _answers(predictor: AnyPredictor, asked: Sequence[Any]) -> Sequence[Answer]:
    return [_answer(predictor, each) for each in asked]


def _answer(predictor: AnyPredictor, asked: Any) -> Answer:
    if not isinstance(asked, Question):  # a pair, as the model takes it
        return predictor.answers([asked])[0]
    if asked.item is not None:
        return predictor.similar(asked.item, asked.n)
    return predictor.recommend(asked.user, asked.n, liked=asked.liked)


def _bodies(transform: Any, most: int, *, pairs: bool = True) -> JsonObject:
    name: JsonObject = {"type": ["string", "number"], "maxLength": _LONGEST}
    several = {"type": "array", "items": name, "minItems": 1, "maxItems": MOST}
    weighed = {"type": "object", "additionalProperties": {"type": "number"}, "minProperties": 1, "maxProperties": MOST}
    catalogue = transform.catalogue
    fields: JsonObject = {
        "user": {**name, "description": f"a known {catalogue.user_name}"},
        "item": {**name, "description": f"a {catalogue.item_name}, by title or id"},
        "liked": {"oneOf": [several, weighed], "description": "what somebody new liked, or how much"},
        "n": {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL},
    }
    about = [["liked"], ["user"], ["item"], *([["user", "item"]] if pairs else [])]
    asked = [
        {
            "type": "object",
            "properties": {each: fields[each] for each in (*names, "n")},
            "required": names,
            "additionalProperties": False,
        }
        for names in about
    ]
    return {JSON: {"schema": {"oneOf": asked}}}


def _of_pair(transform: Pair, encoded: Tensor) -> File | None:
    """Who and what, if both are known."""
    person, thing = encoded.tolist()
    if not person or not thing:
        return None
    catalogue, title = transform.catalogue, transform.catalogue.title(thing)
    item = title if catalogue.thing(title) == thing else catalogue.things[thing - 1]  # a title may be another thing's id
    return render({"user": catalogue.people[person - 1], "item": item}), JSON


def _of_person(transform: Person, encoded: Tensor) -> File | None:
    person = int(encoded[0])
    return (render({"user": transform.catalogue.people[person - 1]}), JSON) if person else None


def _catalogue(predictor: AnyPredictor) -> Catalogue:
    reader: Any = predictor.input
    catalogue: Catalogue = reader.catalogue
    return catalogue


def _titles(predictor: AnyPredictor) -> Mapping[str, File]:
    """What things are called, the most popular first: the page finds what one types among them."""
    catalogue = _catalogue(predictor)
    order = np.argsort(-catalogue.popularity[1:], kind="stable")[:_MOST_TITLES].tolist()
    return {"/titles": (render({"titles": [catalogue.title(place + 1) for place in order]}), JSON)}


def _about(predictor: AnyPredictor) -> JsonObject:
    catalogue = _catalogue(predictor)
    counts = {"people": len(catalogue.people), "things": len(catalogue.things)}
    return {"user": catalogue.user_name, "item": catalogue.item_name, "titles": "titles", **counts}


PAIRS = InputKind("pair", read_question, _bodies, _of_pair, _about, encode=_encode, answers=_answers, more=_titles)
PEOPLE = InputKind(
    "person",
    partial(read_question, pairs=False),
    partial(_bodies, pairs=False),
    _of_person,
    _about,
    encode=_encode,
    answers=_answers,
    more=_titles,
)
