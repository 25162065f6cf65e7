"""Several trainings side by side: settings, figures, and whether what lies between them is more than chance."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import DataError, UsageError
from fledge.core.record import pack_fields
from fledge.core.strict_json import JsonObject
from fledge.jobs.run_folder import RunFolder
from fledge.scoring.difference import Difference, difference
from fledge.scoring.figure import Figure

_SAME_ITEMS = ("items", "labels", "split")
"""The fingerprints that have to agree for two runs to have held back the same items."""


@final
@dataclass(frozen=True, eq=False)
class Finished:
    """What a run folder says of its training."""

    path: Path
    state: JsonObject
    settings: Mapping[str, Any]

    @classmethod
    def of(cls, path: Path) -> Finished:
        """The results of a training that came to its end."""
        run = RunFolder.existing(path)
        state = run.state()
        if "winner" not in state:
            raise UsageError(f"{path} is not finished", hint=f"fledge train --resume {path}")
        return cls(path, state, {**pack_fields(run.settings()), **state["found"]})

    @property
    def winner(self) -> str:
        """The model that was kept."""
        return str(self.state["winner"])

    @property
    def board(self) -> list[tuple[str, Figure, float]]:
        """Every model that was tried, its headline on what was held back, and the seconds it took."""
        state = self.state
        metric, share = state["metric"], state.get("share", False)
        return [
            (row["model"], Figure(row[metric], row["count"], row["low"], row["high"], share=share), row["seconds"])
            for row in state["leaderboard"]
        ]

    @property
    def figure(self) -> str:
        """The headline of the model that was kept."""
        return f"{self.state['metric']} {next(figure for model, figure, _ in self.board if model == self.winner)}"

    @property
    def scores(self) -> NDArray[np.float64]:
        """Its winner's score on each held-back item."""
        place = RunFolder(self.path).scores
        try:
            with place.open(encoding="utf-8", errors="surrogateescape", newline="") as file:
                return np.array([float(row[self.winner]) for row in csv.DictReader(file)])
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise DataError(f"{place} doesn't hold the scores of {self.winner}: {error}") from error

    def held_back_as(self, other: Finished) -> bool:
        """Whether both were measured on the same items, in the same way."""
        mine, theirs = self.state["data"], other.state["data"]
        return self.state["metric"] == other.state["metric"] and all(mine[name] == theirs[name] for name in _SAME_ITEMS)


@final
@dataclass(frozen=True, eq=False)
class Compared:
    """Runs, the settings in which they differ, and how much better than the first each of the others is."""

    runs: Sequence[Finished]
    settings: Mapping[str, Sequence[Any]]
    ahead: Sequence[Difference | None]
    """For each run after the first; nothing where it was measured on other items."""

    def lines(self) -> list[str]:
        """All of it as a table, a row for each thing that is said of every run."""
        rows = [("", [str(run.path) for run in self.runs])]
        rows += [(name, [_said(value) for value in values]) for name, values in self.settings.items()]
        rows.append(("kept", [run.winner for run in self.runs]))
        rows.append(("held back", [run.figure for run in self.runs]))
        rows.append(("seconds", [f"{run.state['seconds']:.1f}" for run in self.runs]))
        rows.append(("ahead", ["", *(_gain(each) for each in self.ahead)]))
        widths = [max(len(row[0]) for row in rows), *(max(len(row[1][i]) for row in rows) for i in range(len(self.runs)))]
        lines = ["  ".join(text.ljust(width) for text, width in zip([name, *row], widths, strict=True)) for name, row in rows]
        return [line.rstrip() for line in lines]

    def to_json(self) -> str:
        """All of it as one line of JSON."""
        runs = [
            {
                "run": str(run.path),
                "winner": run.winner,
                "metric": run.state["metric"],
                "leaderboard": run.state["leaderboard"],
                "test": run.state["test"],
                "seconds": run.state["seconds"],
                "settings": {name: values[place] for name, values in self.settings.items()},
                "ahead": None if place == 0 else _plain(self.ahead[place - 1]),
            }
            for place, run in enumerate(self.runs)
        ]
        return json.dumps({"runs": runs}, ensure_ascii=False, allow_nan=False)


def compare(folders: Sequence[str | Path]) -> Compared:
    """What is different about these runs, and how much better than the first each is on the same held-back items."""
    if len(folders) < 2:
        raise UsageError("one run can't be compared", hint="fledge compare runs/photos runs/photos-2")
    runs = [Finished.of(Path(folder)) for folder in folders]
    first = runs[0]
    names = [name for name in first.settings if len({repr(run.settings[name]) for run in runs}) > 1]
    ahead = [difference(run.scores, first.scores) if run.held_back_as(first) else None for run in runs[1:]]
    return Compared(runs, {name: [run.settings[name] for run in runs] for name in names}, ahead)


def _gain(found: Difference | None) -> str:
    return "not measured on the same items" if found is None else str(found)


def _plain(found: Difference | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "count": found.count,
        "beyond_noise": found.beyond_noise,
    }


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None else str(value)
