"""Made-up ratings of made-up films, to try recommendations on."""

from __future__ import annotations

import csv
from pathlib import Path

from fledge.core.seeds import generator

_PEOPLE, _FILMS = 200, 120
_KINDS = ("Space", "Ghost", "Love", "Heist")
_WHAT = ("Harbour", "Winter", "Letters", "Machine", "Garden", "Mirror", "Station", "Summer", "River", "Tower")


def write_ratings(folder: Path) -> int:
    """Who gave how many stars to which film, and when; people like one kind better, and some films are better than others."""
    numbers = generator(0, "demo ratings")
    kind, taste = numbers.integers(0, len(_KINDS), _FILMS), numbers.integers(0, len(_KINDS), _PEOPLE)
    better, kinder = numbers.normal(0, 0.5, _FILMS), numbers.normal(0, 0.4, _PEOPLE)
    known = numbers.beta(1, 4, _FILMS)
    with (folder / "movies.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["movieId", "title"])
        rows.writerows([film + 1, _title(film, int(kind[film]))] for film in range(_FILMS))
    count = 0
    with (folder / "ratings.csv").open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["userId", "movieId", "rating", "timestamp"])
        for person in range(_PEOPLE):
            suits = kind == taste[person]
            for film in (numbers.random(_FILMS) < known * (1.6 * suits + 0.6)).nonzero()[0].tolist():
                stars = 3 + 1.2 * suits[film] + better[film] + kinder[person] + numbers.normal(0, 0.5)
                rows.writerow([person + 1, film + 1, min(max(round(2 * stars), 1), 10) / 2, 1_700_000_000 + 3600 * count])
                count += 1
    return count


def title_to_ask(folder: Path) -> str:
    """The first film's title."""
    with (folder / "movies.csv").open(encoding="utf-8") as file:
        return next(csv.DictReader(file))["title"]


def _title(film: int, kind: int) -> str:
    """A title of its own for each film, which says its kind.

    >>> _title(0, 1), _title(13, 0)
    ('Ghost Harbour 1', 'Space Machine 2')
    """
    return f"{_KINDS[kind]} {_WHAT[film % len(_WHAT)]} {film // len(_WHAT) + 1}"
