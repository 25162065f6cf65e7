"""Networks for pictures: any body timm has, under a head of ours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, final

import msgspec
from torch import nn

from fledge.models.architecture import Architecture, Count
from fledge.models.bodies import NAME, Body, Padding
from fledge.models.heads import Head
from fledge.models.pretrained import Statistics, fetch, statistics
from fledge.models.recogniser import Pool, Pooling, Recogniser
from fledge.models.weights import fit_weights, read_weights


@final
@dataclass(frozen=True)
class VisionNet(Architecture):
    """A body by name, how its maps are pooled, and the head on top.

    >>> import torch
    >>> VisionNet("resnet10t", outputs=2).build()(torch.zeros(2, 3, 64, 64)).shape
    torch.Size([2, 2])
    """

    body: Annotated[str, msgspec.Meta(pattern=NAME)]
    outputs: Count
    channels: Annotated[int, msgspec.Meta(ge=1, le=1024)] = 3
    pool: Pooling = "avg"
    hidden: Annotated[tuple[Count, ...], msgspec.Meta(max_length=8)] = (512,)
    dropout: Annotated[float, msgspec.Meta(ge=0, lt=1)] = 0.5
    padding: Padding = "own"
    size: Annotated[int, msgspec.Meta(ge=8, le=1024)] | None = None

    def build(self) -> Recogniser:
        return self.around(self._seeing.build())

    @property
    def _seeing(self) -> Body:
        """The part that looks at pictures."""
        return Body(self.body, self.channels, self.pool == "own", self.padding, self.size)

    def around(self, body: nn.Module) -> Recogniser:
        """A new head on a body that is already there."""
        pool = Pool(self.pool)
        features = pool.width(self._seeing.width(body))
        return Recogniser(body, pool, Head(features, self.outputs, hidden=self.hidden, dropout=self.dropout))


def vision_net(
    name: str,
    outputs: int,
    *,
    pretrained: bool = True,
    weights: str | Path | None = None,
    channels: int = 3,
    pool: Pooling | Literal["auto"] = "auto",
    hidden: tuple[int, ...] = (512,),
    dropout: float = 0.5,
    padding: Padding = "own",
    size: int | None = None,
) -> tuple[VisionNet, Recogniser, Statistics]:
    """A network for pictures, its description, and the statistics its body expects its input to have.

    `name` is any timm network (or torchvision's SqueezeNets). The body's weights come from the file `weights`, else
    with `pretrained` from timm's own place for them, else they are random. `padding="same"` is for weights that
    come from TensorFlow; `size` for networks built for pictures of one size.
    """
    if pool == "auto":
        pool = "own" if Body(name, channels, padding=padding, size=size).fitted().pooled else "avg"
    net, expected = VisionNet(name, outputs, channels, pool, hidden, dropout, padding, size), statistics(name, channels, size)
    if weights is None and not pretrained:
        return net, net.build(), expected
    file = Path(weights) if weights is not None else fetch(name)
    return net, net.around(fit_weights(read_weights(file), file, net._seeing)), expected
