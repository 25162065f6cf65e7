"""Where real data lies, for tests and benchmarks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def real_data(name: str) -> Path:
    """The folder of a real data set, below `FLEDGE_DATA` or else `../shared/data`; skips the test where it is missing."""
    folder = data_home() / name
    if not folder.is_dir():
        pytest.skip(f"real data {name!r} is not in {folder.parent}: set FLEDGE_DATA to the folder that holds it")
    return folder


def data_home() -> Path:
    """The folder of all real data sets, whether it is there or not."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("FLEDGE_DATA", beside))
