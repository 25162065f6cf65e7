"""A learner for sounds, from the name of a network."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Literal

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.models.bodies import Padding
from fledge.models.recogniser import Pooling
from fledge.models.small import SmallNet
from fledge.models.vision import vision_net
from fledge.training.asked import Asked, Net
from fledge.training.learner import Learner
from fledge.transforms.sound import Sound

_WIDTH, _BLOCKS = 8, 4
"""Of the small network: a second of 64 bands becomes a map of 4 bands and 4 moments. Depth tells more here than width."""


def sound_learner(
    dls: DataLoaders,
    net: Net = "small",
    *,
    pretrained: bool = True,
    weights: str | Path | None = None,
    pool: Pooling | Literal["auto"] = "auto",
    hidden: tuple[int, ...] = (512,),
    dropout: float = 0.5,
    padding: Padding = "own",
    **options: Any,
) -> Learner:
    """A learner whose network sees spectrograms: a small one from nothing, or a pictures' body by its timm name.

    What a body learned of edges and textures in pictures holds for spectrograms too; its first layer is brought to their
    one channel. Its weights come from `weights` (a safetensors file), or with `pretrained` from where timm publishes
    them; a network with either begins with its body frozen. `options` are those of `Learner`.
    """
    if dls.codec is None or not isinstance(dls.codec.input, Sound):
        raise UsageError("sound_learner needs loaders of sounds", hint="build them with SoundBlock, or SoundDataLoaders")
    bodies = partial(vision_net, channels=1, pool=pool, hidden=hidden, dropout=dropout, padding=padding)
    return Asked(net, pretrained, weights).learner(dls, options, _small, bodies)


def _small(outputs: int) -> SmallNet:
    return SmallNet(outputs, channels=1, width=_WIDTH, blocks=_BLOCKS)
