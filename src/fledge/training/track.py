"""A learner for movements, from the name of a network."""

from __future__ import annotations

from math import log2
from pathlib import Path
from typing import Any, Literal

from torch import nn

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.models.architecture import Architecture
from fledge.models.bodies import Padding
from fledge.models.by_piece import ByPiece, PieceNet
from fledge.models.drawn import Drawn, DrawnNet
from fledge.models.recogniser import Pooling
from fledge.models.small import SmallNet
from fledge.training.asked import Network
from fledge.training.learner import Learner
from fledge.training.mixing import CutMix, MixUp
from fledge.training.seen import seeing_learner
from fledge.transforms.track import Track

_WIDTH = 8
"""Of the small network. Lines on paper need fewer kinds of edges than photos do."""


def track_learner(
    dls: DataLoaders,
    net: str | nn.Module = "small",
    *,
    pretrained: bool = True,
    weights: str | Path | None = None,
    pool: Pooling | Literal["auto"] = "auto",
    hidden: tuple[int, ...] = (512,),
    dropout: float = 0.5,
    padding: Padding = "own",
    **options: Any,
) -> Learner:
    """A learner whose network sees movements drawn as pictures: a small one from nothing, or a pictures' body by its timm name.

    It looks at each piece of a movement alone, and their answers are averaged. A module of your own is given the events as
    they are, (batch, pieces, events, 4). A body's first layer is brought to the ten channels that are drawn; its weights come
    from `weights` (a safetensors file), or with `pretrained` from where timm publishes them, and it begins frozen then.
    `options` are those of `Learner`.
    """
    if dls.codec is None or not isinstance(track := dls.codec.input, Track):
        raise UsageError("track_learner needs loaders of movements", hint="build them with TrackBlock, or TrackDataLoaders")
    if any(isinstance(each, MixUp | CutMix) for each in options.get("callbacks", ())):
        raise UsageError("events of two movements can't be mixed", hint="leave MixUp and CutMix to pictures and sounds")

    def small(outputs: int) -> SmallNet:
        return SmallNet(outputs, track.canvas.channels, _WIDTH, blocks=max(1, round(log2(track.canvas.size / 4))))

    def by_piece(architecture: Architecture, model: nn.Module) -> Network:
        return ByPiece(DrawnNet(track.canvas, architecture)), PieceNet(Drawn(track.canvas, model))

    of_body: dict[str, Any] = {"pretrained": pretrained, "weights": weights, "pool": pool, "hidden": hidden, "dropout": dropout}
    return seeing_learner(dls, net, small, track.canvas.channels, options, by_piece, padding=padding, **of_body)
