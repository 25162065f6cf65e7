"""Vectors for people and things without gradients: alternating least squares, and draws from all that would do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.classic.alternating import Side, solved
from fledge.classic.biases import Added, ridge
from fledge.classic.fitted import Fitted
from fledge.classic.who_had_what import WhoHadWhat
from fledge.core.seeds import generator, key
from fledge.models.factors import FactorsNet

FACTORS = 10
"""How many numbers a vector has, for ratings."""

LIKES_FACTORS = 48
"""How many numbers a vector has, for likes."""

DRAWS = 40
"""So many draws are averaged: each is a model that would do, and their mean is better than the best of them."""

_FEWEST, _RATINGS = 4, 1_000_000
"""Of more ratings than these fewer draws are taken, for they differ less and take longer; but never fewer than so many."""

_BURN, _THIN = 10, 2
"""Draws that are passed over: the first ones, and in between, where one is much like the one before."""

_SWEEPS = 12
_HELD = 15.0
LIKES_HELD, UNSAID = 2.0, 0.03
_PIECE = 1 << 20


def least_squares(had: WhoHadWhat, seed: int) -> Fitted:
    """Alternating least squares on what biases leave: each vector held at nothing as if by so many ratings."""
    added = ridge(had)
    left = had.given - added.of(had)
    sides = Side.of(had, 0, left), Side.of(had, 1, left)
    things = _random(had.places[1], FACTORS, seed)
    held, towards = _HELD * torch.eye(FACTORS), torch.zeros(FACTORS)
    people = things
    for _ in range(_SWEEPS):
        people = solved(sides[0], things, sides[0].values, held, towards, None)
        things = solved(sides[1], people, sides[1].values, held, towards, None)
    return as_factors(had, added, people, things)


def drawn(had: WhoHadWhat, seed: int) -> Fitted:
    """Bayesian factors: vectors and biases drawn by turns (Gibbs), and many such draws averaged.

    What holds the vectors is drawn as well (Salakhutdinov and Mnih, 2008), so nothing has to be tuned.
    """
    numbers = generator(seed, "draws")
    noise = torch.Generator().manual_seed(key(seed, "noise") & 0x7FFFFFFFFFFFFFFF)
    spread = max(float(had.given.std()), 1e-6)
    over = (had.given - np.float32(had.mean)) / np.float32(spread)
    sides = Side.of(had, 0, over), Side.of(had, 1, over)
    added = ridge(had)
    # A vector's last number is the bias, which the other side meets with a 1.
    whole = [
        torch.cat([_random(places, FACTORS, seed + side), torch.from_numpy((each - shift) / spread).float()[:, None]], 1)
        for side, (places, each, shift) in enumerate(zip(had.places, added, (had.mean, 0.0), strict=True))
    ]
    kept: list[tuple[Tensor, Tensor]] = []
    sure, draws = 1.0, min(DRAWS, max(_FEWEST, DRAWS * _RATINGS // max(len(had), 1)))
    for turn in range(_BURN + draws * _THIN):
        for side in (0, 1):
            towards, held = _holding(whole[side][1:], numbers)
            met = torch.cat([whole[1 - side][:, :-1], torch.ones(had.places[1 - side], 1)], 1) * sure**0.5
            targets = (sides[side].values - whole[1 - side][sides[side].others.int(), -1]) * sure**0.5
            whole[side] = solved(sides[side], met, targets, held, towards, noise)
            whole[side][0] = 0  # nothing is known of the unknown
        sure = 1 / max(_squared_off(had, over, *whole), 1e-6)
        if turn >= _BURN and (turn - _BURN) % _THIN == _THIN - 1:
            kept.append((whole[0], whole[1]))
    return _averaged(had, kept, spread)


def liked_squares(had: WhoHadWhat, seed: int) -> Fitted:
    """Alternating least squares for likes (Hu, Koren and Volinsky, 2008): whatever isn't had counts a little as not liked."""
    ones = np.ones(len(had), np.float32)
    sides = Side.of(had, 0, ones), Side.of(had, 1, ones)
    people, things = (_random(places, LIKES_FACTORS, seed + side) for side, places in enumerate(had.places))
    nothing = torch.zeros(LIKES_FACTORS)
    for _ in range(_SWEEPS):
        people = solved(sides[0], things, sides[0].values, _unsaid(things), nothing, None)
        things = solved(sides[1], people, sides[1].values, _unsaid(people), nothing, None)
    return as_factors(had, Added(np.zeros(had.places[0]), np.zeros(had.places[1])), people, things)


def as_factors(had: WhoHadWhat, added: Added, people: Tensor, things: Tensor) -> Fitted:
    """Vectors of both sides as the model that multiplies them."""
    noise = LIKES_HELD if had.likes else max(float(np.square(had.given - added.of(had)).mean()), 1e-6)
    sizes = FactorsNet(*had.places, people.shape[1], noise=noise, unsaid=UNSAID if had.likes else 0.0)
    model = sizes.build()
    with torch.no_grad():
        table = torch.cat([people, things])
        table[[0, had.places[0]]] = 0
        model.table.copy_(torch.cat([table, table.new_zeros(len(table), 1)], 1))
        model.start.copy_(started(added))
    return Fitted(model.eval().requires_grad_(False), sizes)


def started(added: Added) -> Tensor:
    """Biases as factor models start from them: people first."""
    return torch.from_numpy(np.concatenate(added)).float()


def _averaged(had: WhoHadWhat, kept: Sequence[tuple[Tensor, Tensor]], spread: float) -> Fitted:
    """The mean of several products of vectors is one product of longer vectors."""
    share = (spread / len(kept)) ** 0.5
    people, things = (torch.cat([each[side][:, :-1] for each in kept], 1) * share for side in (0, 1))
    biases = (torch.stack([each[side][:, -1] for each in kept]).mean(0).double().numpy() * spread for side in (0, 1))
    of_people, of_things = biases
    return as_factors(had, Added(of_people + had.mean, of_things), people, things)


def _holding(vectors: Tensor, numbers: np.random.Generator) -> tuple[Tensor, Tensor]:
    """A mean, and how strongly vectors are held at it, drawn from all that go with these vectors."""
    table = vectors.double().numpy()
    count, dim = table.shape
    mean = table.mean(0)
    apart = table - mean
    weight = 2.0 + count
    scatter = np.eye(dim) + apart.T @ apart + (2.0 * count / weight) * np.outer(mean, mean)
    root = np.linalg.cholesky(np.linalg.inv(scatter))
    # Bartlett's way to draw from a Wishart distribution.
    lower = np.tril(numbers.standard_normal((dim, dim)), -1)
    lower[np.diag_indices(dim)] = np.sqrt(numbers.chisquare(dim + count - np.arange(dim)))
    held = root @ lower @ lower.T @ root.T
    towards = count * mean / weight + np.linalg.solve(np.linalg.cholesky(weight * held).T, numbers.standard_normal(dim))
    return torch.from_numpy(towards).float(), torch.from_numpy(held).float()


def _squared_off(had: WhoHadWhat, over: NDArray[np.float32], people: Tensor, things: Tensor) -> float:
    """The mean of what these vectors are off by, squared; looked at in pieces."""
    total = 0.0
    for start in range(0, len(had), _PIECE):
        part = slice(start, start + _PIECE)
        person, thing = people[torch.from_numpy(had.people[part])], things[torch.from_numpy(had.things[part])]
        said = (person[:, :-1] * thing[:, :-1]).sum(1) + person[:, -1] + thing[:, -1]
        total += float((said - torch.from_numpy(over[part])).square().sum(dtype=torch.float64))
    return total / len(had)


def _unsaid(vectors: Tensor) -> Tensor:
    """What all things together hold somebody's vector by: a little of each, and nothing at all."""
    return UNSAID * vectors.T @ vectors + LIKES_HELD * torch.eye(vectors.shape[1])


def _random(places: int, factors: int, seed: int) -> Tensor:
    numbers = generator(seed, "vectors", places).standard_normal((places, factors), np.float32)
    return torch.from_numpy(0.1 * numbers)
