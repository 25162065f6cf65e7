"""What happens to a picture's places, as 3x3 matrices.

A matrix leads from a place in the result to the place in the picture it is taken from; both run from -1 to 1
in x (to the right) and y (downwards), from edge to edge.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Matrices = NDArray[np.float64]
"""(count, 3, 3)."""

Size2 = tuple[int, int]
"""Height and width."""


def composed(steps: Sequence[Matrices], count: int) -> Matrices:
    """Several changes, the first one done first, as one."""
    total = identities(count)
    for step in steps:
        total = total @ step
    return total


def turned(codes: NDArray[np.int64]) -> Matrices:
    """The eight ways to lay down a square: bit 4 exchanges x and y, then bit 1 flips x and bit 2 flips y."""
    matrices = identities(len(codes))
    matrices[codes & 4 > 0] = [[0, 1, 0], [1, 0, 0], [0, 0, 1]]
    matrices[codes & 1 > 0, :, 0] *= -1
    matrices[codes & 2 > 0, :, 1] *= -1
    return matrices


def rotated(degrees: ArrayLike, aspect: float = 1.0) -> Matrices:
    """A turn against the clock in a frame `aspect` times as wide as it is high."""
    angle = np.radians(np.atleast_1d(np.asarray(degrees, dtype=np.float64)))
    matrices = identities(len(angle))
    matrices[:, 0, 0] = matrices[:, 1, 1] = np.cos(angle)
    matrices[:, 0, 1] = -np.sin(angle) / aspect
    matrices[:, 1, 0] = np.sin(angle) * aspect
    return matrices


def zoomed(scale: ArrayLike, x: ArrayLike = 0.0, y: ArrayLike = 0.0) -> Matrices:
    """Enlarged `scale` times, the point (x, y) staying where it is."""
    shrink = 1.0 / np.atleast_1d(np.asarray(scale, dtype=np.float64))
    matrices = identities(len(shrink))
    matrices[:, 0, 0] = matrices[:, 1, 1] = shrink
    matrices[:, 0, 2] = np.asarray(x) * (1.0 - shrink)
    matrices[:, 1, 2] = np.asarray(y) * (1.0 - shrink)
    return matrices


def warped(x: ArrayLike, y: ArrayLike) -> Matrices:
    """Tilted: by `x` the right edge is seen larger and the left one smaller, by `y` the lower and the upper one.

    The result's corners are taken from heights 1 - x (right) and 1 + x (left), and likewise for y.
    """
    across = _tilted(np.atleast_1d(np.asarray(x, dtype=np.float64)), 0)
    down = _tilted(np.atleast_1d(np.asarray(y, dtype=np.float64)), 1)
    return composed([across, down], len(across))


def window(top: ArrayLike, left: ArrayLike, height: ArrayLike, width: ArrayLike, in_size: Size2) -> Matrices:
    """The part of a picture of `in_size` that starts at (top, left), in pixels."""
    tops, lefts, heights, widths = (np.atleast_1d(np.asarray(each, dtype=np.float64)) for each in (top, left, height, width))
    matrices = identities(len(tops))
    matrices[:, 0, 0], matrices[:, 0, 2] = widths / in_size[1], (2 * lefts + widths) / in_size[1] - 1
    matrices[:, 1, 1], matrices[:, 1, 2] = heights / in_size[0], (2 * tops + heights) / in_size[0] - 1
    return matrices


def _tilted(tilt: NDArray[np.float64], axis: int) -> Matrices:
    matrices = identities(len(tilt))
    matrices[:, axis, 2] = matrices[:, 2, axis] = tilt
    matrices[:, 1 - axis, 1 - axis] = 1.0 - tilt**2
    return matrices


def identities(count: int) -> Matrices:
    """Nothing moved."""
    return np.tile(np.eye(3), (count, 1, 1))
