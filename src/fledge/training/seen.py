"""Learners for what is seen as a picture without being one: sounds, movements."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import nn

from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture, Custom
from fledge.models.small import SmallNet
from fledge.models.vision import vision_net
from fledge.training.asked import Asked, Network
from fledge.training.learner import Learner


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

    def made(outputs: int) -> tuple[Network, DataLoaders]:
        if isinstance(net, nn.Module):
            return (Custom(type(net).__name__), net), dls
        if net == "small":
            described = small(outputs)
            return around(described, described.build()), dls
        architecture, model, _ = vision_net(net, outputs, channels=channels, **of_body)
        return around(architecture, model), dls

    return Asked(net, of_body["pretrained"], of_body["weights"]).learner(dls, options, made)
