"""A network that looks at the pieces of a long input one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import torch
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture
from fledge.models.groups import parameter_groups

_LEAST = 1e-9
_AT_ONCE = 64


@final
@dataclass(frozen=True)
class ByPiece(Architecture):
    """A network of pieces, whose answers for all pieces of an input are averaged.

    >>> from fledge.models.track_features import TrackFeatures
    >>> from fledge.models.linear import LinearNet
    >>> from fledge.models.on_features import OnFeatures
    >>> of_one = OnFeatures(TrackFeatures(), LinearNet(inputs=TrackFeatures().width, outputs=2))
    >>> ByPiece(of_one).build()(torch.rand(3, 8, 64, 4)).shape
    torch.Size([3, 2])
    """

    net: Architecture

    def __post_init__(self) -> None:
        if isinstance(self.net, ByPiece):
            raise UsageError("pieces are not cut again")

    @property
    def outputs(self) -> int:
        """How many numbers it gives for one input."""
        outputs: int = getattr(self.net, "outputs")  # noqa: B009 - the networks that see pieces have outputs
        return outputs

    def build(self) -> PieceNet:
        return PieceNet(self.net.build())


class PieceNet(nn.Module):
    """Inputs (batch, pieces, events, 4) to the mean of the probabilities that `net` gives for each piece, as logarithms.

    A piece whose first event is none (its kind is below 0) only fills up its input, and is not looked at.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        self.net = net

    def forward(self, inputs: Tensor) -> Tensor:
        if inputs.shape[1] == 1:
            outputs: Tensor = self.net(inputs[:, 0])
            return outputs
        there = inputs[:, :, 0, 3] >= 0  # (batch, pieces)
        if torch.compiler.is_exporting():
            return self._of_all(inputs, there)
        seen = self._looked(inputs[there]).float().softmax(1)  # (pieces there are, classes)
        shares = seen.new_zeros(*there.shape, seen.shape[1])
        shares[there] = seen
        return _mean(shares, there)

    def _of_all(self, inputs: Tensor, there: Tensor) -> Tensor:
        """The same in a graph, whose sizes can't depend on what it is given: pieces that are none are looked at, too."""
        seen = self.net(inputs.flatten(0, 1)).float().softmax(1).unflatten(0, there.shape)  # (batch, pieces, classes)
        return _mean(torch.where(there[..., None], seen, 0.0), there)

    def _looked(self, pieces: Tensor) -> Tensor:
        """What the network says of so many pieces; where nothing is learned, of a few at a time."""
        if torch.is_grad_enabled():
            outputs: Tensor = self.net(pieces)
            return outputs
        return torch.cat([self.net(some) for some in torch.split(pieces, _AT_ONCE)])

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """Those of the network within."""
        return parameter_groups(self.net)

    @property
    def head(self) -> nn.Module | None:
        """The last part of the network within, where it has one."""
        head = getattr(self.net, "head", None)
        return head if isinstance(head, nn.Module) else None


def _mean(shares: Tensor, there: Tensor) -> Tensor:
    """The mean over the pieces there are, as logarithms (batch, classes)."""
    mean = shares.sum(1) / there.sum(1, keepdim=True).clamp_min(1)
    return mean.clamp_min(_LEAST).log()
