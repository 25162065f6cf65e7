"""How a learner for pictures, or for what is seen as one, begins: with new weights, or with a body that knows much already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from torch import nn

from fledge.core.errors import UsageError, shown
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture
from fledge.tasks.table import task_for
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded

Network = tuple[Architecture, nn.Module]
"""A network after its description."""


@final
@dataclass(frozen=True)
class Asked:
    """The network that somebody asks a learner for, and where the weights of its body come from."""

    net: Any
    pretrained: bool
    weights: str | Path | None

    @property
    def is_body(self) -> bool:
        """Whether it is a body that goes by its timm name."""
        return isinstance(self.net, str) and self.net != "small"

    @property
    def knows(self) -> bool:
        """Whether it begins with weights that were learned elsewhere."""
        return self.is_body and (self.pretrained or self.weights is not None)

    def learner(self, dls: DataLoaders, options: dict[str, Any], make: Callable[[int], tuple[Network, DataLoaders]]) -> Learner:
        """A learner with the network that `make` makes for so many outputs, and the loaders as it wants them.

        A body that knows something begins frozen. `options` are those of `Learner`.
        """
        if self.weights is not None and not self.is_body:
            raise UsageError(
                f"weights={shown(str(self.weights))} go with a network by its timm name, not with {shown(self.net)}"
            )
        if dls.codec is None:
            raise UsageError("such a learner needs loaders that a DataBlock made")
        task = options.get("task") or task_for(dls.codec)
        with seeded(dls.train.seed if options.get("seed") is None else options["seed"]):
            (architecture, model), dls = make(task.outputs(dls.codec))
        learner = Learner(dls, model, architecture=architecture, **{"keep_norms": self.knows, **options})
        if self.knows:
            learner.freeze()
        return learner
