"""Small ratings made on the spot: people have tastes, things have kinds, and some are simply better."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from fledge.classic.biases import ridge_biases
from fledge.classic.who_had_what import WhoHadWhat
from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.data.loader import Loader
from fledge.predictor.predictor import Predictor
from fledge.tasks.ratings import Ratings

KINDS = ("space", "love", "ghost")


def ratings(people: int = 60, things: int = 40, seed: int = 0) -> pl.DataFrame:
    """Who gave how many stars to what, and when; each person rates things of the kind they like higher, and oftener."""
    numbers = np.random.default_rng(seed)
    taste, kind = numbers.integers(0, len(KINDS), people), numbers.integers(0, len(KINDS), things)
    who, what = (each.ravel() for each in np.mgrid[:people, :things])
    suits = taste[who] == kind[what]
    met = numbers.random(len(who)) < np.where(suits, 0.8, 0.25)
    who, what, suits = who[met], what[met], suits[met]
    better, kinder = numbers.normal(0, 0.5, things), numbers.normal(0, 0.8, people)
    stars = 2.5 + 1.5 * suits + better[what] + kinder[who] + numbers.normal(0, 0.3, len(who))
    return pl.DataFrame(
        {
            "userId": who + 1,
            "movieId": 10 * (what + 1),
            "rating": (2 * stars).round().clip(1, 10) / 2,
            "timestamp": 1_600_000_000 + numbers.permutation(len(who)) * 3600,
        }
    )


def films(things: int = 40, seed: int = 0, people: int = 60) -> pl.DataFrame:
    """What the things are called."""
    numbers = np.random.default_rng(seed)
    numbers.integers(0, len(KINDS), people)
    kind = numbers.integers(0, len(KINDS), things)
    titles = [f"{KINDS[each].title()} Story {number + 1}" for number, each in enumerate(kind)]
    return pl.DataFrame({"movieId": 10 * (np.arange(things) + 1), "title": titles})


def write_ratings(folder: Path, people: int = 60, things: int = 40) -> tuple[Path, Path]:
    """Both as CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    ratings(people, things).write_csv(folder / "ratings.csv")
    films(things, people=people).write_csv(folder / "movies.csv")
    return folder / "ratings.csv", folder / "movies.csv"


def starred() -> pl.DataFrame:
    """The same ratings under names that nobody would guess."""
    return ratings(30, 20).select(who="userId", film="movieId", stars="rating")


def small_recommender() -> Predictor:
    """A recommender of films, made in no time."""
    titles = films().with_columns(title=pl.Series([*("Alien", "Heat"), *films()["title"][2:]]))
    dls = CollabDataLoaders.from_df(ratings(), items=titles, seed=1, device="cpu")
    assert isinstance(dls.train, Loader)
    fitted = ridge_biases(WhoHadWhat.of(dls.train))
    return Predictor(Ratings(), dls.codec, fitted.model, fitted.architecture)  # type: ignore[arg-type]
