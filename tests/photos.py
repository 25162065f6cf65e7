"""Small photos made on the spot, of classes a small network learns in seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def make_photos(
    folder: Path, classes: Sequence[str] = ("bird", "forest"), each: int = 20, size: tuple[int, int] = (64, 48), seed: int = 0
) -> Path:
    """A folder with one folder of JPEG photos for each class: `bird`, `forest`, `night`."""
    numbers = np.random.default_rng(seed)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for index in range(each):
            pixels = _SCENES[name](numbers, *size) + numbers.normal(0, 6, (size[1], size[0], 3))
            Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(folder / name / f"{name}_{index:03}.jpg", quality=90)
    return folder


def _bird(numbers: np.random.Generator, width: int, height: int) -> NDArray[np.float64]:
    """A dark round thing in a blue sky."""
    rows, columns = np.mgrid[:height, :width]
    across, down = numbers.uniform(0.3, 0.7, 2) * (width, height)
    distance = np.hypot(columns - across, rows - down)[..., None]
    return np.where(distance < numbers.uniform(0.15, 0.25) * width, [60.0, 40.0, 50.0], [120.0, 170.0, 230.0])


def _forest(numbers: np.random.Generator, width: int, height: int) -> NDArray[np.float64]:
    """Brown trunks before green."""
    waves = np.sin(np.arange(width) * numbers.uniform(0.5, 0.9) + numbers.uniform(0, 6))
    return np.where(np.tile(waves > 0.4, (height, 1))[..., None], [90.0, 60.0, 30.0], [40.0, 130.0, 50.0])


def _night(numbers: np.random.Generator, width: int, height: int) -> NDArray[np.float64]:
    """Stars."""
    stars = numbers.random((height, width, 1)) < 0.03
    return np.where(stars, 240.0, 20.0) * np.ones(3)


_SCENES = {"bird": _bird, "forest": _forest, "night": _night}
