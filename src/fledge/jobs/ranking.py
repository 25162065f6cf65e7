"""How well what is put first fits what people were found to like, beside what is simply popular."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.seeds import generator
from fledge.data.column import WholeColumn
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.predictor.predictor import Predictor
from fledge.report.facts import Ranked, Recommending, Suggested
from fledge.scoring.metrics import ndcg_at, recall_at
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.lists import Lists
from fledge.transforms.pair import Pair

FIRST = 10
"""So many things are put first."""

_ASKED = 300
"""Up to so many people are asked about."""

_SHOWN = 3
_TITLES = 5


def recommending(predictor: Predictor, dls: DataLoaders) -> Recommending:
    """Figures of the recommended order and of popularity on what was held back, and a few people's recommendations."""
    catalogue: Catalogue = predictor.codec.input.catalogue
    people, liked = _held_back(dls, catalogue)
    if not len(people):
        return Recommending(FIRST)
    marks = _marks(catalogue, people, liked)
    # What was held back is had by now, and a model would never recommend it: here it may.
    open_catalogue = catalogue.also_nothing()
    asked = _asked(predictor, open_catalogue)
    popular = torch.from_numpy(catalogue.popularity[1:].astype(np.float32))
    orders = {"recommended": torch.stack([asked(int(who)) for who in people]), "popular": popular.expand(len(people), -1)}
    ranked = tuple(_ranked(name, order, marks) for name, order in orders.items())
    shown = tuple(_suggested(predictor, catalogue, int(who), popular) for who in people[:_SHOWN])
    return Recommending(FIRST, ranked, shown)


def _held_back(dls: DataLoaders, catalogue: Catalogue) -> tuple[NDArray[np.integer], list[NDArray[np.integer]]]:
    """Some people, and what each liked of what was held back; of ratings, what they gave at least the middle one."""
    valid = dls.valid
    assert isinstance(valid, Loader), "the loaders of a job are ours"
    assert isinstance(valid.inputs, WholeColumn), "ratings are encoded as a whole"
    assert isinstance(valid.targets, WholeColumn), "ratings are encoded as a whole"
    if isinstance(valid.inputs.transform, Pair):
        pairs, given = valid.inputs.encoded.cpu().numpy(), valid.targets.encoded.cpu().numpy()
        pairs = pairs[(pairs > 0).all(1) & (given >= np.median(given))]
    else:
        rows, places = (valid.targets.encoded.cpu() > 0).nonzero(as_tuple=True)
        pairs = np.stack([valid.inputs.encoded.cpu()[rows, 0].numpy(), places.numpy() + 1], 1)
    held, people = Lists.of(pairs[:, 0], pairs[:, 1], owners=catalogue.places[0]), np.unique(pairs[:, 0])
    if len(people) > _ASKED:
        people = np.sort(generator("ranking", len(people)).choice(people, _ASKED, replace=False))
    return people, [held[int(who)] for who in people]


def _marks(catalogue: Catalogue, people: NDArray[np.integer], liked: list[NDArray[np.integer]]) -> Tensor:
    """For each person and thing 1 if liked, 0 if not, -1 if they had it before."""
    marks = torch.zeros(len(people), len(catalogue.things), dtype=torch.int8)
    for row, (who, places) in enumerate(zip(people.tolist(), liked, strict=True)):
        marks[row, torch.from_numpy(catalogue.had[who].astype(np.int64)) - 1] = -1
        marks[row, torch.from_numpy(np.asarray(places, np.int64)) - 1] = 1
    return marks


def _asked(predictor: Predictor, catalogue: Catalogue) -> Callable[[int], Tensor]:
    """What puts all things in the order in which they are recommended to a person: the first has the highest number."""
    places = {thing: place for place, thing in enumerate(catalogue.things)}
    codec: Any = predictor.codec.__class__(predictor.codec.input.__class__(catalogue), predictor.codec.target)

    def order(who: int) -> Tensor:
        with torch.inference_mode():
            found = predictor.task.recommend(
                predictor.model, codec, catalogue.people[who - 1], len(places), (), predictor.device
            )
        numbers = torch.full((len(places),), -1.0)
        numbers[[places[each.item] for each in found]] = torch.arange(len(found), 0, -1).float()
        return numbers

    return order


def _ranked(name: str, order: Tensor, marks: Tensor) -> Ranked:
    recall, ndcg = recall_at(FIRST).start(), ndcg_at(FIRST).start()
    recall.add(order, marks)
    ndcg.add(order, marks)
    first = order.masked_fill(marks < 0, -torch.inf).topk(min(FIRST, order.shape[1]), dim=1).indices
    return Ranked(name, recall.figure(), ndcg.figure(), len(torch.unique(first)) / order.shape[1])


def _suggested(predictor: Predictor, catalogue: Catalogue, who: int, popular: Tensor) -> Suggested:
    name = catalogue.people[who - 1]
    had = catalogue.had[who]
    known = had[np.argsort(-catalogue.popularity[had], kind="stable")][:_TITLES]
    found = predictor.recommend(name, _TITLES)
    order = popular.clone()
    order[torch.from_numpy(catalogue.seen(who).astype(np.int64)) - 1] = -torch.inf
    most = order.topk(min(_TITLES, len(order))).indices.tolist()
    return Suggested(
        name,
        tuple(catalogue.title(int(place)) for place in known),
        tuple(each.title for each in found),
        tuple(catalogue.title(place + 1) for place in most),
    )
