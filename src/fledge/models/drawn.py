"""A network that sees movements as pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture
from fledge.models.groups import parameter_groups
from fledge.models.small import SmallNet
from fledge.models.vision import VisionNet
from fledge.transforms.track_drawing import Canvas


@final
@dataclass(frozen=True)
class DrawnNet(Architecture):
    """What draws events on a canvas, and a network for pictures of so many channels.

    >>> import torch
    >>> DrawnNet(Canvas(size=32), SmallNet(outputs=2, channels=10)).build()(torch.rand(3, 64, 4)).shape
    torch.Size([3, 2])
    """

    canvas: Canvas
    net: Architecture

    def __post_init__(self) -> None:
        if not isinstance(self.net, SmallNet | VisionNet) or self.net.channels != self.canvas.channels:
            raise UsageError(f"{type(self.net).__name__} doesn't take pictures of {self.canvas.channels} channels")

    @property
    def outputs(self) -> int:
        """How many numbers it gives for one input."""
        assert isinstance(self.net, SmallNet | VisionNet), "it was looked at when this was made"
        return self.net.outputs

    def build(self) -> Drawn:
        return Drawn(self.canvas, self.net.build())


class Drawn(nn.Module):
    """Events (pieces, events, 4), drawn where they are, to what a network says of the pictures."""

    def __init__(self, canvas: Canvas, net: nn.Module) -> None:
        super().__init__()
        self.canvas = canvas
        self.net = net

    def forward(self, events: Tensor) -> Tensor:
        outputs: Tensor = self.net(self.canvas(events))  # (pieces, outputs)
        return outputs

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """Those of the network that looks."""
        return parameter_groups(self.net)

    @property
    def head(self) -> nn.Module | None:
        """The last part of the network that looks, where it has one."""
        head = getattr(self.net, "head", None)
        return head if isinstance(head, nn.Module) else None

    def extra_repr(self) -> str:
        return str(self.canvas)
