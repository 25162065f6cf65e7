"""What a model of people and things recommends: to somebody it knows, to somebody new, beside a thing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.core.errors import UsageError, shown
from fledge.models.recommender import Recommender
from fledge.tasks.recommended import Suggestion, Suggestions
from fledge.transforms.catalogue import UNKNOWN, Catalogue

Liked = Sequence[Any] | Mapping[Any, float]
"""Things somebody liked, by title or id; or what they gave each."""

_AT_ONCE = 1 << 16

_KNOWN, _NEW = 1 / 9, 1 / 15
"""What it counts, in widths of the range of ratings, that a thing is had by e times as many: for people known, and new ones.

People rate what they chose to meet, so by the predicted rating alone the best are things hardly anybody knows. On MovieLens
latest-small the ten put first hold 4.0 % of what people liked of what was held back by the rating alone, and 10.3 % so; the ten
most popular 9.5 %.
"""

_OWN = 4.0
"""So many times what is said of somebody new beyond what is said of anybody counts again: few words have to go a long way."""


def recommend(
    model: nn.Module, catalogue: Catalogue, user: Any, n: int, liked: Liked, given: tuple[float, float], *, device: torch.device
) -> Suggestions:
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
        scores = scores_for_new(model, places.to(device), values.to(device))
        order = scores
        if wide := given[1] - given[0]:
            beyond = scores - scores_for(model, UNKNOWN, catalogue, device)
            order = scores + _OWN * beyond + _NEW * wide * _known(catalogue)
        found = suggestions(catalogue, scores.clamp(*given) if wide else scores, places.numpy(), n, order)
        return _with_reasons(found, model, catalogue, places)
    person = catalogue.person(user)
    scores = scores_for(model, person, catalogue, device)
    wide = given[1] - given[0]
    order = scores + _KNOWN * wide * _known(catalogue) if wide else scores
    found = suggestions(catalogue, scores.clamp(*given) if wide else scores, catalogue.seen(person), n, order)
    if person != UNKNOWN:
        return found
    return replace(found, warnings=(f"{catalogue.user_name} {shown(user, 60)} was not learned: this is for anybody",))


def _with_reasons(found: Suggestions, model: nn.Module, catalogue: Catalogue, liked: Tensor) -> Suggestions:
    """The same, each thing with the one of those liked that is most like it by the model's vectors, if it has any."""
    vectors = model.vectors() if isinstance(model, Recommender) else None
    if vectors is None or not len(found):
        return found
    at = torch.tensor([catalogue.thing(each.item) for each in found]) - 1
    whole = nn.functional.normalize(vectors.float(), dim=1).cpu()
    nearest = (whole[at] @ whole[liked.long() - 1].T).argmax(1).tolist()
    titles = [catalogue.title(place) for place in liked.tolist()]
    return replace(
        found, things=tuple(replace(each, because=titles[place]) for each, place in zip(found, nearest, strict=True))
    )


def similar(model: nn.Module, catalogue: Catalogue, item: Any, n: int) -> Suggestions:
    """The `n` things most like this one: by the model's vectors, or by who has both where it has none."""
    if n < 1:
        raise UsageError(f"n={n} asks for nothing", hint="n=10")
    place = catalogue.known_thing(item)
    vectors = model.vectors() if isinstance(model, Recommender) else None
    if vectors is None:
        scores = torch.from_numpy(_had_together(catalogue, place))
    else:
        whole = nn.functional.normalize(vectors.float(), dim=1)
        scores = (whole @ whole[place - 1]).cpu()
    return suggestions(catalogue, scores, np.array([place]), n)


def scores_for(model: nn.Module, person: int, catalogue: Catalogue, device: torch.device) -> Tensor:
    """A number for every thing, by the place of a person; a network of somebody's own is asked pair by pair."""
    who = torch.tensor([[person]], dtype=torch.int32, device=device)
    if isinstance(model, Recommender):
        return model.everything(who[:, 0])[0].float().cpu()
    places = torch.arange(1, catalogue.places[1], dtype=torch.int32, device=device)
    pairs = torch.stack([who[0].expand(len(places)), places], 1)
    return torch.cat([model(part).reshape(-1) for part in torch.split(pairs, _AT_ONCE)]).float().cpu()


def scores_for_new(model: nn.Module, places: Tensor, values: Tensor) -> Tensor:
    """A number for every thing, for somebody who gave these things these ratings."""
    if not isinstance(model, Recommender):
        raise UsageError(
            f"{type(model).__name__} says nothing of people it doesn't know",
            hint="ask for a known one: recommend(user), or make it a fledge.models.recommender.Recommender",
        )
    return model.for_new(places, values).float().cpu()


def named(catalogue: Catalogue, liked: Liked, usual: float) -> tuple[Tensor, Tensor]:
    """The places of things named, each once, and what they were given."""
    if isinstance(liked, str | bytes):
        raise UsageError(f"liked={shown(liked)} is one text", hint=f"liked=[{shown(liked)}]")
    given = liked.items() if isinstance(liked, Mapping) else ((each, usual) for each in liked)
    found = {catalogue.known_thing(thing): float(value) for thing, value in given}
    if not all(np.isfinite(value) for value in found.values()):
        raise UsageError("a rating is a number", hint='liked={"Alien": 5.0}')
    return torch.tensor(list(found), dtype=torch.int32), torch.tensor(list(found.values()))


def suggestions(
    catalogue: Catalogue, scores: Tensor, had: NDArray[np.integer], n: int, order: Tensor | None = None
) -> Suggestions:
    """The best of what isn't had, by `order` or else by score; fewer than `n` where nothing else is left."""
    order = (scores if order is None else order).clone()
    order[torch.from_numpy(had[had > 0].astype(np.int64)) - 1] = -torch.inf
    values, places = order.topk(min(n, len(order)))
    kept = places[values > -torch.inf].tolist()
    return Suggestions(tuple(Suggestion(catalogue.things[at], catalogue.title(at + 1), float(scores[at])) for at in kept))


def _known(catalogue: Catalogue) -> Tensor:
    """The logarithm of how many have each thing."""
    return torch.from_numpy(np.log1p(catalogue.popularity[1:]).astype(np.float32))


def _had_together(catalogue: Catalogue, place: int) -> NDArray[np.float32]:
    """For each thing, how alike its people are to those of one thing: the cosine, drawn to 0 where few have both."""
    had = catalogue.had
    owners = had.owners.numpy()
    who = np.zeros(len(had), bool)
    who[owners[had.places.numpy() == place]] = True
    both = np.bincount(had.places.numpy()[who[owners]], minlength=catalogue.places[1])[1:]
    sizes = catalogue.popularity[1:]
    cosine = both / np.sqrt(np.maximum(sizes * sizes[place - 1], 1))
    found: NDArray[np.float32] = (cosine * both / (both + 5)).astype(np.float32)
    return found
