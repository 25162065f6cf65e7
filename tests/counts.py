"""How often a promise is put to the test: a few times with every run, its full count by `make promises`."""

from __future__ import annotations

import os
from typing import TypeVar

N = TypeVar("N", int, float)


def count(few: N, full: N) -> N:
    """`few`, or `full` where `FLEDGE_FULL` asks for the full count."""
    return full if os.environ.get("FLEDGE_FULL") == "1" else few
