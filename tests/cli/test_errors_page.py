"""docs/errors.md: every example ends as the page shows."""

from __future__ import annotations

import errno
import io
import re
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fledge.cli.main import run
from fledge.core.errors import FledgeError
from tests.predictor.small import small_predictor

PAGE = (Path(__file__).parents[2] / "docs" / "errors.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)\$ echo \$\?\n(\d+)\n```", PAGE)


@pytest.fixture
def desk(photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with all that the page speaks of."""
    shutil.copytree(photos, tmp_path / "photos")
    shutil.copy(photos / "bird" / "bird_000.jpg", tmp_path / "robin.jpg")
    (tmp_path / "empty").mkdir()
    small_predictor().save(tmp_path / "bird.safetensors")
    whole = (tmp_path / "bird.safetensors").read_bytes()
    (tmp_path / "half.safetensors").write_bytes(whole[: len(whole) // 2])
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("typed", "shown", "status"), EXAMPLES, ids=[f"{status}: {typed}" for typed, _, status in EXAMPLES])
def test_the_example_ends_as_shown(
    typed: str, shown: str, status: str, desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    command, full, _ = typed.partition(" > /dev/full")
    if full:
        monkeypatch.setattr(sys, "stdout", _Full())
    if status == "1":
        monkeypatch.setattr("fledge.jobs.check.check", _raises(KeyError("robin")))
    if shown.startswith("^C\n"):
        shown = shown.removeprefix("^C\n")
        monkeypatch.setattr("fledge.jobs.train.everything_tried", _raises(KeyboardInterrupt()))
    assert run(shlex.split(command)[1:]) == int(status)
    heard = capsys.readouterr()
    assert re.fullmatch(_pattern(shown), heard.out + heard.err)


def test_every_status_of_ours_has_an_example() -> None:
    assert {status for _, _, status in EXAMPLES} >= {*"01234567", "130"}


def test_the_table_lists_every_kind_of_error() -> None:
    rows = dict(re.findall(r"^\| (\d) \| .*? \| (.*) \|$", PAGE, re.MULTILINE))
    for kind in _kinds(FledgeError):
        assert f"`{kind.__name__}` (`{kind.code}`)" in rows[str(kind.exit_code)]


def _pattern(shown: str) -> str:
    """The words of the page, with dots for what differs: a line of them for any lines."""
    whole = re.sub(r"(?m)^\\\.\\\.\\\.\n", "(?:.*\n)*", re.escape(shown).replace("\\\n", "\n"))
    return whole.replace(r"\.\.\.", ".*")


def _kinds(kind: type[FledgeError]) -> list[type[FledgeError]]:
    ours = [each for each in kind.__subclasses__() if each.__module__ == FledgeError.__module__]
    return [kind, *(below for each in ours for below in _kinds(each))]


class _Full(io.StringIO):
    """A file on a disk without room."""

    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def _raises(error: BaseException) -> Callable[..., Any]:
    def instead(*_: Any, **__: Any) -> None:
        raise error

    return instead
