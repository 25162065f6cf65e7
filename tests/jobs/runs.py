"""Trainings small enough for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fledge.jobs.train import train
from fledge.jobs.trained import Trained

QUICK: dict[str, Any] = {"epochs": 1, "size": 16, "precision": "float32", "device": "cpu", "quiet": True}
"""Pictures of 16 pixels, looked at once."""


def quick(source: Any, out: Path, **choices: Any) -> Trained:
    """A training of a second or so."""
    return train(source, out=out, **QUICK | choices)
