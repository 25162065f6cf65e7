"""The loss of networks that learn side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor

from fledge.scoring.losses import Loss


@final
@dataclass(frozen=True)
class EachMember(Loss):
    """The mean of what each member of an ensemble gets wrong, not what their mean does: each has to do without the others.

    Outputs are those of all members, one after the other, (members * batch, ...), or, once they answer as one, (batch, ...).

    >>> import torch
    >>> from fledge.scoring.losses import SquaredError
    >>> EachMember(SquaredError())(torch.tensor([[0.0], [2.0]]), torch.tensor([[1.0]]))
    tensor(1.)
    """

    loss: Loss

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self.loss(outputs, _for_each(outputs, targets))

    def per_item(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self.loss.per_item(outputs, _for_each(outputs, targets)).view(-1, len(targets)).mean(0)

    def misfit(self, outputs: Tensor, targets: Tensor) -> str | None:
        return self.loss.misfit(outputs, _for_each(outputs, targets))


def _for_each(outputs: Tensor, targets: Tensor) -> Tensor:
    """The targets once more for each member that has outputs of its own."""
    members = len(outputs) // max(len(targets), 1)
    return targets if members < 2 else targets.repeat(members, *[1] * (targets.ndim - 1))
