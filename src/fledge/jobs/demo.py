"""Data that come with the install, written out as a person would have them, and the commands to try on them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from PIL import Image

from fledge.core.errors import UnknownName, UsageError
from fledge.jobs.demo_ratings import title_to_ask, write_ratings
from fledge.jobs.demo_tracks import write_tracks

TESTED = 6
"""One in so many is kept for the last test."""


@final
@dataclass(frozen=True)
class Demo:
    """Something to try: what it is in words, and what writes its data into a folder."""

    words: str
    write: Callable[[Path], int]
    commands: Callable[[Path], list[list[str]]]
    noun: str = "files"
    """What is counted."""


def prepared(name: str, place: Path) -> tuple[int, list[list[str]]]:
    """Writes a demo's data below a folder, unless they are there already; how many, and the commands to run."""
    if name not in DEMOS:
        raise UnknownName("demo", name, DEMOS)
    demo, data = DEMOS[name], place / name
    if data.exists() and not (data / _DONE).is_file():
        raise UsageError(f"{data} is there, and not written by a demo", hint="name another place: --out DIR")
    if not data.exists():
        data.mkdir(parents=True)
        count = demo.write(data)
        (data / _DONE).write_text(f"{count}\n", encoding="ascii")
    return int((data / _DONE).read_text(encoding="ascii")), demo.commands(place)


def typed(command: Sequence[str]) -> str:
    """A command as it is typed."""
    return shlex.join(["fledge", *command])


def write_digits(folder: Path) -> int:
    """Handwritten digits that come with scikit-learn, 8 pixels a side: a folder for each, in `train` and `test`."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    for place, (pixels, digit) in enumerate(zip(digits.images, digits.target, strict=True)):
        part = "test" if place % TESTED == TESTED - 1 else "train"
        file = folder / part / str(digit) / f"{place:04}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray((pixels * (255 / 16)).astype(np.uint8)).save(file)
    return len(digits.images)


def _commands(name: str, every: int) -> Callable[[Path], list[list[str]]]:
    """Check, train, and predict some of the test part."""

    def commands(place: Path) -> list[list[str]]:
        data, runs = place / name, place / "runs"
        tested = sorted(file for file in (data / "test").glob("*/*") if file.is_file())[::every]
        return [
            ["check", str(data)],
            ["train", str(data), "--out", str(runs)],
            ["predict", str(_next_run(runs, name)), *map(str, tested)],
        ]

    return commands


def write_passengers(folder: Path) -> int:
    """Made-up passengers of a ship that sank, 900 in `train.csv` and 300 in `test.csv`; several things tell who lived."""
    import polars as pl

    numbers = np.random.default_rng(7)
    count = 1200
    berth = numbers.choice(["first", "second", "third"], count, p=[0.25, 0.25, 0.5])
    sex, age = numbers.choice(["female", "male"], count, p=[0.4, 0.6]), numbers.gamma(5, 6, count).clip(1, 80).round()
    company = numbers.choice([0, 1, 2, 3, 4], count, p=[0.5, 0.25, 0.15, 0.07, 0.03])
    fare = np.exp(np.select([berth == "first", berth == "second"], [4.2, 3.0], 2.2) + numbers.normal(0, 0.4, count)).round(2)
    odds = (
        2.2 * (sex == "female") + 1.3 * (berth == "first") + 0.6 * (berth == "second") + 1.5 * (age < 12) - 0.4 * company - 1.7
    )
    lived = numbers.random(count) < 1 / (1 + np.exp(-1.5 * odds))
    boarded = [f"1912-04-{10 + day}" for day in numbers.integers(0, 3, count)]
    ages = [None if gone else each for each, gone in zip(age.tolist(), numbers.random(count) < 0.15, strict=True)]
    table = pl.DataFrame(
        {
            "ticket": np.arange(count) + 1,
            "berth": berth,
            "sex": sex,
            "age": ages,
            "company": company,
            "fare": fare,
            "boarded": boarded,
            "lived": np.where(lived, "yes", "no"),
        }
    )
    table[:900].write_csv(folder / "train.csv")
    table[900:].write_csv(folder / "test.csv")
    return count


def _passengers_commands(place: Path) -> list[list[str]]:
    """Check, train, and the answers to the rows that training leaves to try."""
    data, runs = place / "passengers", place / "runs"
    run = _next_run(runs, "passengers")
    return [
        ["check", str(data)],
        ["train", str(data), "--target", "lived", "--out", str(runs)],
        ["predict", str(run), str(run / "example.csv")],
    ]


def _ratings_commands(place: Path) -> list[list[str]]:
    data, runs = place / "ratings", place / "runs"
    run = str(_next_run(runs, "ratings"))
    return [
        ["check", str(data)],
        ["train", str(data), "--out", str(runs)],
        ["predict", run, "--user", "5", "-n", "5"],
        ["predict", run, "--liked", title_to_ask(data), "-n", "5"],
    ]


def _next_run(runs: Path, name: str) -> Path:
    """The folder that the next training of this name will have."""
    return next(path for path in _numbered(runs, name) if not path.exists())


def _numbered(runs: Path, name: str) -> list[Path]:
    return [runs / (name if number == 1 else f"{name}-{number}") for number in range(1, 10_000)]


DEMOS = {
    "digits": Demo("1,797 handwritten digits as picture files: which digit is it?", write_digits, _commands("digits", 40)),
    "passengers": Demo("1,200 made-up passengers as tables: who lived?", write_passengers, _passengers_commands, "rows"),
    "ratings": Demo(
        "Made-up ratings of 120 made-up films: what would somebody like?", write_ratings, _ratings_commands, "ratings"
    ),
    "movements": Demo("80 made-up sessions of a mouse: whose hand is it?", write_tracks, _commands("movements", 3)),
}
"""What there is to try, by name."""

_DONE = ".fledge-demo"
