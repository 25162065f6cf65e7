"""Digests of files, and when a file is read for its own again."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from fledge.core.errors import UnreadableItem
from fledge.data import digests
from fledge.data.digests import Digests, content_digest


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The files that were read for their digest."""
    seen: list[object] = []

    def counted(source: str | os.PathLike[str] | bytes) -> bytes:
        seen.append(source)
        return content_digest(source)

    monkeypatch.setattr(digests, "content_digest", counted)
    return seen


def old_file(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def test_a_file_and_its_bytes_have_one_digest(tmp_path: Path) -> None:
    assert Digests(None).of(old_file(tmp_path / "a", b"tweet")) == content_digest(b"tweet")


def test_a_second_process_does_not_read_files_again(tmp_path: Path, reads: list[object]) -> None:
    file = old_file(tmp_path / "a", b"tweet")
    first = Digests(tmp_path)
    assert first.of(file) == first.of(str(file))
    first.close()
    assert Digests(tmp_path).of(file) == content_digest(b"tweet")
    assert len(reads) == 1


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    known = Digests(tmp_path)
    file = old_file(tmp_path / "a", b"tweet")
    known.of(file)
    file.write_bytes(b"chirp")
    assert known.of(file) == content_digest(b"chirp")


def test_a_replaced_file_of_the_same_size_and_time_is_read_again(tmp_path: Path) -> None:
    known = Digests(tmp_path)
    file = old_file(tmp_path / "a", b"tweet")
    known.of(file)
    old_file(tmp_path / "b", b"chirp").replace(file)
    assert known.of(file) == content_digest(b"chirp")


def test_a_file_written_just_now_is_not_yet_remembered(tmp_path: Path, reads: list[object]) -> None:
    known = Digests(tmp_path)
    (tmp_path / "a").write_bytes(b"tweet")
    known.of(tmp_path / "a")
    known.of(tmp_path / "a")
    assert len(reads) == 2


def test_damaged_lines_are_passed_over(tmp_path: Path, reads: list[object]) -> None:
    files = [old_file(tmp_path / name, name.encode()) for name in "abc"]
    first = Digests(tmp_path)
    for file in files:
        first.of(file)
    first.close()
    memory = tmp_path / "digests"
    content = bytearray(memory.read_bytes())
    content[60] ^= 1  # in the second line
    memory.write_bytes(content[:-5])  # and the third is cut short
    second = Digests(tmp_path)
    assert [second.of(file) for file in files] == [content_digest(name.encode()) for name in "abc"]
    assert reads == [*files, files[1], files[2]]
    second.close()
    third = Digests(tmp_path)
    assert [third.of(file) for file in files] == [content_digest(name.encode()) for name in "abc"]
    assert len(reads) == 5


def test_too_long_a_list_is_begun_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digests, "_MOST", 3)
    for start in range(0, 10, 2):
        known = Digests(tmp_path)
        for number in range(start, start + 2):
            known.of(old_file(tmp_path / f"{number}.bin", bytes([number])))
        known.close()
    assert (tmp_path / "digests").stat().st_size <= 5 * 48


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes with names")
def test_what_is_no_file_is_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, tmp_path / "gone", "nul\0.jpg"):
        with pytest.raises(UnreadableItem):
            Digests(tmp_path).of(path)


def test_a_folder_that_takes_no_list_is_warned_of_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "digests").mkdir()
    known = Digests(tmp_path)
    with caplog.at_level(logging.WARNING, logger="fledge"):
        for name in "ab":
            assert known.of(old_file(tmp_path / name, name.encode())) == content_digest(name.encode())
    assert len(caplog.records) == 1
