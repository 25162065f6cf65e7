"""A learner for masks, from the name of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.models.bodies import Padding
from fledge.models.unet import WIDTHS, SmallUNet, small_unet, unet
from fledge.training.asked import Asked, Net
from fledge.training.learner import Learner
from fledge.training.vision import shown_sides
from fledge.transforms.image import Image
from fledge.transforms.mask import Mask


def unet_learner(
    dls: DataLoaders,
    net: Net = "small",
    *,
    pretrained: bool = True,
    weights: str | Path | None = None,
    normalize: bool = True,
    widths: Sequence[int] = WIDTHS,
    dropout: float = 0.1,
    padding: Padding = "own",
    **options: Any,
) -> Learner:
    """A learner whose network says of each place what it is: a U-Net on a body by its timm name, or "small" from nothing.

    The body's weights come from `weights` (a safetensors file), or with `pretrained` from where timm publishes them; a
    network with either begins with its body frozen. `widths` are the channels of the way up, from coarse to fine.
    `options` are those of `Learner`.
    """
    if dls.codec is None or not (isinstance(dls.codec.input, Image) and isinstance(dls.codec.target, Mask)):
        raise UsageError(
            "unet_learner needs loaders of pictures and masks", hint="build them with SegmentationDataLoaders, or MaskBlock"
        )
    channels = dls.codec.input.channels

    def small(outputs: int) -> SmallUNet:
        return replace(small_unet(outputs, channels, min(shown_sides(dls))), dropout=dropout)

    bodies = partial(unet, channels=channels, widths=widths, dropout=dropout, padding=padding)
    return Asked(net, pretrained, weights, normalize).learner(dls, options, small, bodies)
