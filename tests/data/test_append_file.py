"""A file that only grows."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

from fledge.data.append_file import AppendFile


def test_bytes_stand_where_it_says_each_at_a_multiple(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "data")
    places = [file.append(content, align=8) for content in (b"a" * 3, b"b" * 8, b"c" * 20, b"d")]
    assert places == [0, 8, 16, 40]
    assert [file.read(place, 3) for place in places] == [b"aaa", b"bbb", b"ccc", b"d"]


def test_what_another_wrote_is_never_written_over(tmp_path: Path) -> None:
    one, other = AppendFile(tmp_path / "data"), AppendFile(tmp_path / "data")
    one.append(b"whole---", align=8)
    other.append(b"torn", align=8)
    assert one.append(b"next", align=8) == 16
    assert one.read(0) == b"whole---torn\0\0\0\0next"


def test_a_deleted_file_is_noticed(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "data")
    assert not file.is_gone()
    (tmp_path / "data").unlink()
    assert file.is_gone()


def test_the_handle_goes_with_the_object(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "data")
    inner = file._file
    del file
    gc.collect()
    assert inner.closed


def test_a_closed_file_takes_nothing(tmp_path: Path) -> None:
    file = AppendFile(tmp_path / "data")
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.append(b"x", align=1)
