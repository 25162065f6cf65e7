"""What people and things add to the mean, in closed form."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from fledge.classic.fitted import Fitted
from fledge.classic.who_had_what import WhoHadWhat
from fledge.models.biases import Biases, BiasesNet

RIDGE = (5.0, 3.0)
"""So many ratings at the mean are thought to be given by each person, and to each thing, besides their own."""

_ROUNDS = 10


class Added(NamedTuple):
    """What each person and each thing adds; that of the unknown person at place 0 is the mean, and everybody's holds it."""

    people: NDArray[np.float64]
    things: NDArray[np.float64]

    def of(self, had: WhoHadWhat) -> NDArray[np.float32]:
        """What is to be expected of each rating."""
        return (self.people[had.people] + self.things[had.things]).astype(np.float32)


def ridge(had: WhoHadWhat) -> Added:
    """The biases of least squares, held at nothing as strongly as `RIDGE` says: solved for one side and the other by turns."""
    counts = [had.counts(side) + held for side, held in enumerate(RIDGE)]
    people, things = np.zeros(had.places[0]), np.zeros(had.places[1])
    over = had.given - np.float32(had.mean)
    for _ in range(_ROUNDS):
        things = had.sums(1, over - people[had.people]) / counts[1]
        people = had.sums(0, over - things[had.things]) / counts[0]
    return Added(people + had.mean, things)


def popularity(had: WhoHadWhat) -> Added:
    """The logarithm of how many have each thing: what is liked by chance."""
    counts = had.counts(1).astype(np.float64)
    return Added(np.zeros(had.places[0]), np.log((counts + 0.5) / (counts.sum() + 0.5 * len(counts))))


def mean(had: WhoHadWhat) -> Fitted:
    """The mean of all ratings, whoever and whatever it is about."""
    return _fitted(Added(np.full(had.places[0], had.mean), np.zeros(had.places[1])))


def item_means(had: WhoHadWhat) -> Fitted:
    """Each thing's mean, drawn towards the mean of all where few have rated it."""
    over = had.sums(1, had.given - np.float32(had.mean)) / (had.counts(1) + RIDGE[1])
    return _fitted(Added(np.full(had.places[0], had.mean), over))


def ridge_biases(had: WhoHadWhat) -> Fitted:
    """How generous each person is, and how well liked each thing."""
    return _fitted(ridge(had))


def most_popular(had: WhoHadWhat) -> Fitted:
    """What most people have, for everybody."""
    return _fitted(popularity(had))


def _fitted(added: Added) -> Fitted:
    model = Biases(torch.from_numpy(added.people).float(), torch.from_numpy(added.things).float())
    return Fitted(model.eval(), BiasesNet(len(added.people), len(added.things)))
