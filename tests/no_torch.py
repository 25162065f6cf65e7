"""Python in which torch is not to be loaded: whether it was is looked at in the end."""

from __future__ import annotations

import subprocess
import sys

_START = """
import sys
import fledge
from fledge.cli.main import run
from fledge.serve.app import build_app
from tests.serve.calls import ask_now
"""


def without_torch(code: str, *words: object) -> str:
    """What a process says that runs this code with these words in `sys.argv[1:]`; `fledge`, `run`, `ask_now` are there."""
    command = [sys.executable, "-c", f"{_START}{code}\nassert 'torch' not in sys.modules", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
