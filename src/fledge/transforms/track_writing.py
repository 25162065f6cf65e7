"""A movement that was read, as a file that reads the same."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import numpy as np
import polars as pl

from fledge.core.files import write_atomically
from fledge.transforms.track_file import ReadTrack

_STATES = ("move", "press", "release", "drag", "scroll")
_BUTTONS = ("none", "left", "none", "left", "scroll")


def write_track(track: ReadTrack, file: Path) -> None:
    """A CSV with the columns that the movement came from; times begin at 0, and states are words."""
    kinds, columns = track.events[:, 3].astype(int), track.columns
    cells = {
        columns.time: np.cumsum(track.events[:, 2].astype(np.float64)),
        columns.x: track.events[:, 0],
        columns.y: track.events[:, 1],
        columns.button: np.array(_BUTTONS)[kinds],
        columns.state: np.array(_STATES)[kinds],
    }
    frame = pl.DataFrame({name: cell for name, cell in cells.items() if name is not None})

    def write(opened: BinaryIO) -> None:
        frame.write_csv(opened)

    write_atomically(file, write)
