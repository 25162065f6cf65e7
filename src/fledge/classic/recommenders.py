"""The simple things to try for ratings and likes, from quick to slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fledge.classic.biases import item_means, mean, most_popular, ridge_biases
from fledge.classic.factorise import FACTORS, LIKES_FACTORS, drawn, least_squares, liked_squares
from fledge.classic.fitted import Fitted
from fledge.classic.near_things import near_things
from fledge.classic.who_had_what import WhoHadWhat
from fledge.data.loader import Loader

Fit = Callable[[Loader, int], Fitted]


def recommenders(*, likes: bool) -> list[tuple[str, Literal["rule", "classic"], Fit]]:
    """Name, kind, and how it is fitted to the training part.

    >>> [name for name, _, _ in recommenders(likes=True)][0]
    'the most popular'
    """
    if likes:
        return [
            ("the most popular", "rule", _ruled(most_popular)),
            ("items alike", "classic", _seeded(near_things)),
            (f"least squares, {LIKES_FACTORS} factors", "classic", _seeded(liked_squares)),
        ]
    return [
        ("always the mean", "rule", _ruled(mean)),
        ("each item's mean", "rule", _ruled(item_means)),
        ("biases of people and items", "classic", _ruled(ridge_biases)),
        ("items alike", "classic", _seeded(near_things)),
        (f"least squares, {FACTORS} factors", "classic", _seeded(least_squares)),
        (f"Bayesian factors, {FACTORS} each", "classic", _seeded(drawn)),
    ]


def _ruled(fit: Callable[[WhoHadWhat], Fitted]) -> Fit:
    return lambda loader, _: fit(WhoHadWhat.of(loader))


def _seeded(fit: Callable[[WhoHadWhat, int], Fitted]) -> Fit:
    return lambda loader, seed: fit(WhoHadWhat.of(loader), seed)
