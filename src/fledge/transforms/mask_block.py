"""From masks as people have them to the classes they hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.transforms.mask import Mask, untensored
from fledge.transforms.mask_colours import MOST_CLASSES
from fledge.transforms.mask_file import Form, in_file, mask_name, read_mask, same_shape
from fledge.transforms.mask_look import MaskLook, looks_of
from fledge.transforms.picture import picture_size
from fledge.transforms.resize import PictureStep, Resize
from fledge.transforms.transform import Block, Transform

Codes = Sequence[str] | Mapping[str, Any]
"""The classes' names in the order of their numbers, or each name with its number or colour: (r, g, b) or "#rrggbb"."""

VOID_NAMES = frozenset({"void", "unlabelled", "unlabeled", "unknown", "ignore", "ignored", "dontcare", "unclassified"})
"""Names of classes that are no class: places that nobody knows."""

_USUAL_VOID = 255
_TWO = ("background", "object")
_MANY = 64
"""More different values than this, without names for them, are hardly classes."""


@final
@dataclass(frozen=True)
class MaskBlock(Block):
    """A mask for each picture, in which a number or a colour says what each place is.

    `codes` names the classes; without it they are found in the masks of the training part. `void` are names or values that
    don't count (255 among small numbers, and classes called void, unlabelled or the like, don't by themselves). With
    `threshold` a mask is grey, and what is at least so bright is the object.

    >>> MaskBlock(["sky", "bird"]).learn([np.array([[0, 255]], np.uint8)]).values
    (0, 255)
    """

    checks_pairs: ClassVar[bool] = True

    codes: Codes | None = None
    void: str | int | Sequence[str | int] = ()
    threshold: int | None = None

    def learn(self, values: Sequence[Any], steps: Sequence[Any] = ()) -> Mask:
        _check_steps(steps)
        if not len(values):
            raise DataError("there are no masks to learn from", hint="check get_y: it is what gives each picture its mask")
        looks = looks_of([untensored(each) for each in values], lossy=self.threshold is not None)
        form: Form = "colours" if self._coloured(looks) else "values"
        met = _met(looks, form)
        names, known, void = self._classes(list(met), form, values, looks)
        size = _middle_size(looks)
        colours = tuple(known) if form == "colours" else _from_palette(looks[0].palette, known)
        return Mask(names, known, void, form, self.threshold, colours, tuple(steps), learned_at=size)

    def reader(self, steps: Sequence[Any] = ()) -> Transform[Any, Any]:
        _check_steps(steps)
        return MaskFile(lossy=self.threshold is not None)

    def misfit(self, given: Any, target: Any, steps: Sequence[Any]) -> str | None:
        """Why a mask can't be that of a picture: its size is another, or its shape where both are brought to one size."""
        picture, mask = picture_size(given), picture_size(target)
        if picture == mask:
            return None
        sizes = f"{mask_name(target)} is {mask[1]} × {mask[0]} and its picture {picture[1]} × {picture[0]}"
        if not same_shape(mask, picture):
            turned = picture == mask[::-1]
            return f"{sizes}: {'one of them lies on its side' if turned else 'they show different parts'}"
        return None if steps and isinstance(steps[0], Resize) else f"{sizes}: item_tfms has to begin with Resize"

    def _coloured(self, looks: Sequence[MaskLook]) -> bool:
        """Whether it is colours that tell the classes apart: of no numbers, or of palettes that differ from file to file."""
        given = isinstance(self.codes, Mapping) and any(not isinstance(each, int) for each in self.codes.values())
        palettes = {None if look.palette is None else look.palette.tobytes() for look in looks}
        return given or any(look.coloured for look in looks) or (len(palettes - {None}) > 1)

    def _classes(
        self, met: list[int], form: Form, values: Sequence[Any], looks: Sequence[MaskLook]
    ) -> tuple[tuple[str, ...], tuple[int, ...], tuple[int, ...]]:
        """Names and values of the classes, and the values that don't count."""
        if self.threshold is not None:
            return tuple(self.codes or _TWO), (0, 1), ()
        found = self._named(met, form)
        named = self.codes is not None and len(found) > len(_TWO)
        usual = form == "values" and _USUAL_VOID not in found.values() and (named or _is_void(met, found))
        void = self._void(found, form) | ({_USUAL_VOID} if usual else set())
        classes = {name: value for name, value in found.items() if value not in void and name.lower() not in VOID_NAMES}
        void |= set(found.values()) - set(classes.values())
        _refuse_strange({*classes.values(), *void}, form, values, looks)
        if not classes:
            raise DataError("the masks hold nothing but void, so there is nothing to learn", hint="check codes and void")
        return tuple(classes), tuple(classes.values()), tuple(sorted(void))

    def _named(self, met: list[int], form: Form) -> dict[str, int]:
        """Each class's value, whether it counts or not."""
        if isinstance(self.codes, Mapping):
            return {str(name): _as_number(value) for name, value in self.codes.items()}
        if self.codes is None:
            _refuse_many(met)
            if form == "values" and len(met) == 2 and met in ([0, 1], [0, _USUAL_VOID]):
                return dict(zip(_TWO, met, strict=True))
            return {in_file(value, form): value for value in met if form == "colours" or not _is_void(met, {}) or value != 255}
        names = [str(name) for name in self.codes]
        if form == "colours":
            raise UsageError(
                f"masks are coloured ({listed([in_file(each, form) for each in met], 4)}), and codes don't say which is which",
                hint="MaskBlock({'sky': (128, 128, 128), 'road': '#804080'})",
            )
        if len(names) == 2 and set(met) <= {0, _USUAL_VOID}:
            return dict(zip(names, (0, _USUAL_VOID), strict=True))
        return {name: place for place, name in enumerate(names)}

    def _void(self, found: Mapping[str, int], form: Form) -> set[int]:
        """The values that were asked not to count."""
        asked = [self.void] if isinstance(self.void, str | int) else list(self.void)
        return {found[each] if isinstance(each, str) and each in found else _as_number(each) for each in asked}


@final
@dataclass(frozen=True)
class MaskFile(Transform[Any, Tensor]):
    """What shows whether masks can be read, before anything is known of their classes."""

    eager: ClassVar[bool] = False

    lossy: bool = False

    def encode(self, value: Any) -> Tensor:
        return torch.tensor(read_mask(untensored(value), lossy=self.lossy).pixels.shape[:2])

    def decode(self, value: Tensor) -> tuple[int, ...]:
        return tuple(value.tolist())


def _met(looks: Sequence[MaskLook], form: Form) -> list[int]:
    """Every value that stands anywhere, in order."""
    return sorted({each for look in looks for each in look.of(form)})


def _middle_size(looks: Sequence[MaskLook]) -> tuple[int, int]:
    return Counter(look.size for look in looks).most_common(1)[0][0]


def _is_void(met: Sequence[int], found: Mapping[str, int]) -> bool:
    """Whether 255 stands for places that don't count: beside other numbers than 0, and not as a class of its own.

    >>> _is_void([0, 1, 255], {}), _is_void([0, 255], {})
    (True, False)
    """
    return _USUAL_VOID not in found.values() and _USUAL_VOID in met and len(set(met) - {0, _USUAL_VOID}) > 0


def _as_number(value: Any) -> int:
    """A number, or a colour given as (r, g, b) or "#rrggbb", as one number."""
    try:
        if isinstance(value, str):
            return int(value.removeprefix("#"), 16) if value.startswith("#") else int(value)
        if isinstance(value, int | np.integer) and not isinstance(value, bool):
            return int(value)
        red, green, blue = (int(each) for each in value)
        if all(0 <= each <= 255 for each in (red, green, blue)):
            return red << 16 | green << 8 | blue
    except (TypeError, ValueError):
        pass
    raise UsageError(f"{shown(value)} is no value of a mask", hint="give a number, (r, g, b) or '#rrggbb'")


def _from_palette(palette: Any, known: Sequence[int]) -> tuple[int, ...]:
    """The classes' colours in the masks' own palette, where they differ there."""
    if palette is None or max(known) > 255:
        return ()
    packed = tuple(int(red) << 16 | int(green) << 8 | int(blue) for red, green, blue in palette[list(known)])
    return packed if len(set(packed)) == len(packed) and not all(each % 0x010101 == 0 for each in packed) else ()


def _refuse_many(met: Sequence[int]) -> None:
    if len(met) > _MANY:
        raise DataError(
            f"the masks hold {len(met)} different values, from {met[0]} to {met[-1]}, which are hardly classes",
            hint="name the classes with codes; if edges are blurred between 0 and 255, MaskBlock(threshold=128)",
        )


def _refuse_strange(known: set[int], form: Form, values: Sequence[Any], looks: Sequence[MaskLook]) -> None:
    """The first mask that holds what no class is."""
    if len(known) > MOST_CLASSES + 1:
        raise UsageError(f"{len(known)} classes are too many: at most {MOST_CLASSES} can be told apart")
    for value, look in zip(values, looks, strict=True):
        if strange := [each for each in look.of(form) if each not in known]:
            count = sum(look.of(form)[each] for each in strange)
            raise DataError(
                f"{mask_name(value)} holds {listed([in_file(each, form) for each in strange], 4)} "
                f"({count} of {look.size[0] * look.size[1]} places), which no class is",
                hint="name all classes in codes, or say with void=... what doesn't count",
            )


def _check_steps(steps: Sequence[Any]) -> None:
    for step in steps:
        if not isinstance(step, PictureStep):
            raise UsageError(
                f"{shown(step)} is a function of your own: it changes pictures, and nobody knows how to move their masks along",
                hint="item_tfms=Resize(224), and random changes in batch_tfms",
            )
