"""Small sounds made on the spot, of classes a small network learns in seconds, and every way a sound can be odd."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 8000


def tone(hertz: float = 440.0, seconds: float = 0.5, rate: int = RATE, loudness: float = 0.5) -> NDArray[np.float32]:
    """A sine."""
    return (loudness * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def sound_file(samples: NDArray[Any], rate: int = RATE, form: str = "WAV", subtype: str | None = None) -> bytes:
    """The bytes of a file that holds these samples."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=form, subtype=subtype)
    return file.getvalue()


def make_sounds(folder: Path, each: int = 12, seed: int = 0) -> Path:
    """A folder with one folder of WAV files for each class: `clock` (clicks), `whistle` (rising tones)."""
    numbers = np.random.default_rng(seed)
    for name in ("clock", "whistle"):
        (folder / name).mkdir(parents=True)
        for index in range(each):
            sound = (_clock if name == "clock" else _whistle)(numbers) + numbers.normal(0, 0.01, RATE // 2)
            soundfile.write(folder / name / f"{name}_{index:03}.wav", sound, RATE)
    return folder


def _clock(numbers: np.random.Generator) -> NDArray[np.float64]:
    clicks = np.zeros(RATE // 2)
    clicks[numbers.integers(0, 400) :: numbers.integers(500, 900)] = 0.9
    return clicks


def _whistle(numbers: np.random.Generator) -> NDArray[np.float64]:
    pitch = np.linspace(numbers.uniform(600, 900), numbers.uniform(1500, 2500), RATE // 2)
    rising: NDArray[np.float64] = 0.5 * np.sin(2 * np.pi * np.cumsum(pitch) / RATE)
    return rising
