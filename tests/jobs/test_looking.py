"""Before a training: the task asked for, and data kept apart."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from fledge.core.errors import DataError, UsageError
from fledge.jobs.asked_task import as_asked
from fledge.jobs.check import check
from fledge.jobs.looking import looked_at
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Teller
from tests.photos import make_photos


def looked(source: Path, **choices: Any) -> tuple[Any, list[str]]:
    said: list[str] = []
    return looked_at(Settings(str(source), **choices), Teller(said.append)), said


def test_what_is_kept_apart_is_the_test_part(photos: Path, tmp_path: Path) -> None:
    found, said = looked(photos, test=str(make_photos(tmp_path / "apart", each=3, seed=1)))
    assert found.part_counts == {"train": 32, "valid": 8, "test": 6}
    assert said[-1].startswith("Test    6 pictures of")


def test_copies_in_what_is_kept_apart_are_said(photos: Path, tmp_path: Path) -> None:
    apart = make_photos(tmp_path / "apart", each=3, seed=1)
    shutil.copy(photos / "bird" / "bird_005.jpg", apart / "bird" / "new.jpg")
    found, said = looked(photos, test=str(apart))
    assert said[-1].startswith("Note    1 picture of")
    assert "also in" in said[-1]
    assert found.findings[-1].kind == "leak"


def test_labels_that_nothing_is_learned_of_are_refused(photos: Path, tmp_path: Path) -> None:
    apart = make_photos(tmp_path / "apart", ("bird", "night"), each=3)
    with pytest.raises(DataError, match=r"labels that .* hasn't: 'night' \(3\)"):
        looked(photos, test=str(apart))


def test_there_is_only_one_test_part(photos: Path, tmp_path: Path) -> None:
    make_photos(tmp_path / "divided" / "train", each=5)
    make_photos(tmp_path / "divided" / "test", each=3, seed=1)
    with pytest.raises(UsageError, match="has a test part of its own"):
        looked(tmp_path / "divided", test=str(photos))


def test_bad_files_may_be_skipped(tmp_path: Path) -> None:
    photos = make_photos(tmp_path, each=10)
    for number in range(4):
        (photos / "bird" / f"bad{number}.jpg").write_bytes(b"no picture")
    with pytest.raises(DataError, match="more than one in twenty") as caught:
        looked(photos)
    assert caught.value.hint == "--skip-bad trains on the others"
    found, _ = looked(photos, on_bad="skip")
    assert sum(map(bool, found.parts)) == 20


def test_labels_are_read_as_the_task_takes_them(tmp_path: Path) -> None:
    photos = make_photos(tmp_path / "photos", each=6)
    tagged = as_asked(check(photos), "image-tags")
    assert set(tagged.labels) == {("bird",), ("forest",)}
    assert as_asked(tagged, "image-classification").labels == check(photos).labels
    for name, number in (("bird", "1"), ("forest", "2.5")):
        (photos / name).rename(photos / number)
    assert set(as_asked(check(photos), "image-regression").labels) == {1.0, 2.5}
