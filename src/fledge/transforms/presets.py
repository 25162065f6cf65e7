"""The usual random changes, and the statistics pictures are normalised with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, final

from fledge.core.errors import UsageError
from fledge.transforms.change import PictureChange
from fledge.transforms.colour import Brightness, Contrast
from fledge.transforms.geometry import Crop, Dihedral, Flip, PadMode, Rotate, Size, Warp, Zoom
from fledge.transforms.matrices import Size2


@final
@dataclass(frozen=True)
class Normalize:
    """The mean and spread of each channel (0 to 1) that batches are normalised with, instead of the weights' own."""

    mean: tuple[float, ...]
    std: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.mean) != len(self.std) or not self.mean:
            raise UsageError(f"Normalize has {len(self.mean)} means for {len(self.std)} stds", hint="give one a channel")
        if not all(each > 0 for each in self.std):
            raise UsageError(f"Normalize has std {self.std}, but each has to be above 0")

    @classmethod
    def imagenet(cls) -> Self:
        """Those of ImageNet, which most pretrained weights were made with."""
        return cls((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def aug_transforms(
    mult: float = 1.0,
    do_flip: bool = True,
    flip_vert: bool = False,
    max_rotate: float = 10.0,
    min_zoom: float = 1.0,
    max_zoom: float = 1.1,
    max_lighting: float = 0.2,
    max_warp: float = 0.2,
    p_affine: float = 0.75,
    p_lighting: float = 0.75,
    size: int | Size2 | None = None,
    min_scale: float = 1.0,
    pad_mode: PadMode = "reflection",
) -> list[PictureChange]:
    """Changes that leave most photos what they are; `mult` makes rotation, lighting and warp stronger.

    With `flip_vert` up and down count as little as left and right (seen from above: satellites, microscopes).

    >>> [type(change).__name__ for change in aug_transforms(max_warp=0, flip_vert=True)]
    ['Dihedral', 'Rotate', 'Zoom', 'Brightness', 'Contrast']
    """
    changes: list[PictureChange] = []
    if min_scale != 1.0:
        changes.append(Crop(size, min_scale=min_scale, ratio=(1.0, 1.0)))
    elif size is not None:
        changes.append(Size(size))
    if do_flip:
        changes.append(Dihedral() if flip_vert else Flip())
    if max_warp:
        changes.append(Warp(max_warp * mult, p_affine, pad_mode))
    if max_rotate:
        changes.append(Rotate(max_rotate * mult, p_affine, pad_mode))
    if min_zoom != 1.0 or max_zoom != 1.0:
        changes.append(Zoom(min_zoom, max_zoom, p_affine, pad_mode))
    if max_lighting:
        changes += [Brightness(max_lighting * mult, p_lighting), Contrast(max_lighting * mult, p_lighting)]
    return changes
