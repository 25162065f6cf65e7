"""How often a promise is put to the test: a few times with every run, its full count by `make promises`."""

from __future__ import annotations

import os


def count(few: int, full: int) -> int:
    """`few`, or `full` where `FLEDGE_FULL` asks for the full count."""
    return full if os.environ.get("FLEDGE_FULL") == "1" else few
