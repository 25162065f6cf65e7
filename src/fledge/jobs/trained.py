"""What a training gives back: the model, and all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import polars as pl

from fledge.predictor.predictor import Predictor


@final
@dataclass(frozen=True, eq=False)
class Trained:
    """A finished training; called, it answers as its recommended model does.

    `leaderboard` has a row for each thing tried, in the order of simplicity; `verdict` says in words which to use and why.
    """

    model: Predictor
    leaderboard: pl.DataFrame
    folder: Path
    report: Path
    winner: str
    verdict: str
    task: str
    seconds: float

    def __call__(self, given: Any, *, windows: bool = False) -> Any:
        return self.model(given, windows=windows)

    def save(self, path: str | Path) -> str:
        """Keeps the recommended model in a file of its own, and returns the file's digest."""
        return self.model.save(path)

    def as_dict(self) -> dict[str, Any]:
        """The outcome in plain values, under stable names."""
        return {
            "task": self.task,
            "winner": self.winner,
            "verdict": self.verdict,
            "leaderboard": self.leaderboard.to_dicts(),
            "model": str(self.folder / "model.safetensors"),
            "report": str(self.report),
            "seconds": round(self.seconds, 3),
        }

    def __repr__(self) -> str:
        return f"<Trained: {self.verdict} {self.folder}>"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(self.verdict)}</p>{self.leaderboard._repr_html_()}"
