"""What every command shares: help, exit statuses, one line for an error."""

from __future__ import annotations

import errno
import json
import subprocess
import sys

import pytest

from fledge.cli.main import run
from fledge.cli.table import COMMANDS, HELP
from fledge.core import errors
from tests.cli.commands import environment, fledge, replaced

HEAVY = "{'torch', 'timm', 'torchvision', 'numpy', 'polars', 'PIL', 'matplotlib', 'rich', 'sklearn'}"


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = f"import sys; from fledge.cli.main import run; run(['--help']); print('HEAVY', sorted({HEAVY} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
    assert all(f"  {name} " in done.stdout and words in done.stdout for name, words in HELP.items())


def test_the_help_of_every_command_loads_nothing_heavy_and_has_an_example() -> None:
    code = f"""
import sys
from fledge.cli.main import run
from fledge.cli.table import COMMANDS
for name in COMMANDS:
    print("COMMAND", name, run([name, "--help"]))
print("HEAVY", sorted({HEAVY} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout
    for page, name in zip(done.stdout.split("COMMAND ")[:-1], COMMANDS, strict=True):
        assert f"    fledge {name}" in page, f"the help of {name} shows no example"


def test_the_version_is_said() -> None:
    assert fledge("--version").stdout.startswith("fledge ")


def test_no_command_at_all_shows_the_help_as_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 2
    assert "Commands:" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["chekc"], "unknown command 'chekc': did you mean 'check'?"),
        (["check", "x", "--jsno"], "No such option '--jsno'. Did you mean '--json'?"),
        (["check"], "Missing argument 'DATA' - see fledge check --help"),
    ],
)
def test_wrong_usage_is_one_line_with_the_nearest_name(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 2
    said = capsys.readouterr()
    assert words in said.err
    assert (said.err.count("\n"), said.out) == (1, "")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.UsageError("x"), 2),
        (errors.DataError("x"), 3),
        (errors.ModelFileError("x"), 4),
        (errors.TrainingError("x"), 5),
        (errors.OutOfMemory("x"), 6),
        (MemoryError(), 6),
        (errors.DiskFull("x"), 6),
        (OSError(errno.ENOSPC, "No space left on device"), 6),
        (errors.Unavailable("x"), 7),
        (KeyError("x"), 1),
        (KeyboardInterrupt(), 130),
        (SystemExit(143), 143),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141),
    ],
)
def test_every_end_has_its_exit_status(error: BaseException, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    replaced(monkeypatch, error)
    assert run(["check"]) == status


def test_an_error_is_one_line_with_what_to_do(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(monkeypatch, errors.DataError("there are no\nbirds", hint="find some"))
    run(["check"])
    assert capsys.readouterr().err == "fledge: there are no birds - find some\n"


def test_an_error_is_an_object_with_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(monkeypatch, errors.DataError("there are no birds", hint="find some"))
    run(["check", "--json"])
    error = {"code": "data", "message": "there are no birds", "hint": "find some"}
    assert json.loads(capsys.readouterr().out) == {"error": error}


def test_a_bug_says_where_to_look_and_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(monkeypatch, KeyError("robin"))
    assert run(["check"]) == 1
    said = capsys.readouterr().err
    assert "a bug in fledge, please report it: KeyError: 'robin' - FLEDGE_DEBUG=1 shows where" in said
    assert "Traceback" not in said
    monkeypatch.setenv("FLEDGE_DEBUG", "1")
    run(["check"])
    assert "Traceback" in capsys.readouterr().err


def test_a_name_in_a_message_can_not_move_the_cursor(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(monkeypatch, errors.DataError("there is no \x1b[2J\u202ebird \udcff"))
    run(["check"])
    assert capsys.readouterr().err == "fledge: there is no \\x1b[2J\\u202ebird \\udcff\n"


def test_a_message_about_what_is_saved_goes_with_the_interrupt(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced(monkeypatch, KeyboardInterrupt("stopped at step 3"))
    run(["check"])
    assert capsys.readouterr().err == "fledge: stopped at step 3\n"
