"""How a learner for pictures, or for what is seen as one, begins: with new weights, or with a body that knows much already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol, final

from torch import nn

from fledge.core.errors import UsageError, shown
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture, Custom
from fledge.models.pretrained import Statistics
from fledge.tasks.table import task_for
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded
from fledge.transforms.image import Image

Net = str | nn.Module | Callable[[int], nn.Module]
"""A timm name, "small", a network of one's own, or a function that makes one for so many outputs."""


class Bodies(Protocol):
    """What makes a network around a body with a timm name, and knows the statistics its weights expect."""

    def __call__(
        self, name: str, outputs: int, *, pretrained: bool, weights: str | Path | None
    ) -> tuple[Architecture, nn.Module, Statistics]: ...


@final
@dataclass(frozen=True)
class Asked:
    """The network that somebody asks a learner for, and where the weights of its body come from."""

    net: Net
    pretrained: bool
    weights: str | Path | None
    normalize: bool = False
    """Whether pictures are brought to the statistics that a body's weights expect."""

    @property
    def is_body(self) -> bool:
        """Whether it is a body that goes by its timm name."""
        return isinstance(self.net, str) and self.net != "small"

    @property
    def knows(self) -> bool:
        """Whether it begins with weights that were learned elsewhere."""
        return self.is_body and (self.pretrained or self.weights is not None)

    def learner(
        self, dls: DataLoaders, options: dict[str, Any], small: Callable[[int], Architecture], bodies: Bodies
    ) -> Learner:
        """A learner with this network; `small` describes what goes by that name. `options` are those of `Learner`.

        A body that knows something begins frozen.
        """
        if dls.codec is None:
            raise UsageError("such a learner needs loaders that a DataBlock made")
        if self.weights is not None and not self.is_body:
            raise UsageError(
                f"weights={shown(str(self.weights))} go with a network by its timm name, not with {shown(self.net)}"
            )
        task = options.get("task") or task_for(dls.codec)
        with seeded(dls.train.seed if options.get("seed") is None else options["seed"]):
            architecture, model, expected = self._made(task.outputs(dls.codec), small, bodies)
        if self.normalize and expected is not None:
            dls = _normalised(dls, expected)
        learner = Learner(dls, model, architecture=architecture, **{"keep_norms": self.knows, **options})
        if self.knows:
            learner.freeze()
        return learner

    def _made(
        self, outputs: int, small: Callable[[int], Architecture], bodies: Bodies
    ) -> tuple[Architecture, nn.Module, Statistics | None]:
        if self.net == "small":
            described = small(outputs)
            return described, described.build(), None
        if isinstance(self.net, str):
            return bodies(self.net, outputs, pretrained=self.pretrained, weights=self.weights)
        model = self._of_ones_own(outputs)
        return Custom(type(model).__name__), model, None

    def _of_ones_own(self, outputs: int) -> nn.Module:
        if isinstance(self.net, nn.Module):
            return self.net
        if not callable(self.net):
            raise UsageError(
                f"{shown(self.net)} is no network",
                hint='pass a timm name such as "resnet18", "small", a module or a function',
            )
        model = self.net(outputs)
        if not isinstance(model, nn.Module):
            raise UsageError(
                f"{shown(self.net)} made a {type(model).__name__} of {outputs} outputs, and a network was expected"
            )
        return model


def _normalised(dls: DataLoaders, expected: Statistics) -> DataLoaders:
    """The loaders with the statistics that the weights expect, where nothing else was asked for."""
    codec = dls.codec
    assert codec is not None
    plain = replace(codec.input, mean=Image.mean, std=Image.std) == codec.input
    return dls.normalised(expected.mean, expected.std) if plain else dls
