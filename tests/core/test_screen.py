"""Streams that people look at."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from fledge.core.screen import Screen, columns, cut, fitted


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "TERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "FLEDGE_PROGRESS"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("name", "value", "live"), [("CI", "true", False), ("CI", "false", True), ("TERM", "dumb", False)])
def test_a_line_is_written_over_at_a_terminal_that_can_and_not_in_ci(
    name: str, value: str, live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Screen(Terminal()).live
    assert not Screen(io.StringIO()).live
    monkeypatch.setenv(name, value)
    assert Screen(Terminal()).live is live


def test_no_color_is_stronger_than_force_color(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Screen(Terminal()).coloured
    assert not Screen(io.StringIO()).coloured
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert Screen(io.StringIO()).coloured
    monkeypatch.setenv("NO_COLOR", "1")
    assert not Screen(Terminal()).coloured


def test_the_width_is_what_columns_says_or_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Screen(io.StringIO()).width == 80
    monkeypatch.setenv("COLUMNS", "31")
    assert Screen(io.StringIO()).width == 31
    monkeypatch.setenv("COLUMNS", "wide")
    assert Screen(io.StringIO()).width == 80


def test_a_stream_that_is_closed_or_missing_stops_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr("sys.stderr", None)
    for screen in (Screen(closed), Screen()):
        screen.write("tweet\n")
        assert screen.broken
        assert not screen.live


def test_a_pipe_that_nobody_reads_any_more_stops_no_work() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as raw:
        screen = Screen(io.TextIOWrapper(raw, write_through=True))
        screen.write("tweet\n")
        screen.write("tweet\n")
        assert screen.broken


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_stops_no_work() -> None:
    with open("/dev/full", "wb", buffering=0) as raw:  # noqa: PTH123 - pathlib has no unbuffered files
        screen = Screen(io.TextIOWrapper(raw, write_through=True))
        screen.write("tweet\n")
        assert screen.broken


def test_characters_that_the_encoding_lacks_are_written_as_escapes() -> None:
    raw = io.BytesIO()
    screen = Screen(io.TextIOWrapper(raw, encoding="ascii"))
    assert not screen.can_show("━")
    screen.write("鳥\n")
    assert raw.getvalue() == b"\\u9ce5\n"
    assert not screen.broken


def test_wide_characters_fill_two_columns() -> None:
    assert cut("鳥鳥鳥", 5) == "鳥鳥"
    assert columns(fitted(["鳥鳥", "37 %", "left"], 11)) == 10
