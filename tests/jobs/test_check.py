"""A look at data before any training."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from fledge.core.errors import DataError
from fledge.jobs.check import check
from fledge.jobs.checked import Checked
from tests.counts import count
from tests.faults.broken_pictures import BROKEN, ODD, make_corpus
from tests.photos import make_photos


@pytest.fixture
def scenes(tmp_path: Path) -> Path:
    """A folder of 12 birds and 12 forests, to be changed."""
    return make_photos(tmp_path / "scenes", each=12)


def kinds(found: Checked) -> set[str]:
    """What was found to be odd."""
    return {each.kind for each in found.findings}


def message(found: Checked, kind: str) -> str:
    """What is said about one kind of finding."""
    return next(each.message for each in found.findings if each.kind == kind)


def test_nothing_is_said_against_good_data(photos: Path) -> None:
    found = check(photos)
    assert (found.findings, found.bad, found.pairs) == ((), (), ())
    assert found.part_counts == {"train": 32, "valid": 8}
    assert found.looked.sizes == ((64, 48),) * 3


@pytest.mark.promise("C1")
def test_every_broken_picture_is_named_and_no_good_one(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path, good=count(2 * len(ODD), 9_500), broken=count(2 * len(BROKEN), 500))
    found = check(tmp_path)
    assert {Path(each.item) for each in found.bad} == set(corpus.broken)
    assert all(each.reason for each in found.bad)
    assert "many_bad" in kinds(found)


@pytest.mark.promise("C8")
def test_the_same_file_on_both_sides_of_the_split_is_said(tmp_path: Path) -> None:
    make_photos(tmp_path / "train")
    make_photos(tmp_path / "test", each=5, seed=1)
    shutil.copy(tmp_path / "train" / "bird" / "bird_003.jpg", tmp_path / "test" / "bird" / "new.jpg")
    found = check(tmp_path)
    assert message(found, "leak").startswith("1 held-back picture is the same file as one to learn from")
    assert "'test/bird/new.jpg' and 'train/bird/bird_003.jpg'" in message(found, "leak")
    assert found.part_counts == {"train": 32, "valid": 8, "test": 11}


def test_the_same_picture_in_another_size_is_said(tmp_path: Path) -> None:
    make_photos(tmp_path / "train", size=(320, 240))
    make_photos(tmp_path / "valid", each=5, seed=1, size=(320, 240))
    with Image.open(tmp_path / "train" / "bird" / "bird_003.jpg") as photo:
        photo.resize((200, 150)).save(tmp_path / "valid" / "bird" / "small.jpg", quality=60)
    found = check(tmp_path)
    assert "'train/bird/bird_003.jpg' and 'valid/bird/small.jpg'" in message(found, "near_leak")


@pytest.mark.promise("C8")
def test_the_same_file_with_two_labels_is_said(scenes: Path) -> None:
    shutil.copy(scenes / "bird" / "bird_003.jpg", scenes / "forest" / "odd.jpg")
    assert "with a different label" in message(check(scenes), "conflict")


@pytest.mark.promise("C8")
def test_labels_that_differ_in_case_are_said(scenes: Path) -> None:
    (scenes / "Bird").mkdir()
    for photo in sorted((scenes / "bird").iterdir())[:4]:
        photo.rename(scenes / "Bird" / photo.name)
    assert "'bird' (8) and 'Bird' (4)" in message(check(scenes), "twins")


@pytest.mark.promise("C8")
def test_one_class_alone_and_no_class_at_all_are_errors(scenes: Path) -> None:
    shutil.rmtree(scenes / "forest")
    assert kinds(check(scenes)) == {"no_label"}
    assert check(scenes).errors


def test_a_class_of_which_nothing_can_be_read_is_an_error(scenes: Path) -> None:
    (scenes / "night").mkdir()
    (scenes / "night" / "dark.jpg").write_bytes(b"")
    assert message(check(scenes), "class_lost") == "nothing of 'night' can be read"


def test_a_folder_with_nothing_in_it_is_said(scenes: Path) -> None:
    (scenes / "night").mkdir()
    assert "night" in message(check(scenes), "empty_folder")


def test_a_class_that_is_only_held_back_is_an_error(tmp_path: Path) -> None:
    make_photos(tmp_path / "train")
    make_photos(tmp_path / "valid", ("bird", "forest", "night"), each=3, seed=1)
    assert "nothing to learn 'night' from" in message(check(tmp_path), "held_back_alone")


def test_the_same_is_found_with_any_number_of_threads(tmp_path: Path) -> None:
    make_corpus(tmp_path, good=60, broken=3)
    facts = [{**check(tmp_path, workers=workers).as_dict(), "seconds": 0} for workers in (0, 1, 3)]
    assert facts[0] == facts[1] == facts[2]


def test_all_of_it_is_json(scenes: Path) -> None:
    (scenes / "bird" / "torn\udcff.jpg").write_bytes(b"\xff\xd8\xff")
    shutil.copy(scenes / "bird" / "bird_003.jpg", scenes / "forest" / "odd.jpg")
    found = json.loads(check(scenes).to_json())
    assert len(found["unreadable"]) == len(found["twins"]) == 1


def test_progress_is_told_of_every_file(photos: Path) -> None:
    told: list[tuple[int, int]] = []
    check(photos, progress=lambda done, count: told.append((done, count)))
    assert told == [(each, 40) for each in range(1, 41)]


def test_a_folder_that_is_not_there_names_the_nearest(photos: Path) -> None:
    with pytest.raises(DataError, match="bird_or_nt") as caught:
        check(photos.with_name("bird_or_nt"))
    assert "did you mean" in str(caught.value.hint)


def test_an_archive_alone_is_to_be_unpacked(tmp_path: Path) -> None:
    (tmp_path / "photos.zip").touch()
    with pytest.raises(DataError, match="holds no pictures") as caught:
        check(tmp_path)
    assert "unpack the archive" in str(caught.value.hint)


def test_numbers_are_told_by_their_range(tmp_path: Path) -> None:
    make_photos(tmp_path / "images", ("bird",), each=4)
    ages = [3.5, 4, 6, 8.5]
    rows = [f"bird_{number:03}.jpg,{age}" for number, age in enumerate(ages)]
    (tmp_path / "ages.csv").write_text("\n".join(["file,age", *rows]))
    found = check(tmp_path)
    assert ("Labels", "age from 3.5 to 8.5, on average 5.5") in found.lines()
    assert (found.task, found.errors) == ("image-regression", ())
