"""Large made-up data with something to learn, written row group by row group, and what a process takes to learn it."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from time import perf_counter, sleep
from typing import Any, Self

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from _measure import Report
from _sides import Measured, Settings

GROUP = 1 << 17
"""Rows of a row group."""

_SPREAD = 1.6
"""How far the parts of a table's answer lie apart: the further, the more often the best answers are right."""

USERS, ITEMS, FACTORS = 162_000, 59_000, 8
"""As many people and things as MovieLens 25M has."""

_NOISE = 0.8


def write_table(path: Path, rows: int, seed: int = 0) -> tuple[float, int]:
    """Rows of 20 columns (numbers, categories, a date, gaps) and `bought`.

    Returns how often the best answer is right, and the bytes of the rows as Arrow holds them.
    """
    right = 0.0
    rules = _rules(np.random.default_rng(seed))
    with _Writer(path) as writer:
        for number, count in enumerate(_groups(rows)):
            table, chance = _rows_of(np.random.default_rng((seed, number)), count, rules)
            writer.write(table)
            right += float(np.maximum(chance, 1 - chance).sum())
        return right / rows, writer.bytes


def write_ratings(path: Path, rows: int, seed: int = 0) -> tuple[float, int]:
    """Who gave what to which thing, few things often.

    Returns the error (RMSE) of whoever knew how they were made, and the bytes of the rows as Arrow holds them.
    """
    draw = np.random.default_rng(seed)
    users, items = (int(each * (rows / 25_000_000) ** 0.5) for each in (USERS, ITEMS))
    of_users, of_items = draw.normal(0, 0.4, users), draw.normal(0, 0.5, items)
    people, things = draw.normal(0, 0.35, (users, FACTORS)), draw.normal(0, 0.6, (items, FACTORS))
    squares = 0.0
    with _Writer(path) as writer:
        for number, count in enumerate(_groups(rows)):
            draw = np.random.default_rng((seed, number))
            who = (users * draw.random(count) ** 1.5).astype(np.int64)
            what = (items * draw.random(count) ** 3).astype(np.int64)
            expected = 3.5 + of_users[who] + of_items[what] + (people[who] * things[what]).sum(1)
            given = np.clip(np.round(2 * (expected + draw.normal(0, _NOISE, count))) / 2, 0.5, 5.0)
            squares += float(np.square(np.clip(expected, 0.5, 5.0) - given).sum())
            when = 1_400_000_000 + number * GROUP + np.arange(count)
            writer.write({"userId": who + 1, "movieId": what + 1, "rating": given.astype(np.float32), "timestamp": when})
        return (squares / rows) ** 0.5, writer.bytes


class Memory:
    """The most memory this process held, read every few milliseconds: its own, and with the pages of files it has mapped."""

    def __enter__(self) -> Self:
        self.own = self.resident = 0.0
        self._watching = True
        self._thread = Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._watching = False
        self._thread.join()

    def read(self) -> float:
        """What this process itself holds now, in MB."""
        resident, shared = (int(each) * resource.getpagesize() / 1e6 for each in _statm()[1:3])
        self.own, self.resident = max(self.own, resident - shared), max(self.resident, resident)
        return resident - shared

    def _watch(self) -> None:
        while self._watching:
            self.read()
            sleep(0.01)


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """What comes of something, and how long it took."""
    began = perf_counter()
    return work(), perf_counter() - began


def written(write: Callable[[Path, int], tuple[float, int]], settings: Settings) -> Measured:
    """The side that makes a file: what it holds, what that took, and how well it can be told at best."""
    file = Path(settings["file"])
    with Memory() as memory:
        (best, raw), took = timed(lambda: write(file, settings["rows"]))
    return {"best": best, "bytes": raw, "took": took, "own": memory.own, "on_disk": file.stat().st_size}


def report_written(report: Report, made: Measured) -> None:
    """How large the data are, and what making them took."""
    report.row("the rows as Arrow holds them", [made["bytes"] / 1e6], "MB", f"{made['on_disk'] / 1e6:.0f} MB as Parquet")
    report.row("made up with", [made["own"]], "MB", f"of memory, in {made['took']:.0f} s")


def report_memory(report: Report, what: str, found: Measured, made: Measured) -> None:
    """The most that a process held, beside the size of the data."""
    remark = f"{found['own'] / (made['bytes'] / 1e6):.2f} times the rows; {found['resident']:.0f} MB with mapped pages"
    report.row(what, [found["own"]], "MB", f"{remark}; {found['before']:.0f} MB before anything is read")


def _statm() -> list[str]:
    return Path("/proc/self/statm").read_text(encoding="ascii").split()


def _groups(rows: int) -> Iterator[int]:
    for start in range(0, rows, GROUP):
        yield min(GROUP, rows - start)


def _rules(draw: np.random.Generator) -> dict[str, Any]:
    """What each value of a category adds to the answer."""
    sizes = {"sex": 2, "region": 12, "device": 6, "month": 12, "branch": 60, "job": 300, "town": 4000, "product": 20_000}
    return {name: draw.normal(0, _SPREAD / 3, size) for name, size in sizes.items()}


def _rows_of(draw: np.random.Generator, count: int, rules: dict[str, Any]) -> tuple[dict[str, Any], np.ndarray[Any, Any]]:
    columns: dict[str, Any] = {}
    score = np.zeros(count)
    for name, adds in rules.items():
        place = (len(adds) * draw.random(count) ** 2).astype(np.int64)
        score += adds[place]
        columns[name] = pa.DictionaryArray.from_arrays(
            pa.array(place.astype(np.int32)), [f"{name} {n}" for n in range(len(adds))]
        )
        columns[name] = columns[name].cast(pa.string())
    numbers = draw.normal(0, 1, (8, count))
    score += _SPREAD * (0.5 * numbers[0] + 0.4 * np.sin(2 * numbers[1]) + 0.4 * numbers[2] * numbers[3] - 0.3 * numbers[4] ** 2)
    for place, number in enumerate(numbers):
        columns[f"x{place}"] = np.round(number, 4)
    columns["age"] = draw.integers(18, 91, count)
    columns["income"] = np.round(np.exp(draw.normal(10, 0.7, count)), 2)
    columns["debt"] = pa.array(np.round(np.exp(draw.normal(8, 1, count)), 2), mask=draw.random(count) < 0.1)
    days = draw.integers(0, 2000, count)
    columns["joined"] = pa.array((days + 17_000).astype(np.int32)).cast(pa.date32())
    score += _SPREAD * (0.3 * (columns["age"] - 54) / 21 + 0.2 * np.sin(days * 2 * np.pi / 365))
    chance = 1 / (1 + np.exp(-score))
    columns["bought"] = pa.array(np.where(draw.random(count) < chance, "yes", "no"))
    return columns, chance


class _Writer:
    """A Parquet file, a row group at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: Any = None
        self.bytes = 0

    def __enter__(self) -> Self:
        return self

    def write(self, columns: dict[str, Any]) -> None:
        table = pa.table(columns)
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, table.schema)
        self._writer.write_table(table)
        self.bytes += table.nbytes

    def __exit__(self, *_: object) -> None:
        self._writer.close()
