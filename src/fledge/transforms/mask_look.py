"""What masks hold, looked at before anything is known of their classes; needs no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from fledge.transforms.mask_file import GREY, Form, MaskPixels, read_mask

_THREADS = 8


@final
@dataclass(frozen=True, eq=False)
class MaskLook:
    """What one mask holds: how often each number, and each colour, stands in it."""

    numbers: Mapping[int, int]
    colours: Mapping[int, int]
    size: tuple[int, int]
    coloured: bool
    palette: Any

    @classmethod
    def at(cls, pixels: MaskPixels) -> MaskLook:
        """A look at one mask."""
        numbers = {} if pixels.coloured else _counted(pixels, "values")
        coloured = pixels.coloured or pixels.palette is not None
        return cls(
            numbers,
            _counted(pixels, "colours") if coloured or pixels.pixels.ndim == 3 else {},
            (pixels.pixels.shape[0], pixels.pixels.shape[1]),
            pixels.coloured,
            pixels.palette,
        )

    def of(self, form: Form) -> Mapping[int, int]:
        """How often each value stands there; greys are colours too."""
        if form == "values":
            return self.numbers
        return self.colours or {min(each, 255) * GREY: count for each, count in self.numbers.items()}


def _counted(pixels: MaskPixels, form: Form) -> dict[int, int]:
    numbers = pixels.numbers(form)
    if form == "values" and numbers.size and numbers.max() < 1 << 16:
        counts = np.bincount(numbers.ravel())
        there = np.flatnonzero(counts)
        return dict(zip(there.tolist(), counts[there].tolist(), strict=True))
    values, counts = np.unique(numbers, return_counts=True)
    return dict(zip(values.tolist(), counts.tolist(), strict=True))


def looks_of(values: Sequence[Any], *, lossy: bool) -> list[MaskLook]:
    """A look at each of many masks."""
    with ThreadPoolExecutor(_THREADS) as pool:
        return list(pool.map(lambda value: MaskLook.at(read_mask(value, lossy=lossy)), values))
