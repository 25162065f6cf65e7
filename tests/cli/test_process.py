"""What only a process of its own shows: pipes, disks, signals, terminals."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import environment, fledge

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pipes, signals and terminals of Unix")

SLEEPER = """
import sys, time, click
from fledge.cli.main import main
from fledge.cli.table import COMMANDS
@click.command()
def sleep():
    print("ready", flush=True)
    time.sleep(60)
COMMANDS._found["check"] = sleep
main(["check"])
"""


@pytest.fixture
def folder(photos: Path) -> Path:
    return photos


def test_a_closed_pipe_ends_a_command_without_a_word(folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = fledge("check", folder, "--json", capture_output=False, stdout=writing, stderr=subprocess.PIPE)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_said_and_has_its_status(folder: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = fledge("check", folder, capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (6, "fledge: no room to write the output: No space left on device\n")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_command_with_one_line(number: signal.Signals, status: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SLEEPER], env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        child.send_signal(number)
        _, said = child.communicate(timeout=120)
    assert (child.returncode, said.count("\n")) == (status, 1)
    assert "Traceback" not in said


def test_a_terminal_gets_colours_and_a_pipe_does_not(folder: Path) -> None:
    assert "\x1b[1m" in in_terminal("check", str(folder))
    assert "\x1b" not in fledge("check", folder).stdout


@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_a_terminal_that_wants_none_gets_no_colours(setting: dict[str, str], folder: Path) -> None:
    assert "\x1b" not in in_terminal("check", str(folder), **setting)


def test_colours_can_be_forced_into_a_pipe(folder: Path) -> None:
    assert "\x1b[1m" in fledge("check", folder, env=environment(FORCE_COLOR="1")).stdout


def test_a_terminal_that_lacks_letters_gets_escapes(tmp_path: Path, folder: Path) -> None:
    (tmp_path / "猫").symlink_to(folder)
    done = fledge("check", tmp_path / "猫", env=environment(PYTHONIOENCODING="cp1252"), encoding="cp1252")
    assert done.returncode == 0
    assert "\\u732b" in done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are no text")
def test_json_holds_names_that_are_no_text(tmp_path: Path, folder: Path) -> None:
    shutil.copytree(folder, tmp_path / "photos")
    (tmp_path / "photos" / "bird" / os.fsdecode(b"torn\xff.jpg")).touch()
    done = fledge("check", tmp_path / "photos", "--json")
    assert json.loads(done.stdout)["unreadable"][0]["file"].endswith("bird/torn\udcff.jpg")


def test_a_narrow_terminal_breaks_lines_between_words_and_a_pipe_does_not(folder: Path) -> None:
    shown = re.sub("\x1b\\[[0-9;]*m", "", in_terminal("check", str(folder), COLUMNS="50"))
    assert shown.split() == fledge("check", folder).stdout.split()
    assert all(len(line) < 50 or str(folder) in line for line in shown.splitlines())


def in_terminal(*arguments: str, **settings: str) -> str:
    """What a command writes to a terminal of its own."""
    import pty

    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "fledge", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment(**settings)
    )
    os.close(theirs)
    written = b""
    while piece := _read(ours):
        written += piece
    os.close(ours)
    assert child.wait(timeout=120) == 0
    return written.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that the other end is closed
        return b""
