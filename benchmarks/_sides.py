"""Sides of a figure, each run in a fresh process: settings go in as JSON, what was measured comes out as JSON.

Nothing but the standard library, for the peers' scripts use it too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

HERE = Path(__file__).resolve().parent

Settings = dict[str, Any]
Measured = dict[str, Any]
Side = Callable[[Settings], Measured]


def asked(python: str | Path, script: str, *words: str, timeout: float = 1800) -> Measured:
    """What a script says in its last line: a fresh process that sees no GPU and no network, and an empty cache."""
    with tempfile.TemporaryDirectory() as home:
        quiet = {"CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1", "PYTHONWARNINGS": "ignore", "MPLBACKEND": "agg"}
        environment = {"FLEDGE_HOME": home} | os.environ | quiet
        command = [str(python), str(HERE / script), *words]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, env=environment
        )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")
    said: Measured = json.loads(done.stdout.splitlines()[-1])
    return said


def answer(side: Side, words: str) -> None:
    """Runs a side with its settings, and says what it measured."""
    sys.stdout.write(f"\n{json.dumps(side(json.loads(words)))}\n")


def seconds(work: Callable[[], Any]) -> float:
    """How long something takes once."""
    began = perf_counter()
    work()
    return perf_counter() - began


def usual_seconds(work: Callable[[], Any], times: int, warm: int = 2) -> float:
    """The median of several times, after a few that don't count."""
    for _ in range(warm):
        work()
    return median(seconds(work) for _ in range(times))
