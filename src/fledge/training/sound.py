"""A learner for sounds, from the name of a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from torch import nn

from fledge.core.errors import UsageError, shown
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture, Custom
from fledge.models.bodies import Padding
from fledge.models.recogniser import Pooling
from fledge.models.small import SmallNet
from fledge.models.vision import vision_net
from fledge.tasks.table import task_for
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded
from fledge.transforms.sound import Sound

_WIDTH, _BLOCKS = 8, 4
"""Of the small network: a second of 64 bands becomes a map of 4 bands and 4 moments. Depth tells more here than width."""


def sound_learner(
    dls: DataLoaders,
    net: str | nn.Module = "small",
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
    named = isinstance(net, str) and net != "small"
    if weights is not None and not named:
        raise UsageError(f"weights={shown(str(weights))} go with a network by its timm name, not with {shown(net)}")
    task = options.get("task") or task_for(dls.codec)
    outputs = task.outputs(dls.codec)
    seed = dls.train.seed if options.get("seed") is None else options["seed"]
    architecture: Architecture
    with seeded(seed):
        if isinstance(net, nn.Module):
            architecture, model = Custom(type(net).__name__), net
        elif not named:
            architecture = SmallNet(outputs, channels=1, width=_WIDTH, blocks=_BLOCKS)
            model = architecture.build()
        else:
            architecture, model, _ = vision_net(
                net,
                outputs,
                pretrained=pretrained,
                weights=weights,
                channels=1,
                pool=pool,
                hidden=hidden,
                dropout=dropout,
                padding=padding,
            )
    knows = named and (pretrained or weights is not None)
    learner = Learner(dls, model, architecture=architecture, **{"keep_norms": knows, **options})
    if knows:
        learner.freeze()
    return learner
