"""A learner for masks, from the name of a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import nn

from fledge.core.errors import UsageError, shown
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture, Custom
from fledge.models.bodies import Padding
from fledge.models.unet import WIDTHS, small_unet, unet
from fledge.tasks.table import task_for
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded
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
    named = isinstance(net, str) and net != "small"
    if weights is not None and not named:
        raise UsageError(f"weights={shown(str(weights))} go with a network by its timm name, not with {shown(net)}")
    task, channels = options.get("task") or task_for(dls.codec), dls.codec.input.channels
    outputs = task.outputs(dls.codec)
    architecture: Architecture
    with seeded(dls.train.seed if options.get("seed") is None else options["seed"]):
        if isinstance(net, nn.Module):
            architecture, model = Custom(type(net).__name__), net
        elif not named:
            architecture = replace(small_unet(outputs, channels, min(shown_sides(dls))), dropout=dropout)
            model = architecture.build()
        else:
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
            dls = normalised(dls, expected) if normalize else dls
    knows = named and (pretrained or weights is not None)
    learner = Learner(dls, model, architecture=architecture, **{"keep_norms": knows, **options})
    if knows:
        learner.freeze()
    return learner
