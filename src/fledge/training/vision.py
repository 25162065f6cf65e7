"""A learner for pictures, from the name of a network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from torch import nn

from fledge.core.errors import UsageError, shown
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.models.architecture import Custom
from fledge.models.bodies import Padding
from fledge.models.pretrained import Statistics
from fledge.models.recogniser import Pooling
from fledge.models.small import small_net
from fledge.models.vision import vision_net
from fledge.training.asked import Asked, Network
from fledge.training.learner import Learner
from fledge.transforms.image import Image

Net = str | nn.Module | Callable[[int], nn.Module]
"""A timm name, "small", a network of one's own, or a function that makes one for so many outputs."""


def vision_learner(
    dls: DataLoaders,
    net: Net,
    *,
    pretrained: bool = True,
    weights: str | Path | None = None,
    normalize: bool = True,
    pool: Pooling | Literal["auto"] = "auto",
    hidden: tuple[int, ...] = (512,),
    dropout: float = 0.5,
    padding: Padding = "own",
    size: int | None = None,
    **options: Any,
) -> Learner:
    """A learner whose network sees pictures: a pretrained body by its timm name under a new head, or one of your own.

    The body's weights come from `weights` (a safetensors file), or with `pretrained` from where timm publishes them; a
    network with either begins with its body frozen. `normalize` brings pictures to the statistics those weights know,
    unless `batch_tfms` say otherwise. `options` are those of `Learner`.
    """
    if dls.codec is None or not isinstance(dls.codec.input, Image):
        raise UsageError(
            "vision_learner needs loaders of pictures", hint="build them with ImageBlock, or use Learner(dls, model)"
        )
    asked, channels = Asked(net, pretrained, weights), dls.codec.input.channels

    def made(outputs: int) -> tuple[Network, DataLoaders]:
        if not asked.is_body:
            return _of_ones_own(net, outputs, dls), dls
        architecture, model, expected = vision_net(
            str(net),
            outputs,
            pretrained=pretrained,
            weights=weights,
            channels=channels,
            pool=pool,
            hidden=hidden,
            dropout=dropout,
            padding=padding,
            size=size,
        )
        return (architecture, model), normalised(dls, expected) if normalize else dls

    return asked.learner(dls, options, made)


def _of_ones_own(net: Net, outputs: int, dls: DataLoaders) -> Network:
    if net == "small":
        height, width = shown_sides(dls)
        small = small_net(outputs, dls.codec.input.channels if dls.codec else 3, min(height, width))
        return small, small.build()
    if isinstance(net, nn.Module):
        return Custom(type(net).__name__), net
    if isinstance(net, str) or not callable(net):
        raise UsageError(
            f"{shown(net)} is no network", hint='pass a timm name such as "resnet18", "small", a module or a function'
        )
    model = net(outputs)
    if not isinstance(model, nn.Module):
        raise UsageError(f"{shown(net)} made a {type(model).__name__} of {outputs} outputs, and a network was expected")
    return Custom(type(model).__name__), model


def shown_sides(dls: DataLoaders) -> tuple[int, int]:
    """Height and width of the pictures that the network is shown."""
    batch = dls.train.pick([0]) if isinstance(dls.train, Loader) else dls.one_batch()
    height, width = batch.inputs.shape[-2:]
    return height, width


def normalised(dls: DataLoaders, expected: Statistics) -> DataLoaders:
    """The loaders with the statistics that the weights expect, where nothing else was asked for."""
    codec = dls.codec
    assert codec is not None
    plain = replace(codec.input, mean=Image.mean, std=Image.std) == codec.input
    return dls.normalised(expected.mean, expected.std) if plain else dls
