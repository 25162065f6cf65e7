"""How far a command has come."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress

import pytest

from fledge.cli import counter as module
from fledge.cli.counter import Counter


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_EVERY", 0.0)


@pytest.mark.skipif(sys.platform == "win32", reason="a terminal of Unix")
def test_a_terminal_shows_a_line_that_is_gone_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    import pty

    ours, theirs = pty.openpty()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        with Counter("looking at") as counter:
            counter(3, 10)
        monkeypatch.undo()
    assert _all_of(ours).split("\r") == ["", "looking at 3 of 10", " " * 18, ""]
    os.close(ours)


def _all_of(terminal: int) -> str:
    """All that was written to a terminal whose other end is closed; it may come in pieces."""
    written = b""
    with suppress(OSError):  # how Linux says that it is closed
        while piece := os.read(terminal, 1000):
            written += piece
    return written.decode()


def test_a_pipe_is_told_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Counter("looking at") as counter:
        counter(3, 10)
    assert capsys.readouterr() == ("", "")


def test_a_terminal_that_is_gone_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            raise BrokenPipeError

    monkeypatch.setattr(sys, "stderr", Gone())
    with Counter("looking at") as counter:
        counter(3, 10)
