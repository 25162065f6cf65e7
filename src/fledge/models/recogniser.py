"""A network that recognises: a body that sees, a pool that sums up, a head that says."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from fledge.models.groups import halves

Pooling = Literal["avg", "avgmax", "own"]
"""How a body's output becomes one vector: mean, mean and maximum, or as the body does it itself."""


class Recogniser(nn.Module):
    """Three parts, each of use alone: `body` (pictures to maps), `pool` (maps to vectors), `head` (vectors to outputs).

    >>> net = Recogniser(nn.Conv2d(3, 8, 3), Pool("avg"), nn.Linear(8, 2))
    >>> net.features(torch.zeros(4, 3, 9, 9)).shape, net(torch.zeros(4, 3, 9, 9)).shape
    (torch.Size([4, 8]), torch.Size([4, 2]))
    """

    def __init__(self, body: nn.Module, pool: Pool, head: nn.Module) -> None:
        super().__init__()
        self.body = body
        self.pool = pool
        self.head = head

    def features(self, x: Tensor) -> Tensor:
        """What the body makes of a batch: all the head sees, so that a frozen body has to look only once."""
        features: Tensor = self.pool(self.body(x))  # (batch, features), float32
        return features

    def forward(self, x: Tensor) -> Tensor:
        outputs: Tensor = self.head(self.features(x))  # (batch, outputs)
        return outputs

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """The early body, which knows edges and textures, the late body, and the head."""
        return [*halves(self.body), list(self.head.parameters())]


class Pool(nn.Module):
    """Maps to one vector an item, in float32 whatever the maps are held in.

    >>> Pool("avgmax")(torch.ones(2, 8, 7, 7)).shape
    torch.Size([2, 16])
    """

    def __init__(self, kind: Pooling) -> None:
        super().__init__()
        self.kind = kind

    def width(self, channels: int) -> int:
        """How many features this many channels give."""
        return 2 * channels if self.kind == "avgmax" else channels

    def forward(self, maps: Tensor) -> Tensor:
        if self.kind == "own":
            return maps.float()  # (batch, channels)
        mean = maps.mean((2, 3), dtype=torch.float32)  # (batch, channels)
        if self.kind == "avg":
            return mean
        # The mean says how much of a thing there is, the maximum whether it is there at all.
        return torch.cat([mean, maps.amax((2, 3)).float()], dim=1)  # (batch, 2 * channels)

    def extra_repr(self) -> str:
        return self.kind
