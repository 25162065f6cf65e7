"""Masks out of an exported graph, as answers; needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, ClassVar, final

import msgspec
import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.tasks.answer import Answer
from fledge.tasks.regions import Regions
from fledge.tasks.saying import Saying
from fledge.transforms.mask_colours import MOST_CLASSES, Number, palette_of


@final
@dataclass(frozen=True)
class SayRegions(Saying):
    """The class of each place of a picture: the graph gives masks of the picture's own size.

    >>> print(*SayRegions(("sky", "sea")).answers(np.array([[[0, 0, 0], [0, 1, 1]]], np.uint8)))
    sky 66.7 %, sea 33.3 %
    """

    transform: ClassVar[str] = "mask"
    output: ClassVar[str] = "mask"
    beside: ClassVar[tuple[str, ...]] = ("probabilities",)

    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_CLASSES)]
    colours: Annotated[tuple[Number, ...], msgspec.Meta(max_length=MOST_CLASSES)] = ()

    def __post_init__(self) -> None:
        if self.colours and len(self.colours) != len(self.names):
            raise UsageError(f"{len(self.names)} classes have {len(self.colours)} colours", hint="give each one, or none")

    @property
    def width(self) -> int:
        return len(self.names)

    @cached_property
    def palette(self) -> NDArray[np.uint8]:
        """The colour of each class, (256, 3)."""
        return palette_of(len(self.names), self.colours)

    def fits(self, shape: Sequence[Any]) -> bool:
        return len(shape) == 3

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        return [Regions(mask, self.names, self.palette) for mask in rows]
