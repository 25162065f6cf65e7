"""Networks that say something of each place: a body that sees ever more coarsely, and a way back up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, final

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture, Count
from fledge.models.bodies import NAME, Body, Padding
from fledge.models.groups import halves
from fledge.models.pretrained import Statistics, fetch, statistics
from fledge.models.small import Block, convolution
from fledge.models.weights import fit_weights, read_weights

Widths = Annotated[tuple[Count, ...], msgspec.Meta(min_length=1, max_length=8)]

WIDTHS = (192, 96, 64, 48)
"""The channels of the way up, from coarse to fine: the finest steps are by far the longest, so they are narrow."""


@final
@dataclass(frozen=True)
class UNet(Architecture):
    """A body by its timm name, whose maps of all sizes are led back to the size of the picture.

    >>> UNet("resnet10t", outputs=3).build()(torch.zeros(2, 3, 64, 96)).shape
    torch.Size([2, 3, 64, 96])
    """

    body: Annotated[str, msgspec.Meta(pattern=NAME)]
    outputs: Count
    channels: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 3
    widths: Widths = WIDTHS
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.1
    padding: Padding = "own"

    def build(self) -> UNetwork:
        return self.around(self.seeing.build())

    @property
    def seeing(self) -> Body:
        """The part that looks at pictures, and gives its maps of all sizes."""
        return Body(self.body, self.channels, padding=self.padding, maps=True)

    def around(self, body: Any) -> UNetwork:
        """A new way up from a body that is already there."""
        return UNetwork(body, Rise(body.feature_info.channels(), self.outputs, widths=self.widths, dropout=self.dropout))


@final
@dataclass(frozen=True)
class SmallUNet(Architecture):
    """The same from nothing, for small pictures or few classes: each of its `blocks` halves the picture.

    >>> SmallUNet(outputs=2).build()(torch.zeros(2, 3, 45, 60)).shape
    torch.Size([2, 2, 45, 60])
    """

    outputs: Count
    channels: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 3
    width: Annotated[int, msgspec.Meta(ge=1, le=512)] = 16
    blocks: Annotated[int, msgspec.Meta(ge=1, le=6)] = 3
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.0

    def build(self) -> UNetwork:
        channels = [self.width << block for block in range(self.blocks + 1)]
        return UNetwork(
            Descent(self.channels, channels), Rise(channels, self.outputs, widths=channels[-2::-1], dropout=self.dropout)
        )


def small_unet(outputs: int, channels: int, side: int) -> SmallUNet:
    """The network for pictures whose shorter side has so many pixels.

    >>> small_unet(2, 3, 24).blocks, small_unet(2, 3, 96).blocks, small_unet(2, 3, 384).blocks
    (2, 4, 5)
    """
    return SmallUNet(outputs, channels, blocks=min(max((max(side, 1) // 6).bit_length() - 1, 1), 5))


def unet(
    name: str,
    outputs: int,
    *,
    pretrained: bool = True,
    weights: str | Path | None = None,
    channels: int = 3,
    widths: Sequence[int] = WIDTHS,
    dropout: float = 0.1,
    padding: Padding = "own",
) -> tuple[UNet, UNetwork, Statistics]:
    """A U-Net, its description, and the statistics its body expects its input to have.

    `name` is any timm network that gives maps of several sizes. Its weights come from the file `weights`, else with
    `pretrained` from timm's own place for them, else they are random. `padding="same"` is for weights that come from
    TensorFlow.
    """
    net = UNet(name, outputs, channels, tuple(widths), dropout, padding)
    check_maps(net.seeing)
    expected = statistics(name, channels)
    if weights is None and not pretrained:
        return net, net.build(), expected
    file = Path(weights) if weights is not None else fetch(name)
    return net, net.around(fit_weights(read_weights(file), file, net.seeing)), expected


def check_maps(body: Body) -> None:
    """Refuses a body whose maps are no pictures, or don't get coarser step by step; it is tried out without memory."""
    module: Any = body.skeleton().eval()
    side = body.published_side
    try:
        maps = module(torch.zeros(1, body.channels, side, side, device="meta"))
    except (RuntimeError, ValueError, TypeError, AssertionError, LookupError) as error:
        raise UsageError(f"{body.name} gives no maps of a picture of {side} px: {error}") from error
    shapes = [tuple(each.shape[1:2]) for each in maps]
    sides = [each.shape[-1] for each in maps]
    if (
        any(each.ndim != 4 for each in maps)
        or shapes != [(each,) for each in module.feature_info.channels()]
        or len(set(sides)) < 2
    ):
        raise UsageError(
            f"{body.name} gives no maps of several sizes, which a U-Net is built on", hint='take another, such as "resnet18"'
        )


class UNetwork(nn.Module):
    """Two parts, each of use alone: `body` (pictures to maps from fine to coarse), `head` (maps to scores of each place)."""

    def __init__(self, body: nn.Module, head: Rise) -> None:
        super().__init__()
        self.body = body
        self.head = head

    def forward(self, x: Tensor) -> Tensor:
        scores: Tensor = self.head(self.body(x))  # (batch, classes, height / 2 or so, width / 2 or so)
        return F.interpolate(scores.float(), x.shape[2:], mode="bilinear")  # (batch, classes, height, width)

    def parameter_groups(self) -> list[list[nn.Parameter]]:
        """The early body, the late body, and the way up."""
        return [*halves(self.body), list(self.head.parameters())]


class Rise(nn.Module):
    """Leads the coarsest map up from one finer map to the next, and scores each place of the finest.

    >>> maps = [torch.zeros(1, 8, 12, 16), torch.zeros(1, 16, 6, 8), torch.zeros(1, 32, 3, 4)]
    >>> Rise([8, 16, 32], outputs=2, widths=[16, 8])(maps).shape
    torch.Size([1, 2, 12, 16])
    """

    def __init__(self, channels: Sequence[int], outputs: int, *, widths: Sequence[int], dropout: float = 0.0) -> None:
        super().__init__()
        finer = list(channels[-2::-1])
        chosen = [*widths, *[widths[-1]] * len(finer)][: len(finer)]
        before = [channels[-1], *chosen[:-1]]
        self.steps = nn.ModuleList(Step(*each) for each in zip(before, finer, chosen, strict=True))
        self.dropout = nn.Dropout2d(dropout)
        self.score = nn.Conv2d(chosen[-1], outputs, 1)

    def forward(self, maps: Sequence[Tensor]) -> Tensor:
        seen, *finer = reversed(maps)
        for step, detail in zip(self.steps, finer, strict=True):
            seen = step(seen, detail)
        scores: Tensor = self.score(self.dropout(seen))  # (batch, classes, height, width) of the finest map
        return scores


class Step(nn.Module):
    """A coarse map brought to the size of a finer one, and both looked at together."""

    def __init__(self, coarse: int, fine: int, after: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(fine)
        self.join = convolution(coarse + fine, after)
        self.look = convolution(after, after)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        # The nearest, for the convolutions smooth it anyway, and it takes a fraction of the time.
        up = F.interpolate(coarse, fine.shape[2:], mode="nearest")
        joined = torch.cat([up, F.relu(self.norm(fine))], 1)  # (batch, coarse + fine, height, width)
        seen: Tensor = self.look(self.join(joined))
        return seen


class Descent(nn.Module):
    """A small body: maps of ever coarser size, the first as fine as the picture."""

    def __init__(self, channels: int, widths: Sequence[int]) -> None:
        super().__init__()
        self.first = convolution(channels, widths[0])
        self.blocks = nn.ModuleList(Block(*each) for each in pairwise(widths))

    def forward(self, x: Tensor) -> list[Tensor]:
        maps: list[Tensor] = [self.first(x)]
        for block in self.blocks:
            maps.append(block(maps[-1]))
        return maps
