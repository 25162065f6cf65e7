"""Progress: shown where somebody looks, and never in the way."""

from __future__ import annotations

import io
import logging
import os
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from fledge.core import progress as module
from fledge.core.log import log
from fledge.core.progress import Progress, counted
from fledge.core.progress_words import Value
from fledge.core.screen import Screen, columns
from tests.core.test_screen import Terminal, plain_surroundings

__all__ = ["plain_surroundings"]

ROW: dict[str, Value] = {"epoch": 0, "train_loss": 0.5, "valid_loss": 0.25, "accuracy": 1.0, "time": "1.2 s"}


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "monotonic", clock)
    return clock


def worked(stream: io.StringIO, clock: Clock, seconds: float = 3.0) -> Progress:
    """A Progress of two epochs of so many seconds, asked a hundred times a second."""
    progress = Progress(Screen(stream))
    progress.start("epoch 0/1", total=int(200 * seconds))
    for epoch in range(2):
        for step in range(int(100 * seconds)):
            clock.now += 0.01
            if progress.due():
                progress.show(epoch * int(100 * seconds) + step, title=f"epoch {epoch}/1", loss=0.4)
        progress.row({**ROW, "epoch": epoch})
    return progress


def seen(written: str) -> list[str]:
    """What stands on a terminal after all of this, without colours."""
    lines = [""]
    for character in written.replace("\x1b[32m", "").replace("\x1b[1m", "").replace("\x1b[0m", ""):
        if character == "\n":
            lines.append("")
            column = 0
        elif character == "\r":
            column = 0
        else:
            column = 0 if not lines[-1] else column
            lines[-1] = lines[-1][:column] + character + lines[-1][column + 1 :]
            column += 1
    return [line.rstrip() for line in lines]


def test_in_a_pipe_there_is_a_line_an_epoch(clock: Clock) -> None:
    stream = io.StringIO()
    worked(stream, clock).close()
    assert stream.getvalue().splitlines() == [
        "epoch  train_loss  valid_loss  accuracy   time",
        "    0      0.5000      0.2500    1.0000  1.2 s",
        "    1      0.5000      0.2500    1.0000  1.2 s",
    ]


def test_in_a_pipe_a_long_epoch_has_a_line_a_minute(clock: Clock) -> None:
    stream = io.StringIO()
    worked(stream, clock, seconds=200).close()
    assert stream.getvalue().splitlines()[:3] == [
        "epoch 0/1  15 %  5:40 left  loss 0.4000",
        "epoch 0/1  30 %  4:40 left  loss 0.4000",
        "epoch 0/1  45 %  3:40 left  loss 0.4000",
    ]
    assert len(stream.getvalue().splitlines()) == 3 + 6


def test_at_a_terminal_one_line_is_written_over_at_most_ten_times_a_second(clock: Clock) -> None:
    stream = Terminal()
    progress = worked(stream, clock)
    assert stream.getvalue().count("epoch 0/1") <= 30
    progress.show(450, title="epoch 1/1", loss=0.4)
    assert seen(stream.getvalue())[-1] == f"epoch 1/1  {'━' * 18}{'─' * 6}  75 %  2.0 s left  loss 0.4000"
    progress.close()
    assert [line.split()[0] for line in seen(stream.getvalue()) if line] == ["epoch", "0", "1"]


@pytest.mark.parametrize("width", [1, 5, 20, 40, 80, 300])
def test_no_line_is_wider_than_the_terminal(width: int, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    stream = Terminal()
    progress = worked(stream, clock)
    progress.note("stopped: " + "what has not got better " * 4)
    progress.close()
    assert max(columns(line) for line in seen(stream.getvalue())) <= max(width - 1, 1)


def test_at_a_narrow_terminal_rows_are_pairs(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    progress = Progress(Screen(stream))
    progress.row(ROW)
    assert seen(stream.getvalue())[:3] == ["epoch 0,", "train_loss 0.5000,", "valid_loss 0.2500,"]


def test_a_terminal_made_narrower_is_not_written_past(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    progress = Progress(Screen(stream))
    progress.start("epoch 0/1", total=10)
    progress.show(5, loss=0.4)
    monkeypatch.setenv("COLUMNS", "20")
    before = len(stream.getvalue())
    progress.show(6, loss=0.4)
    assert columns(seen(stream.getvalue()[before:])[-1]) <= 19
    progress.close()


def test_what_is_logged_stands_on_a_line_of_its_own(clock: Clock) -> None:
    stream = Terminal()
    handler = logging.StreamHandler(stream)
    log.addHandler(handler)
    try:
        progress = Progress(Screen(stream))
        progress.start("epoch 0/1", total=10)
        progress.show(5)
        log.warning("no room left")
        progress.show(6)
        progress.close()
    finally:
        log.removeHandler(handler)
    assert seen(stream.getvalue()) == ["no room left", ""]
    assert not log.filters


def test_titles_move_no_cursor_and_characters_that_are_lacking_stop_nothing() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    stream.isatty = lambda: True  # type: ignore[method-assign]
    progress = Progress(Screen(stream))
    progress.start("鳥\x1b[2J\n", total=10)
    progress.show(5)
    progress.close()
    assert b"\x1b[2J" not in raw.getvalue()
    assert b"####" in raw.getvalue()


def test_a_stream_that_breaks_silences_progress_and_stops_nothing(clock: Clock) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb", buffering=0) as raw:
        for live in (True, False):
            stream = io.TextIOWrapper(raw, write_through=True)
            screen = Screen(stream)
            screen.live = live
            progress = Progress(screen)
            progress.show(5)
            progress.row(ROW)
            progress.close()
            assert screen.broken
            stream.detach()


def test_progress_can_be_turned_off(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEDGE_PROGRESS", "0")
    stream = Terminal()
    worked(stream, clock, seconds=200).close()
    assert stream.getvalue() == ""


def test_without_a_total_things_are_counted(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    for number in counted(iter(range(1500)), "reading"):
        clock.now += 0.001
        if number == 1400:
            assert seen(stream.getvalue())[-1].startswith("reading  1,")
    assert seen(stream.getvalue())[-1] == ""


class Notebook:
    """Stands for IPython in a notebook: keeps what each display shows."""

    def __init__(self, fails: bool = False) -> None:
        self.shown: list[dict[str, str]] = []
        self.updates = 0
        self.fails = fails
        self.kernel = object()

    def get_ipython(self) -> Notebook:
        return self

    def display(self, content: dict[str, str], *, raw: bool, display_id: bool) -> Notebook:
        self.shown.append(content)
        return self

    def update(self, content: dict[str, str], *, raw: bool) -> None:
        if self.fails:
            raise RuntimeError("the front end is gone")
        self.shown[-1] = content
        self.updates += 1


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Notebook:
    notebook = Notebook()
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.setitem(sys.modules, "IPython.display", SimpleNamespace(display=notebook.display))
    return notebook


def test_in_a_notebook_one_display_is_updated_and_ends_as_a_small_table(clock: Clock, notebook: Notebook) -> None:
    stream = Terminal()
    progress = worked(stream, clock)
    for epoch in range(2, 100):
        progress.row({**ROW, "epoch": epoch})
    assert "<progress" in notebook.shown[0]["text/html"]
    progress.close()
    (content,) = notebook.shown
    assert "<progress" not in content["text/html"]
    assert content["text/html"].count("<tr>") == 13
    assert content["text/plain"].splitlines()[-1] == "the last 12 of 100 rows"
    assert stream.getvalue() == ""


def test_in_a_notebook_a_broken_front_end_stops_nothing(clock: Clock, notebook: Notebook) -> None:
    notebook.fails = True
    worked(Terminal(), clock).close()
    assert notebook.updates == 0


def test_in_a_notebook_names_are_text(notebook: Any) -> None:
    Progress().row({"<script>": "<b>"})
    assert "<script>" not in notebook.shown[0]["text/html"]
    assert "&lt;b&gt;" in notebook.shown[0]["text/html"]
