"""What the tests themselves stand on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.counts import count
from tests.photos import make_photos


def test_the_photos_of_two_classes_differ_in_more_than_one_colour(photos: Path) -> None:
    shades = {kind.name: [np.asarray(Image.open(file)).mean((0, 1)) for file in kind.iterdir()] for kind in photos.iterdir()}
    assert {name: len(each) for name, each in shades.items()} == {"bird": 20, "forest": 20}
    assert min(blue for _, _, blue in shades["bird"]) > max(blue for _, _, blue in shades["forest"])


def test_the_same_seed_makes_the_same_photos(tmp_path: Path) -> None:
    one, two = (make_photos(tmp_path / name, ("night",), each=2) for name in "ab")
    assert [file.read_bytes() for file in sorted(one.rglob("*.jpg"))] == [
        file.read_bytes() for file in sorted(two.rglob("*.jpg"))
    ]


def test_real_data_that_is_not_there_skips_with_a_word(
    real_data: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLEDGE_DATA", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match="set FLEDGE_DATA"):
        real_data("birds")
    (tmp_path / "birds").mkdir()
    assert real_data("birds") == tmp_path / "birds"


def test_promises_are_tested_in_full_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FLEDGE_FULL", raising=False)
    assert count(5, 100) == 5
    monkeypatch.setenv("FLEDGE_FULL", "1")
    assert count(5, 100) == 100


def test_tests_have_a_home_of_their_own() -> None:
    assert "fledge-tests-" in os.environ["FLEDGE_HOME"]
