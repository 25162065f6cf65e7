"""One line of training for pictures with masks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.mask_files import codes_in, read_codes
from fledge.jobs.checked import Checked
from fledge.jobs.medium import Medium, Network
from fledge.jobs.networks import body_for, fine_tuned, from_nothing
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.models.unet import UNet, check_maps
from fledge.training.segmentation import unet_learner
from fledge.transforms.image import ImageBlock
from fledge.transforms.mask_block import MaskBlock
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize
from fledge.transforms.transform import Block

SMALL = 64
"""Up to so many pixels on the shorter side, pictures are taken as they are."""

KNOWN, FROM_NOTHING = 192, 128
"""The shorter side that larger ones are brought to, for a pretrained body and for a network that starts from nothing."""

GRID = 32
"""Sides are multiples of this, so that a body can halve them five times."""


@final
@dataclass(frozen=True)
class Masks(Medium):
    """Photos in which each place is of a class."""

    noun: ClassVar[str] = "pictures"

    def block(self, checked: Checked, settings: Settings) -> tuple[Block, Any, list[str]]:
        size = _size(checked, settings)
        return ImageBlock(), Resize(size, method="squish"), [f"{size[1]} × {size[0]} px (--size)"]

    def target(self, checked: Checked, settings: Settings) -> Block:
        """The classes that `--codes` or a file beside the pictures names, or those the masks hold."""
        file = Path(settings.codes) if settings.codes is not None else codes_in(checked.root)
        return MaskBlock() if file is None else MaskBlock(read_codes(file))

    def changes(self, dls: DataLoaders) -> Sequence[Any]:
        """Photos are mirrored, cut, turned a little, lit otherwise, and their masks with them."""
        assert isinstance(dls.train, Loader), "the loaders of a job are ours"
        batch = dls.train.pick([0])
        height, width = batch.inputs.shape[-2:]
        return aug_transforms(max_rotate=5, max_warp=0.1, min_scale=0.5, size=(height, width))

    def networks(self, plain: DataLoaders, changed: DataLoaders, settings: Settings, say: Say) -> list[Network]:
        body, reason = body_for(settings, needed=True)
        if reason:
            say(reason)
        if body is None:
            return [from_nothing(unet_learner, "small", changed, settings, lr=5e-3)]
        check_maps(UNet(body, 1).seeing)
        if not settings.pretrained:
            return [from_nothing(unet_learner, body, changed, settings, lr=3e-3)]
        return [fine_tuned(unet_learner, body, changed, settings, epochs=10)]


def _size(checked: Checked, settings: Settings) -> tuple[int, int]:
    """Height and width to bring pictures to: of the shape that the middle one of them has."""
    sizes = checked.looked.sizes
    width, height = sizes[len(sizes) // 2] if sizes else (KNOWN, KNOWN)
    shorter = min(width, height)
    if settings.size is None and shorter <= SMALL:
        return max(int(height), 8), max(int(width), 8)
    known = settings.weights is not None or settings.model not in (None, "small")
    scale = (settings.size or (KNOWN if known or (settings.pretrained and settings.model is None) else FROM_NOTHING)) / shorter
    tall, wide = (max(GRID, round(side * scale / GRID) * GRID) for side in (height, width))
    return tall, wide
