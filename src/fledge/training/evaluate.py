"""A look at held-back data: the same reading and the same model, nothing learned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.data.batch import Batch
from fledge.data.fingerprint import AnyLoader
from fledge.models.pieces import in_pieces
from fledge.scoring.figure import Figure
from fledge.scoring.tally import Tally
from fledge.training.features import Autocast, Features

if TYPE_CHECKING:
    from fledge.training.learner import Learner


@final
@dataclass(frozen=True, eq=False)
class Evaluation:
    """What a model gave for every item looked at, on the CPU: in float32, or what the task keeps of that."""

    outputs: Tensor
    targets: Tensor | None
    losses: Tensor | None
    """The loss of each item; where the loss gives only one number for a batch, that of its batch."""
    items: NDArray[np.int64] | None
    tallies: dict[str, Tally]

    def values(self) -> dict[str, float]:
        """The loss and the metrics as plain numbers; nothing where nobody knows what is true."""
        if self.losses is None:
            return {}
        return {"valid_loss": float(self.losses.mean()), **{name: tally.value() for name, tally in self.tallies.items()}}

    def figures(self) -> dict[str, Figure]:
        """The metrics with their counts and 95 % intervals."""
        return {name: tally.figure() for name, tally in self.tallies.items()}


def evaluate(
    learner: Learner,
    model: nn.Module,
    loader: AnyLoader | Features,
    autocast: Autocast,
    *,
    stop: Callable[[], bool] = lambda: False,
    views: Sequence[Iterator[Batch]] = (),
) -> Evaluation | None:
    """Every batch in order, nothing if `stop` says so meanwhile; with other `views` of the same items, the mean of all."""
    tallies = {metric.name: metric.start() for metric in learner.metrics}
    outputs, targets, losses, items = [], [], [], []
    task = learner.task
    with resting(model), torch.inference_mode():
        for batch, *others in zip(loader.epoch(0, train=False), *views, strict=True):
            if stop():
                return None
            with autocast():
                given = in_pieces(model, batch.inputs).float()
                if others and task is not None:
                    given = task.mean_outputs([given, *(in_pieces(model, each.inputs).float() for each in others)])
            outputs.append((given if task is None else task.kept(given)).cpu())
            if batch.items is not None:
                items.append(batch.items)
            if batch.targets is not None:
                losses.append(learner.item_losses(given, batch.targets).cpu())
                targets.append((batch.targets if task is None else task.kept_targets(batch.targets)).cpu())
                measured = learner.in_units(given), learner.in_units(batch.targets)
                for tally in tallies.values():
                    tally.add(*measured)
    return Evaluation(
        torch.cat(outputs),
        torch.cat(targets) if targets else None,
        torch.cat(losses) if losses else None,
        np.concatenate(items) if items else None,
        tallies if targets else {},
    )


@contextmanager
def resting(model: nn.Module) -> Iterator[None]:
    """The whole model in eval mode for a while; afterwards each part as it was."""
    training = [module for module in model.modules() if module.training]
    model.eval()
    try:
        yield
    finally:
        for module in training:
            module.training = True
