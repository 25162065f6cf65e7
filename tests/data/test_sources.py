"""Files of a folder: which, in what order, and what is said when there are none."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest

from fledge.core.errors import DataError, UnknownName
from fledge.data.sources import PICTURE_SUFFIXES, get_files, get_image_files


def make(root: Path, *names: str) -> Path:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


def names(root: Path, files: list[Path]) -> list[str]:
    return [file.relative_to(root).as_posix() for file in files]


def test_pictures_are_found_at_any_depth_and_in_any_case(tmp_path: Path) -> None:
    make(tmp_path, "b/2.JPG", "a/deep/1.png", "0.webp", "note.txt", "b/sound.wav")
    assert names(tmp_path, get_image_files(tmp_path)) == ["0.webp", "a/deep/1.png", "b/2.JPG"]


def test_every_picture_ending_counts(tmp_path: Path) -> None:
    make(tmp_path, *(f"x{suffix}" for suffix in PICTURE_SUFFIXES))
    assert len(get_image_files(tmp_path)) == len(PICTURE_SUFFIXES) == 16


def test_hidden_files_and_folders_are_no_data(tmp_path: Path) -> None:
    make(tmp_path, "dog/1.jpg", ".ipynb_checkpoints/1.jpg", "dog/.2.jpg", "__MACOSX/dog/._1.jpg", ".DS_Store", "Thumbs.db")
    assert names(tmp_path, get_files(tmp_path)) == ["dog/1.jpg"]


def test_a_hidden_folder_that_is_asked_for_is_read(tmp_path: Path) -> None:
    make(tmp_path / ".data", "1.jpg")
    assert len(get_image_files(tmp_path / ".data")) == 1


def test_the_order_is_that_of_the_names_bytes_folder_by_folder(tmp_path: Path) -> None:
    make(tmp_path, "b.jpg", "a/z.jpg", "a-b/c.jpg", "B.jpg", "é.jpg", "a.jpg", "10.jpg", "9.jpg")
    found = names(tmp_path, get_image_files(tmp_path))
    assert found == ["10.jpg", "9.jpg", "B.jpg", "a/z.jpg", "a-b/c.jpg", "a.jpg", "b.jpg", "é.jpg"]
    assert found == sorted(found, key=lambda name: [part.encode() for part in name.split("/")])


def test_only_the_folders_named_are_entered(tmp_path: Path) -> None:
    make(tmp_path, "train/1.jpg", "valid/train/2.jpg", "unsup/3.jpg", "4.jpg")
    assert names(tmp_path, get_image_files(tmp_path, folders=["train", "valid"])) == ["train/1.jpg", "valid/train/2.jpg"]


def test_a_folder_named_that_is_not_there_names_its_nearest(tmp_path: Path) -> None:
    make(tmp_path, "train/1.jpg")
    with pytest.raises(UnknownName, match="did you mean 'train'"):
        get_image_files(tmp_path, folders=["trian"])


def test_without_recursion_only_the_folder_itself_is_read(tmp_path: Path) -> None:
    make(tmp_path, "1.jpg", "a/2.jpg")
    assert names(tmp_path, get_image_files(tmp_path, recurse=False)) == ["1.jpg"]


def test_extensions_may_come_with_or_without_their_dot(tmp_path: Path) -> None:
    make(tmp_path, "a.CSV", "b.tar.gz", "c.txt")
    assert names(tmp_path, get_files(tmp_path, extensions=["csv", ".tar.GZ"])) == ["a.CSV", "b.tar.gz"]


def test_a_folder_without_pictures_says_what_it_holds(tmp_path: Path) -> None:
    make(tmp_path, "a.heic", "b.heic", "note.txt", "README")
    with pytest.raises(DataError) as caught:
        get_image_files(tmp_path)
    for word in (str(tmp_path), "no pictures", ".jpg .jpeg", "0 of 4 files", "2 .heic", "1 without ending"):
        assert word in str(caught.value)


def test_an_archive_instead_of_pictures_asks_to_be_unpacked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="unpack"):
        get_image_files(make(tmp_path, "birds.zip"))


def test_pictures_one_folder_deeper_are_hinted_at(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="recurse=True"):
        get_image_files(make(tmp_path, "dog/1.jpg"), recurse=False)


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no files; found 0 of 0 files"):
        get_files(tmp_path)


def test_a_missing_folder_names_its_nearest(tmp_path: Path) -> None:
    make(tmp_path, "bird_or_not/1.jpg")
    with pytest.raises(DataError, match="there is no folder") as caught:
        get_image_files(tmp_path / "birds_or_not")
    assert f"did you mean {tmp_path / 'bird_or_not'}?" in str(caught.value)


def test_a_missing_folder_says_how_far_the_path_is_right(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="holds no folder 'x'"):
        get_image_files(tmp_path / "x" / "y")


def test_a_file_instead_of_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is not a folder"):
        get_image_files(make(tmp_path, "1.jpg") / "1.jpg")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_to_folders_are_followed_only_when_asked_for_and_end(tmp_path: Path) -> None:
    make(tmp_path / "data", "dog/1.jpg")
    make(tmp_path / "elsewhere", "2.jpg")
    (tmp_path / "data/round").symlink_to(tmp_path / "data")
    (tmp_path / "data/more").symlink_to(tmp_path / "elsewhere")
    assert len(get_files(tmp_path / "data")) == 1
    assert names(tmp_path / "data", get_files(tmp_path / "data", followlinks=True)) == ["dog/1.jpg", "more/2.jpg"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_what_is_named_like_a_picture_is_listed_even_if_it_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "broken.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    os.mkfifo(tmp_path / "pipe.jpg")
    assert names(tmp_path, get_image_files(tmp_path)) == ["broken.jpg", "loop.jpg", "pipe.jpg"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no undecodable names")
def test_names_that_are_no_text_are_listed(tmp_path: Path) -> None:
    odd = [b"\xff\xfe.jpg", b"new\nline.jpg", b"-rf.jpg"]
    for name in odd:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).touch()
    assert [os.fsencode(file.name) for file in get_image_files(tmp_path)] == sorted(odd)


def test_a_folder_that_cannot_be_opened_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    make(tmp_path, "a/1.jpg", "locked/2.jpg")
    scandir = os.scandir

    def guarded(folder: str) -> object:
        if "locked" in str(folder):
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", guarded)
    with caplog.at_level(logging.WARNING, logger="fledge"):
        assert names(tmp_path, get_image_files(tmp_path)) == ["a/1.jpg"]
    assert "locked" in caplog.text
    assert "Permission denied" in caplog.text
