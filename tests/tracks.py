"""Small movements made on the spot, of people a small network tells apart in seconds."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray


def movement(kind: str = "curved", events: int = 60, seed: int = 0) -> NDArray[np.float64]:
    """Events (count, 4): seconds, x, y, and whether a button is held; `curved` goes in slow arcs, `jerky` in quick lines."""
    numbers = np.random.default_rng(seed)
    goals = numbers.uniform(0, 1000, (events // 10 + 2, 2))
    share = np.linspace(0, 1, 10, endpoint=False)[:, None]
    legs = [start + share * (end - start) for start, end in pairwise(goals)]
    places = np.concatenate(legs)[:events]
    bend = np.sin(np.pi * (np.arange(events) % 10) / 10)[:, None] * ([150, -120] if kind == "curved" else [0, 0])
    since = numbers.uniform(0.05, 0.15, events) if kind == "curved" else numbers.uniform(0.005, 0.02, events)
    since[::10] += 0.0 if kind == "curved" else 1.0
    held = (np.arange(events) % 20 == 19).astype(float)
    return np.column_stack([np.cumsum(since), places + bend, held])


def as_csv(events: NDArray[np.float64], header: str = "time,x,y,pressed") -> str:
    """The text of a file."""
    return "\n".join([header, *(f"{t:.4f},{x:.1f},{y:.1f},{held:.0f}" for t, x, y, held in events)]) + "\n"


def make_tracks(folder: Path, each: int = 12, events: int = 60) -> Path:
    """A folder with one folder of CSV files for each person: `curved` and `jerky`."""
    for place, name in enumerate(("curved", "jerky")):
        (folder / name).mkdir(parents=True)
        for index in range(each):
            made = movement(name, events + 3 * index, seed=100 * place + index)
            (folder / name / f"{name}_{index:03}.csv").write_text(as_csv(made))
    return folder


def as_table(each: int = 12, events: int = 40) -> pl.DataFrame:
    """All of such movements in one table: `session` says which, `person` whose."""
    tables = []
    for place, name in enumerate(("curved", "jerky")):
        for index in range(each):
            made = movement(name, events + 3 * index, seed=100 * place + index)
            columns = dict(zip(("time", "x", "y", "pressed"), made.T, strict=True))
            tables.append(
                pl.DataFrame({"session": [f"{name}_{index:03}"] * len(made), "person": [name] * len(made), **columns})
            )
    return pl.concat(tables)
