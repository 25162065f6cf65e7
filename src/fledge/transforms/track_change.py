"""Random changes of a batch of movements: each is a small frozen description.

A mirror image is not among them: nobody moves as somebody's mirror image does.
"""

from __future__ import annotations

from abc import ABC
from dataclasses import dataclass
from typing import final

from fledge.transforms.change import within


class TrackChange(ABC):
    """Something that happens to a movement with probability `p`, in a measure drawn from a range."""

    p: float


@final
@dataclass(frozen=True)
class ScaleTime(TrackChange):
    """Slower or faster by up to `most`: 0.1 makes 10 seconds last 9 to 11."""

    most: float = 0.1
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 0.9)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class ScalePlaces(TrackChange):
    """Wider or narrower, and by another measure higher or lower, by up to `most`."""

    most: float = 0.1
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 0.9)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class JitterPlaces(TrackChange):
    """Every place a little off, by up to `most` of the whole movement's width."""

    most: float = 0.001
    p: float = 0.5

    def __post_init__(self) -> None:
        within("most", self.most, 0, 0.1)
        within("p", self.p, 0, 1)


@final
@dataclass(frozen=True)
class DropEvents(TrackChange):
    """Up to `most` of the events are left out, as if the device had reported fewer; the time they took stays."""

    most: float = 0.15
    p: float = 0.75

    def __post_init__(self) -> None:
        within("most", self.most, 0, 0.9)
        within("p", self.p, 0, 1)


def track_transforms(time: float = 0.1, places: float = 0.1, jitter: float = 0.001, drop: float = 0.15) -> list[TrackChange]:
    """Changes after which a movement is still the same person's; 0 leaves one out.

    >>> [type(change).__name__ for change in track_transforms(jitter=0)]
    ['ScaleTime', 'ScalePlaces', 'DropEvents']
    """
    asked: list[tuple[float, TrackChange]] = [
        (time, ScaleTime(time)),
        (places, ScalePlaces(places)),
        (jitter, JitterPlaces(jitter)),
        (drop, DropEvents(drop)),
    ]
    return [change for measure, change in asked if measure]
