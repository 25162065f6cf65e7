"""Item to item: which things are alike by who gave what to both."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sparse
import torch
from numpy.typing import NDArray

from fledge.classic.biases import Added, ridge
from fledge.classic.fitted import Fitted
from fledge.classic.who_had_what import WhoHadWhat
from fledge.core.seeds import generator
from fledge.models.near_things import NearThings, NearThingsNet

NEAR = 100
"""So many of the things most alike to each are kept."""

_SHRINK = {False: 50.0, True: 10.0}
"""So many people who have both things, and find them unlike, are thought to be there besides: for ratings, and for likes."""

_PAIRS = 300_000_000
"""So many pairs of things that one person has are looked at; of more people, as many as that allows are drawn."""

_ROOM = 1 << 23


def near_things(had: WhoHadWhat, seed: int) -> Fitted:
    """Each thing's most alike, and what everybody gave beyond what was to be expected of them."""
    added = Added(np.zeros(had.places[0]), np.zeros(had.places[1])) if had.likes else ridge(had)
    beyond = had.given - added.of(had)
    order = np.lexsort((had.things, had.people))
    kept, note = _kept_people(had, seed)
    alike, weight = _most_alike(had, beyond, kept)
    sizes = NearThingsNet(*had.places, alike.shape[1], len(had), likes=had.likes)
    model = NearThings(sizes)
    model.of_people.copy_(torch.from_numpy(added.people))
    model.of_things.copy_(torch.from_numpy(added.things))
    model.alike.copy_(torch.from_numpy(alike))
    model.weight.copy_(torch.from_numpy(weight))
    model.key.copy_(torch.from_numpy(had.people[order].astype(np.int64) * had.places[1] + had.things[order]))
    model.beyond.copy_(torch.from_numpy(beyond[order]))
    return Fitted(model.eval(), sizes, note)


def _kept_people(had: WhoHadWhat, seed: int) -> tuple[NDArray[np.bool_], str]:
    """Whose things are compared: everybody's, or those of people drawn until there is enough to compare."""
    cost = had.counts(0).astype(np.float64) ** 2
    if cost.sum() <= _PAIRS:
        return np.ones(len(had), bool), ""
    drawn = generator(seed, "near things").permutation(len(cost))
    chosen = drawn[np.cumsum(cost[drawn]) <= _PAIRS]
    note = f"alike by {np.count_nonzero(cost[chosen]):,} of {np.count_nonzero(cost):,} people"
    return np.isin(had.people, chosen), note


def _most_alike(
    had: WhoHadWhat, beyond: NDArray[np.float32], kept: NDArray[np.bool_]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The places of the things most alike to each, and how alike they are (above 0; 0 where there are no more)."""
    where = had.people[kept], had.things[kept]
    gave = sparse.csr_matrix((beyond[kept], where), shape=had.places)
    has = sparse.csr_matrix((np.ones_like(beyond[kept]), where), shape=had.places)
    things, near = had.places[1], min(NEAR, had.places[1])
    alike = np.zeros((things, near), np.int32)
    weight = np.zeros((things, near), np.float32)
    step = max(1, _ROOM // things)
    for start in range(0, things, step):
        block = _alikeness(gave, has, start, min(start + step, things), likes=had.likes)
        block[np.arange(len(block)), np.arange(start, start + len(block))] = 0
        best = np.argpartition(block, -near, axis=1)[:, -near:]
        alike[start : start + len(block)] = best
        weight[start : start + len(block)] = np.take_along_axis(block, best, axis=1)
    return alike, weight


def _alikeness(gave: Any, has: Any, start: int, stop: int, *, likes: bool) -> NDArray[np.float32]:
    """The cosine between things by what people gave, drawn towards 0 where few have both; none below 0."""
    both = (has[:, start:stop].T @ has).toarray()
    # Likes are all the same number, so that they are had says all.
    of_both = both if likes else (gave[:, start:stop].T @ gave).toarray()
    sizes = np.asarray((has if likes else gave.multiply(gave)).sum(0)).ravel()
    cosine = of_both / np.sqrt(np.maximum(np.outer(sizes[start:stop], sizes), 1e-9))
    found: NDArray[np.float32] = np.maximum(cosine * both / (both + _SHRINK[likes]), 0).astype(np.float32)
    return found
