"""A learner for pictures, from the name of a network."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.models.bodies import Padding
from fledge.models.recogniser import Pooling
from fledge.models.small import SmallNet, small_net
from fledge.models.vision import vision_net
from fledge.training.asked import Asked, Net
from fledge.training.learner import Learner
from fledge.transforms.image import Image


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
    channels = dls.codec.input.channels

    def small(outputs: int) -> SmallNet:
        return small_net(outputs, channels, min(shown_sides(dls)))

    bodies = partial(vision_net, channels=channels, pool=pool, hidden=hidden, dropout=dropout, padding=padding, size=size)
    return Asked(net, pretrained, weights, normalize).learner(dls, options, small, bodies)


def shown_sides(dls: DataLoaders) -> tuple[int, int]:
    """Height and width of the pictures that the network is shown."""
    batch = dls.train.pick([0]) if isinstance(dls.train, Loader) else dls.one_batch()
    height, width = batch.inputs.shape[-2:]
    return height, width
