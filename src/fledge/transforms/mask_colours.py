"""What classes of masks are shown as, and what stands where there is none; needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
import numpy as np
from numpy.typing import NDArray

VOID = 255
"""What stands at places that don't count: nobody knows what is there, or it lies outside the picture."""

MOST_CLASSES = 255

Number = Annotated[int, msgspec.Meta(ge=0, lt=1 << 24)]


def palette_of(count: int, colours: Sequence[int]) -> NDArray[np.uint8]:
    """The colour of each of so many classes, (256, 3); colours that differ well where none are given."""
    palette = np.zeros((256, 3), np.uint8)
    palette[:count] = [unpacked(each) for each in colours or map(usual_colour, range(count))]
    return palette


def unpacked(colour: int) -> tuple[int, int, int]:
    """Red, green and blue of a colour 0xRRGGBB."""
    return colour >> 16, colour >> 8 & 255, colour & 255


def usual_colour(place: int) -> int:
    """A colour for the class at a place: well apart from those of its neighbours, on light and dark alike.

    >>> f"{usual_colour(0):06x}", f"{usual_colour(1):06x}"
    ('4e79a7', 'f28e2b')
    """
    if place < len(_COLOURS):
        return _COLOURS[place]
    red, green, blue = (_COLOURS[place % len(_COLOURS)] >> shift & 255 for shift in (16, 8, 0))
    turn = 37 * (place // len(_COLOURS))  # others, but the same ones every time
    return (red + turn) % 256 << 16 | (green + 2 * turn) % 256 << 8 | (blue + 3 * turn) % 256


_COLOURS: Sequence[int] = (
    *(0x4E79A7, 0xF28E2B, 0x59A14F, 0xE15759, 0xEDC948, 0xB07AA1, 0x76B7B2, 0xFF9DA7, 0x9C755F, 0x1F3B73),
    *(0x8CD17D, 0xD37295, 0x499894, 0xD4A6C8, 0xB6992D, 0x86BCB6, 0xFABFD2, 0xF1CE63, 0xA0CBE8, 0x79706E),
)
