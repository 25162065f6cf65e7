"""Files that are the same, and pictures that look the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fledge.jobs.check_look import look_at
from fledge.jobs.check_twins import copies, near_twins


def saved(folder: Path, pixels: np.ndarray | Image.Image, name: str, **options: Any) -> Path:
    picture = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    picture.save(folder / name, **options)
    return folder / name


def scene(seed: int, side: int = 400) -> Image.Image:
    """A picture of soft spots, as photos are: neighbours are alike."""
    spots = np.random.default_rng(seed).integers(0, 255, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(spots).resize((side, side * 3 // 4), Image.Resampling.BICUBIC)


CHANGES: dict[str, Callable[[Image.Image], Image.Image]] = {
    "half as large": lambda picture: picture.resize((200, 150)),
    "a third as large": lambda picture: picture.resize((133, 100)),
    "larger": lambda picture: picture.resize((617, 463)),
    "lighter": lambda picture: picture.point(lambda value: min(255, value * 1.15)),
    "grey": lambda picture: picture.convert("L"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_found(change: str, tmp_path: Path) -> None:
    files = [saved(tmp_path, scene(seed), f"{seed}.jpg", quality=92) for seed in range(20)]
    files.append(saved(tmp_path, CHANGES[change](scene(7)), "changed.jpg", quality=50))
    looks = [look_at("picture", file) for file in files]
    assert [(pair.first, pair.second) for pair in near_twins(looks)] == [(7, 20)]


def test_a_picture_that_lies_on_its_side_is_turned_first(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    files = [
        saved(tmp_path, scene(1), "upright.jpg"),
        saved(tmp_path, scene(1).rotate(90, expand=True), "on its side.jpg", exif=exif),
    ]
    looks = [look_at("picture", file) for file in files]
    assert looks[0].size == looks[1].size == (400, 300)
    assert len(near_twins(looks)) == 1


def test_copies_are_no_near_twins_and_even_colours_are_alike_in_nothing(tmp_path: Path) -> None:
    files = [saved(tmp_path, scene(1), name) for name in ("a.png", "b.png")]
    files += [saved(tmp_path, np.full((40, 40, 3), value, np.uint8), f"{value}.png") for value in (0, 90, 200)]
    looks = [look_at("picture", file) for file in files]
    assert copies(looks) == [[0, 1]]
    assert near_twins(looks) == []


def test_many_pictures_are_compared_block_by_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = [look_at("picture", saved(tmp_path, scene(seed % 30, 64 + seed), f"{seed}.png")) for seed in range(60)]
    whole = near_twins(looks)
    monkeypatch.setattr("fledge.jobs.check_twins._ROWS", 7)
    monkeypatch.setattr("fledge.jobs.check_twins._COLUMNS", 14)
    in_blocks = near_twins(looks)
    assert {(pair.first, pair.second) for pair in whole} == {(seed, seed + 30) for seed in range(30)}
    assert sorted(in_blocks, key=repr) == sorted(whole, key=repr)
