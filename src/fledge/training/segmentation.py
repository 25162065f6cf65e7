"""A learner for masks, from the name of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Custom
from fledge.models.bodies import Padding
from fledge.models.unet import WIDTHS, small_unet, unet
from fledge.training.asked import Asked, Network
from fledge.training.learner import Learner
from fledge.training.vision import normalised, shown_sides
from fledge.transforms.image import Image
from fledge.transforms.mask import Mask


def unet_learner(
    dls: DataLoaders,
    net: str | nn.Module = "small",
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
    asked, channels = Asked(net, pretrained, weights), dls.codec.input.channels

    def made(outputs: int) -> tuple[Network, DataLoaders]:
        if isinstance(net, nn.Module):
            return (Custom(type(net).__name__), net), dls
        if not asked.is_body:
            described = replace(small_unet(outputs, channels, min(shown_sides(dls))), dropout=dropout)
            return (described, described.build()), dls
        architecture, model, expected = unet(
            net,
            outputs,
            pretrained=pretrained,
            weights=weights,
            channels=channels,
            widths=widths,
            dropout=dropout,
            padding=padding,
        )
        return (architecture, model), normalised(dls, expected) if normalize else dls

    return asked.learner(dls, options, made)
