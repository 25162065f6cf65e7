"""Small networks for small pictures, trained from nothing."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import Annotated, final

import msgspec
from torch import Tensor, nn

from fledge.models.architecture import Architecture, Count
from fledge.models.heads import Head
from fledge.models.recogniser import Pool, Recogniser


@final
@dataclass(frozen=True)
class SmallNet(Architecture):
    """A short residual network for pictures of 28 to 64 pixels, and larger with more blocks.

    Each of its `blocks` halves the picture and doubles the channels, beginning with `width` of them.

    >>> import torch
    >>> SmallNet(outputs=10, channels=1).build()(torch.zeros(2, 1, 28, 28)).shape
    torch.Size([2, 10])
    """

    outputs: Count
    channels: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 3
    width: Annotated[int, msgspec.Meta(ge=1, le=512)] = 16
    blocks: Annotated[int, msgspec.Meta(ge=1, le=6)] = 3
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.2

    def build(self) -> Recogniser:
        widths = [self.width << block for block in range(self.blocks + 1)]
        blocks = [Block(before, 2 * before) for before in widths[:-1]]
        body = nn.Sequential(convolution(self.channels, self.width), *blocks)
        return Recogniser(body, Pool("avg"), Head(widths[-1], self.outputs, hidden=(), dropout=self.dropout))


def small_net(outputs: int, channels: int, side: int) -> SmallNet:
    """The network for pictures whose shorter side has so many pixels: as many blocks as leave maps of 4 to 8.

    >>> small_net(10, 1, 28).blocks, small_net(2, 3, 64).blocks, small_net(2, 3, 128).blocks
    (3, 4, 5)
    """
    return SmallNet(outputs, channels, blocks=min(max(round(log2(max(side, 1) / 4)), 1), 6))


class Block(nn.Module):
    """Widens the maps, halves the picture, and looks again at what is left.

    >>> import torch
    >>> Block(8, 16)(torch.zeros(2, 8, 28, 28)).shape
    torch.Size([2, 16, 14, 14])
    """

    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.widen = convolution(before, after)
        self.halve = nn.MaxPool2d(2, ceil_mode=True)
        self.look = nn.Sequential(convolution(after, after), convolution(after, after))

    def forward(self, maps: Tensor) -> Tensor:
        halved: Tensor = self.halve(self.widen(maps))  # (batch, after, height / 2, width / 2)
        # What was seen is added to what was there, so that gradients reach the first layers undimmed.
        seen: Tensor = self.look(halved)
        return halved + seen


def convolution(before: int, after: int) -> nn.Sequential:
    """Looks at each place and those around it."""
    return nn.Sequential(nn.Conv2d(before, after, 3, padding=1, bias=False), nn.BatchNorm2d(after), nn.ReLU(inplace=True))
