"""Small tables made on the spot, with something to learn in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.predictor.predictor import Predictor
from fledge.training.tabular import tabular_learner


def birds(count: int = 200, seed: int = 0) -> pl.DataFrame:
    """Measured birds of three kinds: an id, numbers with gaps, names, dates, a constant, and what they weigh."""
    numbers = np.random.default_rng(seed)
    kind = numbers.choice(["robin", "tit", "wren"], count)
    wing = np.select([kind == "robin", kind == "tit"], [22.0, 17.0], 14.0) + numbers.normal(0, 1.5, count)
    weight = np.exp(wing / 10 + numbers.normal(0, 0.1, count))
    seen = [datetime(2024, 1, 1) + timedelta(days=int(day)) for day in np.sort(numbers.integers(0, 300, count))]
    return pl.DataFrame(
        {
            "ring": np.arange(count) + 1,
            "wing": [None if gone else round(each, 2) for each, gone in zip(wing, numbers.random(count) < 0.1, strict=True)],
            "place": numbers.choice(["garden", "wood", "field"], count),
            "seen": seen,
            "observer": numbers.choice(["Ann", "Bo", "Cy", "Di"], count),
            "planet": ["earth"] * count,
            "kind": kind,
            "weight": weight.round(3),
        }
    )


def small_row_model() -> Predictor:
    """A network for birds, with columns of every kind, that never learned anything; with a self-test."""
    dls = TabularDataLoaders.from_df(birds(120), "kind", seed=1, device="cpu")
    return tabular_learner(dls, dim=2, width=8, progress=False).predictor("birds")


def write_birds(file: Path, count: int = 200) -> Path:
    """The same as a CSV."""
    birds(count).with_columns(pl.col("seen").dt.date()).write_csv(file)
    return file


def houses(count: int = 100, seed: int = 0) -> pl.DataFrame:
    """Houses with an address, their rooms and town, and what they cost."""
    numbers = np.random.default_rng(seed)
    rooms, town = numbers.integers(1, 9, count), numbers.choice(["Ely", "Bath"], count)
    price = np.exp(11 + 0.2 * rooms + 0.5 * (town == "Bath") + numbers.normal(0, 0.1, count))
    addresses = [f"{place + 1} Long Street {place % 7}" for place in range(count)]
    return pl.DataFrame({"address": addresses, "rooms": rooms, "town": town, "price": price.round()})
