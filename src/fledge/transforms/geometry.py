"""Flip, rotate, zoom, warp and crop, drawn at random."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, final, get_args

import numpy as np

from fledge.core.errors import UnknownName, UsageError
from fledge.core.seeds import Draws
from fledge.transforms.change import PictureChange, drawn, within
from fledge.transforms.matrices import Matrices, Size2, identities, rotated, turned, warped, window, zoomed

PadMode = Literal["reflection", "border", "zeros"]
"""What stands where a picture has ended: its mirror image, its last pixel, or black."""


@final
@dataclass(frozen=True)
class Frame:
    """The sizes of a picture before and after."""

    in_size: Size2
    out_size: Size2

    @property
    def aspect(self) -> float:
        """Width of the result over its height."""
        return self.out_size[1] / self.out_size[0]


class GeometricChange(PictureChange):
    """A change of where things are."""

    @abstractmethod
    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        """A matrix for each item; exactly the identity where nothing happens."""


@final
@dataclass(frozen=True)
class Flip(GeometricChange):
    """Left and right exchanged."""

    p: float = 0.5

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)

    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        return turned(draws.chance(purpose, self.p).astype(np.int64))


@final
@dataclass(frozen=True)
class Dihedral(GeometricChange):
    """One of the eight ways to lay down a square: quarter turns and flips. Other shapes are squeezed to fit."""

    p: float = 1.0

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)

    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        return turned(drawn(draws, purpose, self.p, 0, 8, 0).astype(np.int64))


@final
@dataclass(frozen=True)
class Rotate(GeometricChange):
    """A turn by up to `max_degrees` either way."""

    max_degrees: float = 10.0
    p: float = 0.75
    pad_mode: PadMode = "reflection"

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("max_degrees", self.max_degrees, 0, 180)
        _check_pad_mode(self.pad_mode)

    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        return rotated(drawn(draws, purpose, self.p, -self.max_degrees, self.max_degrees, 0.0), frame.aspect)


@final
@dataclass(frozen=True)
class Zoom(GeometricChange):
    """Enlarged by `min` to `max` times, around a random point (below 1: made smaller)."""

    min: float = 1.0
    max: float = 1.1
    p: float = 0.75
    pad_mode: PadMode = "reflection"

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("min", self.min, 0.1, 10)
        within("max", self.max, self.min, 10)
        _check_pad_mode(self.pad_mode)

    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        scale = drawn(draws, purpose, self.p, self.min, self.max, 1.0)
        return zoomed(scale, draws.uniform(f"{purpose} x", -1, 1), draws.uniform(f"{purpose} y", -1, 1))


@final
@dataclass(frozen=True)
class Warp(GeometricChange):
    """Seen from the side: one edge up to `magnitude` larger, the opposite one smaller, both ways at once."""

    magnitude: float = 0.2
    p: float = 0.75
    pad_mode: PadMode = "reflection"

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("magnitude", self.magnitude, 0, 0.35)  # further on, the horizon could come into view
        _check_pad_mode(self.pad_mode)

    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        happens = draws.chance(purpose, self.p)
        x, y = (draws.uniform(f"{purpose} {axis}", -self.magnitude, self.magnitude) for axis in "xy")
        return warped(np.where(happens, x, 0.0), np.where(happens, y, 0.0))


@final
@dataclass(frozen=True)
class Crop(GeometricChange):
    """A random part, of `min_scale` to `max_scale` of the area and of a shape in `ratio`, brought to `size`.

    Comes before every other change, wherever it stands. Without `size`, pictures keep the one they have.
    """

    size: int | Size2 | None = None
    min_scale: float = 0.35
    max_scale: float = 1.0
    ratio: tuple[float, float] = (3 / 4, 4 / 3)
    p: float = 1.0

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("min_scale", self.min_scale, 0.001, 1)
        within("max_scale", self.max_scale, self.min_scale, 1)
        within("first ratio", self.ratio[0], 0.01, 100)
        within("second ratio", self.ratio[1], self.ratio[0], 100)

    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        tall, wide = frame.in_size
        area = draws.uniform(f"{purpose} area", self.min_scale, self.max_scale) * (tall * wide)
        ratio = np.exp(draws.uniform(f"{purpose} ratio", np.log(self.ratio[0]), np.log(self.ratio[1])))
        width, height = np.sqrt(area * ratio), np.sqrt(area / ratio)
        fit = np.minimum(1.0, np.minimum(wide / width, tall / height))  # the shape is kept, the area gives way
        width, height = width * fit, height * fit
        left = draws.uniform(f"{purpose} left") * (wide - width)
        top = draws.uniform(f"{purpose} top") * (tall - height)
        happens = draws.chance(purpose, self.p)[:, None, None]
        return np.where(happens, window(top, left, height, width, frame.in_size), np.eye(3))


@final
@dataclass(frozen=True)
class Size(GeometricChange):
    """The whole picture, squeezed into `size`."""

    size: int | Size2
    p: float = 1.0

    def __post_init__(self) -> None:
        if self.p != 1.0:
            raise UsageError(f"Size has p {self.p}, but all pictures of a batch are of one size", hint="leave p out")

    def matrices(self, draws: Draws, purpose: str, frame: Frame) -> Matrices:
        return identities(len(draws))


def final_size(changes: Iterable[object]) -> Size2 | None:
    """The size (height, width) the changes bring pictures to; nothing if they keep it.

    >>> final_size([Flip(), Crop(size=224)])
    (224, 224)
    """
    sizes = [change.size for change in changes if isinstance(change, Crop | Size) and change.size is not None]
    if not sizes:
        return None
    return (sizes[-1], sizes[-1]) if isinstance(sizes[-1], int) else sizes[-1]


def _check_pad_mode(name: str) -> None:
    if name not in get_args(PadMode):
        raise UnknownName("pad_mode", name, get_args(PadMode))
