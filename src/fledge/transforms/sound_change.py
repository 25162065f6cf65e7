"""Random changes of a batch of sounds: each is a small frozen description."""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import final

from fledge.transforms.change import within


class SoundChange(ABC):
    """Something that happens to a sound with probability `p`, in a measure drawn from a range."""

    p: float


@final
@dataclass(frozen=True)
class ShiftTime(SoundChange):
    """The sound begins earlier or later, by up to `most` of its length; what leaves at one end comes in at the other."""

    most: float = 0.2
    p: float = 1.0

    def __post_init__(self) -> None:
        within("most", self.most, 0, 1)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class ChangeSpeed(SoundChange):
    """Faster and higher, or slower and lower, by up to `most`: 0.1 makes 10 seconds last 9 to 11."""

    most: float = 0.15
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 0.9)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class Gain(SoundChange):
    """Louder or quieter by up to `most` decibels."""

    most: float = 6.0
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 60)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class AddNoise(SoundChange):
    """White noise, `low` to `high` decibels below the sound."""

    low: float = 15.0
    high: float = 40.0
    p: float = 0.5

    def __post_init__(self) -> None:
        within("low", self.low, -60, 120)
        within("high", self.high, self.low, 120)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class WarpFrequency(SoundChange):
    """All tones higher or lower by up to `most` and none sooner or later, as from a smaller or a larger throat."""

    most: float = 0.15
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 0.9)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class ChangeTone(SoundChange):
    """Some bands louder and others quieter by up to `most` decibels, smoothly, as from another microphone in another room."""

    most: float = 9.0
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 60)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class MaskTime(SoundChange):
    """A stretch of up to `most` of the spectrogram's moments is wiped out."""

    most: float = 0.15
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 1)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class MaskFrequency(SoundChange):
    """A stretch of up to `most` of the spectrogram's bands is wiped out."""

    most: float = 0.15
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 1)
        within("p", self.p, 0, 1)


def sound_transforms(
    shift: float = 0.2,
    speed: float = 0.15,
    gain: float = 6.0,
    noise: float = 0.5,
    warp: float = 0.0,
    tone: float = 0.0,
    mask_time: float = 0.15,
    mask_frequency: float = 0.15,
) -> list[SoundChange]:
    """Changes that leave most sounds what they are; 0 leaves one out.

    `shift`, `speed` and the masks are shares of the sound, `gain` is in decibels, `noise` is how often some is added. For
    voices never heard before, and other microphones, there are `warp` (a share of each frequency) and `tone` (in decibels).

    >>> [type(change).__name__ for change in sound_transforms(noise=0, mask_frequency=0)]
    ['ShiftTime', 'ChangeSpeed', 'Gain', 'MaskTime']
    """
    asked: list[tuple[float, SoundChange]] = [
        (shift, ShiftTime(shift)),
        (speed, ChangeSpeed(speed)),
        (gain, Gain(gain)),
        (noise, AddNoise(p=noise)),
        (warp, WarpFrequency(warp)),
        (tone, ChangeTone(tone)),
        (mask_time, MaskTime(mask_time)),
        (mask_frequency, MaskFrequency(mask_frequency)),
    ]
    return [change for measure, change in asked if measure]
