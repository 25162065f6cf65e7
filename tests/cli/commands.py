"""Commands in a process of their own, and in this one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest

from fledge.cli.table import COMMANDS

SOURCE = Path(__file__).parents[2] / "src"


def environment(**changes: str) -> dict[str, str]:
    """Ours, without what would colour a terminal or show tracebacks, with changes."""
    plain = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "FLEDGE_DEBUG", "TERM")
    }
    return {**plain, "PYTHONPATH": str(SOURCE), "TERM": "xterm", **changes}


def fledge(*arguments: str | Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """`python -m fledge` with these arguments."""
    command = [sys.executable, "-m", "fledge", *(str(each) for each in arguments)]
    settings: dict[str, Any] = {"env": environment(), "capture_output": True, "text": True, "timeout": 300}
    return subprocess.run(command, **(settings | options))


def replaced(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Lets `fledge check` raise an error instead of what it does."""

    @click.command()
    @click.option("--json", is_flag=True)
    def broken(json: bool) -> None:
        raise error

    monkeypatch.setitem(COMMANDS._found, "check", broken)
