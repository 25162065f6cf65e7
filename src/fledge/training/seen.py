"""Learners for what is seen as a picture without being one: sounds, movements."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from torch import nn

from fledge.core.errors import UsageError, shown
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture, Custom
from fledge.models.small import SmallNet
from fledge.models.vision import vision_net
from fledge.tasks.table import task_for
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded

Network = tuple[Architecture, nn.Module]
"""A network after its description."""


def seeing_learner(
    dls: DataLoaders,
    net: str | nn.Module,
    small: Callable[[int], SmallNet],
    channels: int,
    options: dict[str, Any],
    around: Callable[[Architecture, nn.Module], Network] = lambda architecture, model: (architecture, model),
    **of_body: Any,
) -> Learner:
    """A learner whose network is "small", a pictures' body by its timm name, or a module of somebody's own.

    `small` describes the first for so many outputs; `of_body` is what `vision_net` takes of the second, which begins frozen
    where it has weights; `around` puts either behind what draws the pictures. The third is given the inputs as they are.
    """
    if dls.codec is None:
        raise UsageError("such a learner needs loaders that a DataBlock made")
    weights: str | Path | None = of_body["weights"]
    if weights is not None and (net == "small" or isinstance(net, nn.Module)):
        raise UsageError(f"weights={shown(str(weights))} go with a network by its timm name, not with {shown(net)}")
    if isinstance(net, nn.Module):
        return Learner(dls, net, architecture=Custom(type(net).__name__), **options)
    outputs, knows = (options.get("task") or task_for(dls.codec)).outputs(dls.codec), False
    architecture: Architecture
    model: nn.Module
    with seeded(dls.train.seed if options.get("seed") is None else options["seed"]):
        if net == "small":
            architecture = small(outputs)
            model = architecture.build()
        else:
            architecture, model, _ = vision_net(net, outputs, channels=channels, **of_body)
            knows = weights is not None or of_body["pretrained"]
    architecture, model = around(architecture, model)
    learner = Learner(dls, model, architecture=architecture, **{"keep_norms": knows, **options})
    if knows:
        learner.freeze()
    return learner
