"""A learner for movements, from the name of a network."""

from __future__ import annotations

from math import log2
from pathlib import Path
from typing import Any, Literal

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.models.bodies import Padding
from fledge.models.by_piece import ByPiece, PieceNet
from fledge.models.drawn import Drawn, DrawnNet
from fledge.models.pretrained import Statistics
from fledge.models.recogniser import Pooling
from fledge.models.small import SmallNet
from fledge.models.vision import vision_net
from fledge.training.asked import Asked, Net
from fledge.training.learner import Learner
from fledge.training.mixing import CutMix, MixUp
from fledge.transforms.track import Track

_WIDTH = 8
"""Of the small network. Lines on paper need fewer kinds of edges than photos do."""


def track_learner(
    dls: DataLoaders,
    net: Net = "small",
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

    canvas = track.canvas

    def small(outputs: int) -> ByPiece:
        blocks = max(1, round(log2(canvas.size / 4)))
        return ByPiece(DrawnNet(canvas, SmallNet(outputs, canvas.channels, _WIDTH, blocks=blocks)))

    def bodies(name: str, outputs: int, **of_weights: Any) -> tuple[ByPiece, PieceNet, Statistics]:
        architecture, model, expected = vision_net(
            name, outputs, channels=canvas.channels, pool=pool, hidden=hidden, dropout=dropout, padding=padding, **of_weights
        )
        return ByPiece(DrawnNet(canvas, architecture)), PieceNet(Drawn(canvas, model)), expected

    return Asked(net, pretrained, weights).learner(dls, options, small, bodies)
