"""Masks: which class each place of a picture is of."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any, ClassVar, final

import msgspec
import numpy as np
import PIL
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UnknownName, UsageError
from fledge.core.seeds import Draws
from fledge.transforms.category import check_names
from fledge.transforms.mask_colours import MOST_CLASSES, VOID, Number, palette_of
from fledge.transforms.mask_file import Form, in_file, read_mask
from fledge.transforms.resize import PictureStep, Side, divided
from fledge.transforms.transform import Transform

_READING = 1
"""Goes up when the same mask gives other bytes than before, so that no cache of old bytes is taken for new."""


@final
@dataclass(frozen=True)
class Mask(Transform[Any, Tensor]):
    """The class of each place, bytes (height, width): a class's place in `names`, VOID where there is none to tell.

    `values` are what the classes are in files: numbers, or colours as 0xRRGGBB. The mask goes the way its picture goes, step
    by step, but its numbers are never mixed.

    >>> mask = Mask(("sky", "bird"), values=(0, 7), void=(9,))
    >>> mask.encode(np.array([[0, 7], [9, 0]], np.uint8)).tolist()
    [[0, 1], [255, 0]]
    >>> mask.encode(np.array([[3]], np.uint8))
    Traceback (most recent call last):
    ...
    fledge.core.errors.UnknownName: unknown value of a mask '3': known are 0, 7, 9
    """

    eager: ClassVar[bool] = False

    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1, max_length=MOST_CLASSES)]
    values: Annotated[tuple[Number, ...], msgspec.Meta(min_length=1, max_length=MOST_CLASSES)]
    void: Annotated[tuple[Number, ...], msgspec.Meta(max_length=1000)] = ()
    form: Form = "values"
    threshold: Annotated[int, msgspec.Meta(ge=1, le=65535)] | None = None
    """From this brightness on a place is of the second class, below of the first; `values` then don't count."""
    colours: Annotated[tuple[Number, ...], msgspec.Meta(max_length=MOST_CLASSES)] = ()
    """What each class is shown as, 0xRRGGBB; colours that differ well where none are given."""
    steps: tuple[PictureStep, ...] = ()
    size: tuple[Side, Side] | None = None
    """Height and width of a prepared batch, where it differs from what the steps give."""
    learned_at: tuple[Side, Side] = (1, 1)
    """Height and width that masks had, in the middle, when they were learned from: the scale at which things are known."""

    def __post_init__(self) -> None:
        check_names(self.names)
        if len(self.values) != len(self.names) or len({*self.values, *self.void}) != len(self.values) + len(self.void):
            raise UsageError(f"{len(self.names)} classes have the values {self.values} and {self.void}, which are to differ")
        if self.colours and len(self.colours) != len(self.names):
            raise UsageError(f"{len(self.names)} classes have {len(self.colours)} colours", hint="give each one, or none")
        if self.threshold is not None and len(self.names) != 2:
            raise UsageError(f"a threshold divides two classes, not {len(self.names)}")

    def encode(self, value: Any) -> Tensor:
        return self.rest(self.front(value), None)

    def front(self, value: Any) -> Tensor:
        """The classes of a whole mask, and the steps before the first random one, (1, height, width)."""
        classes = torch.from_numpy(np.ascontiguousarray(self.classes(value)))[None]
        for step in divided(self.steps)[0]:
            classes = step.ahead(classes, void=VOID)
        return classes.contiguous()

    def rest(self, front: Tensor, draws: Draws | None) -> Tensor:
        for step in self.steps[divided(self.steps)[1] :]:
            front = step(front, draws, void=VOID)
        return front[0].contiguous()

    def front_settings(self) -> str:
        ahead = [repr(step) for step in divided(self.steps)[0]]
        known = {"values": self.values, "void": self.void, "form": self.form, "threshold": self.threshold}
        return json.dumps({"mask": _READING, **known, "steps": ahead, "pillow": PIL.__version__, "torch": torch.__version__})

    def prepare(self, batch: Tensor) -> Tensor:
        """Bytes in a batch as the whole numbers that losses take."""
        if self.size is not None and batch.shape[1:] != self.size:
            batch = F.interpolate(batch[:, None], self.size, mode="nearest-exact")[:, 0]
        return batch.long()

    def sized(self, size: tuple[int, int]) -> Mask:
        return replace(self, size=size)

    def augment(self, batch: Tensor, plan: Any) -> Tensor:
        """The masks moved as the plan moves the pictures."""
        moved: Tensor = plan.masks(batch, void=VOID)
        return moved.long()

    def decode(self, value: Tensor) -> NDArray[np.uint8]:
        """A mask in its classes' colours, to be looked at; black where there is no class."""
        colours: NDArray[np.uint8] = self.palette[value.detach().cpu().to(torch.uint8).numpy()]
        return colours

    def classes(self, value: Any) -> NDArray[np.uint8]:
        """The class of each place of a whole mask, as it lies in its file."""
        pixels = read_mask(untensored(value), lossy=self.threshold is not None)
        numbers = pixels.numbers(self.form)
        if self.threshold is not None:
            return (numbers >= self.threshold).astype(np.uint8)
        known, places = self._places
        found = np.searchsorted(known, numbers).clip(max=len(known) - 1)
        strange = known[found] != numbers
        if strange.any():
            first = int(numbers[strange][0])
            raise UnknownName("value of a mask", in_file(first, self.form), [in_file(int(each), self.form) for each in known])
        classes: NDArray[np.uint8] = places[found]
        return classes

    @cached_property
    def palette(self) -> NDArray[np.uint8]:
        """The colour of each class, (256, 3)."""
        return palette_of(len(self.names), self.colours)

    @cached_property
    def _places(self) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """All values that are known, in order, and the class of each."""
        pairs = sorted([*zip(self.values, range(len(self.values)), strict=True), *((each, VOID) for each in self.void)])
        values, places = zip(*pairs, strict=True)
        return np.array(values, np.int32), np.array(places, np.uint8)


def untensored(value: Any) -> Any:
    """A tensor as an array, anything else as it is."""
    return value.detach().cpu().numpy() if isinstance(value, Tensor) else value
