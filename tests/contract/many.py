"""Any number of inputs of each kind, made on the spot, none like another: what exported models are asked about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tests.tables import birds
from tests.tracks import movement


def many(task: str, count: int) -> list[Any]:
    """So many inputs for a task."""
    kind = task.partition("-")[0]
    return [_MADE[kind](np.random.default_rng(1000 + place)) for place in range(count)] if kind != "table" else _rows(count)


def _picture(numbers: np.random.Generator) -> NDArray[np.uint8]:
    """Noise of some size over a colour, with a patch of another somewhere."""
    height, width = numbers.integers(8, 160, 2)
    picture = numbers.uniform(0, 255, 3) + numbers.normal(0, 20, (height, width, 3))
    top, left = numbers.integers(0, height), numbers.integers(0, width)
    picture[top : top + height // 2, left : left + width // 2] = numbers.uniform(0, 255, 3)
    return picture.clip(0, 255).astype(np.uint8)


def _sound(numbers: np.random.Generator) -> NDArray[np.float32]:
    """A tone in noise, of some length."""
    count = int(numbers.integers(400, 12_000))
    tone = np.sin(np.arange(count) * numbers.uniform(0.01, 2.0)) * numbers.uniform(0, 0.5)
    sound: NDArray[np.float32] = (tone + numbers.normal(0, numbers.uniform(0.001, 0.1), count)).clip(-1, 1).astype(np.float32)
    return sound


def _track(numbers: np.random.Generator) -> NDArray[np.float64]:
    """Short and long ones, slow and quick."""
    kind = str(numbers.choice(["curved", "jerky"]))
    return movement(kind, int(numbers.integers(12, 200)), seed=int(numbers.integers(0, 1 << 30)))


def _rows(count: int) -> list[dict[str, Any]]:
    """Rows as in training, and some with gaps and names that were never met."""
    rows = birds(count, seed=7).with_columns(pl.col("seen").dt.to_string("iso")).to_dicts()
    for place, row in enumerate(rows):
        if place % 5 == 0:
            row["place"] = "moon"
        if place % 7 == 0:
            row["wing"], row["seen"] = None, None
    return rows


def _pair(numbers: np.random.Generator) -> dict[str, int]:
    """Somebody and something, known or not."""
    return {"userId": int(numbers.integers(1, 70)), "movieId": int(numbers.integers(0, 130)) * 10}


def _person(numbers: np.random.Generator) -> int:
    return int(numbers.integers(1, 70))


_MADE: dict[str, Callable[[np.random.Generator], Any]] = {
    "image": _picture,
    "sound": _sound,
    "track": _track,
    "ratings": _pair,
    "likes": _person,
}
