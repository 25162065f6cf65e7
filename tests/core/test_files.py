"""Writing that leaves the old file or the new one."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

import pytest

from fledge.core.errors import DiskFull, UsageError
from fledge.core.files import write_atomically

DIES_WHILE_WRITING = """
import os, signal, sys
from fledge.core.files import write_atomically
def write(file):
    file.write(b"new")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
write_atomically(sys.argv[1], write)
"""


def put(path: Path, data: bytes) -> None:
    write_atomically(path, lambda file: _write(file, data))


def _write(file: BinaryIO, data: bytes) -> None:
    file.write(data)


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    put(tmp_path / "a", b"old")
    put(tmp_path / "a", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"new"}


def test_a_writer_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    put(tmp_path / "a", b"old")

    def fail(file: BinaryIO) -> None:
        file.write(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(tmp_path / "a", fail)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


@pytest.mark.promise("B2")
@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
def test_a_killed_writer_leaves_the_old_file_and_the_next_one_clears_up(tmp_path: Path) -> None:
    put(tmp_path / "a", b"old")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    dead = subprocess.run([sys.executable, "-c", DIES_WHILE_WRITING, str(tmp_path / "a")], env=environment, check=False)
    assert dead.returncode == -9
    assert (tmp_path / "a").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 2
    put(tmp_path / "a", b"new")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"new"}


def test_a_file_being_written_by_this_process_is_not_taken_for_a_left_one(tmp_path: Path) -> None:
    def write_twice(file: BinaryIO) -> None:
        put(tmp_path / "a", b"inner")
        file.write(b"outer")

    write_atomically(tmp_path / "a", write_twice)
    assert (tmp_path / "a").read_bytes() == b"outer"


@pytest.mark.promise("B4")
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_said_with_bytes_and_leaves_the_old_file(tmp_path: Path, code: int) -> None:
    put(tmp_path / "a", b"old")

    def no_room(file: BinaryIO) -> None:
        raise OSError(code, os.strerror(code))

    with pytest.raises(DiskFull, match=r"/a, 12345 bytes are needed, \d+ bytes are free") as caught:
        write_atomically(tmp_path / "a", no_room, needed=12345)
    assert caught.value.exit_code == 6
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


@pytest.mark.promise("B4")
@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
@pytest.mark.parametrize("room", [0, 1, 4095, 9_999])
def test_a_limit_met_at_any_byte_leaves_the_old_file(tmp_path: Path, room: int) -> None:
    put(tmp_path / "a", b"old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, hard))
    try:
        with pytest.raises(DiskFull):
            put(tmp_path / "a", b"n" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old"}


def test_another_failure_of_the_disk_comes_through_with_a_note(tmp_path: Path) -> None:
    def broken(file: BinaryIO) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(OSError, match="Input/output") as caught:
        write_atomically(tmp_path / "a", broken)
    assert "what was there before is untouched" in caught.value.__notes__[0]


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    put(tmp_path / "real", b"old")
    (tmp_path / "link").symlink_to("real")
    put(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"new"


def test_rights_are_the_usual_ones_and_are_kept(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    put(tmp_path / "a", b"1")
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "usual").stat().st_mode
    (tmp_path / "a").chmod(0o640)
    put(tmp_path / "a", b"2")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["folder", "missing/a", "long" * 80])
def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=name[:20]):
        put(tmp_path / name, b"")


def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    put(tmp_path / ("n" * 255), b"new")
    assert (tmp_path / ("n" * 255)).read_bytes() == b"new"
