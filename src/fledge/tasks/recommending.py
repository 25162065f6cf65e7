"""What a model of people and things recommends: to somebody it knows, to somebody new, beside a thing; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError, shown
from fledge.tasks.recommended import Suggestion, Suggestions
from fledge.transforms.catalogue import UNKNOWN, Catalogue
from fledge.transforms.pair_reading import unknown_person

Liked = Sequence[Any] | Mapping[Any, float]
"""Things somebody liked, by title or id; or what they gave each."""

Scores = NDArray[np.float32]
"""A number for every thing from place 1 on."""

_KNOWN, _NEW = 1 / 9, 1 / 15
"""What it counts, in widths of the range of ratings, that a thing is had by e times as many: for people known, and new ones.

People rate what they chose to meet, so by the predicted rating alone the best are things hardly anybody knows. On MovieLens
latest-small the ten put first hold 4.0 % of what people liked of what was held back by the rating alone, and 10.3 % so; the ten
most popular 9.5 %.
"""

_OWN = 4.0
"""So many times what is said of somebody new beyond what is said of anybody counts again: few words have to go a long way."""


class Scorer(Protocol):
    """What tells how well things suit people, whatever it is made of."""

    def everything(self, person: int) -> Scores:
        """A number for every thing, for a person by their place."""

    def for_new(self, places: NDArray[np.int32], values: Scores) -> Scores:
        """A number for every thing, for somebody who gave these things these ratings."""

    def vectors(self) -> Scores | None:
        """What stands for each thing, if anything does: like things have like vectors."""


def recommend(scorer: Scorer, catalogue: Catalogue, user: Any, n: int, liked: Liked, given: tuple[float, float]) -> Suggestions:
    """The `n` things that suit a person best of those they haven't had; `given` is the range of what can be given."""
    if n < 1:
        raise UsageError(f"n={n} asks for nothing", hint="n=10")
    if (user is None) == (not liked):
        raise UsageError(
            "recommendations are for somebody known, or for somebody new by what they liked",
            hint=f"recommend({catalogue.user_name}) or recommend(liked=[...])",
        )
    if user is None:
        places, values = named(catalogue, liked, given[1])
        scores = scorer.for_new(places, values)
        order = scores
        if wide := given[1] - given[0]:
            beyond = scores - scorer.everything(UNKNOWN)
            order = scores + _OWN * beyond + _NEW * wide * _known(catalogue)
        found = suggestions(catalogue, scores.clip(*given) if wide else scores, places, n, order)
        return _with_reasons(found, scorer, catalogue, places)
    person = catalogue.person(user)
    scores = scorer.everything(person)
    wide = given[1] - given[0]
    order = scores + _KNOWN * wide * _known(catalogue) if wide else scores
    found = suggestions(catalogue, scores.clip(*given) if wide else scores, catalogue.seen(person), n, order)
    return replace(found, warnings=unknown_person(catalogue, user))


def _with_reasons(found: Suggestions, scorer: Scorer, catalogue: Catalogue, liked: NDArray[np.int32]) -> Suggestions:
    """The same, each thing with the one of those liked that is most like it by the model's vectors, if it has any."""
    vectors = scorer.vectors()
    if vectors is None or not len(found):
        return found
    at = np.array([catalogue.thing(each.item) for each in found]) - 1
    nearest = (_unit(vectors[at]) @ _unit(vectors[liked - 1]).T).argmax(1).tolist()
    titles = [catalogue.title(place) for place in liked.tolist()]
    return replace(
        found, things=tuple(replace(each, because=titles[place]) for each, place in zip(found, nearest, strict=True))
    )


def similar(scorer: Scorer, catalogue: Catalogue, item: Any, n: int) -> Suggestions:
    """The `n` things most like this one: by the model's vectors, or by who has both where it has none."""
    if n < 1:
        raise UsageError(f"n={n} asks for nothing", hint="n=10")
    place = catalogue.known_thing(item)
    vectors = scorer.vectors()
    if vectors is None:
        scores = _had_together(catalogue, place)
    else:
        whole = _unit(vectors)
        scores = whole @ whole[place - 1]
    return suggestions(catalogue, scores, np.array([place]), n)


def named(catalogue: Catalogue, liked: Liked, usual: float) -> tuple[NDArray[np.int32], Scores]:
    """The places of things named, each once, and what they were given."""
    if isinstance(liked, str | bytes):
        raise UsageError(f"liked={shown(liked)} is one text", hint=f"liked=[{shown(liked)}]")
    given = liked.items() if isinstance(liked, Mapping) else ((each, usual) for each in liked)
    found = {catalogue.known_thing(thing): float(value) for thing, value in given}
    if not all(np.isfinite(value) for value in found.values()):
        raise UsageError("a rating is a number", hint='liked={"Alien": 5.0}')
    return np.array(list(found), np.int32), np.array(list(found.values()), np.float32)


def suggestions(
    catalogue: Catalogue, scores: Scores, had: NDArray[np.integer], n: int, order: Scores | None = None
) -> Suggestions:
    """The best of what isn't had, by `order` or else by score; fewer than `n` where nothing else is left."""
    order = np.array(scores if order is None else order)
    order[had[had > 0] - 1] = -np.inf
    first = np.argsort(-order, kind="stable")[:n]
    kept = first[order[first] > -np.inf].tolist()
    return Suggestions(tuple(Suggestion(catalogue.things[at], catalogue.title(at + 1), float(scores[at])) for at in kept))


def _unit(vectors: Scores) -> Scores:
    """Vectors of length one; of length none where they are."""
    vectors = vectors.astype(np.float32)
    unit: Scores = vectors / np.maximum(np.sqrt(np.square(vectors).sum(1, keepdims=True)), 1e-12)
    return unit


def _known(catalogue: Catalogue) -> Scores:
    """The logarithm of how many have each thing."""
    known: Scores = np.log1p(catalogue.popularity[1:]).astype(np.float32)
    return known


def _had_together(catalogue: Catalogue, place: int) -> Scores:
    """For each thing, how alike its people are to those of one thing: the cosine, drawn to 0 where few have both."""
    had = catalogue.had
    who = np.zeros(len(had), bool)
    who[had.owners[had.places == place]] = True
    both = np.bincount(had.places[who[had.owners]], minlength=catalogue.places[1])[1:]
    sizes = catalogue.popularity[1:]
    cosine = both / np.sqrt(np.maximum(sizes * sizes[place - 1], 1))
    found: Scores = (cosine * both / (both + 5)).astype(np.float32)
    return found
