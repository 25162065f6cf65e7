"""A learner for ratings and likes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from fledge.classic.biases import Added, popularity, ridge
from fledge.classic.factorise import LIKES_HELD, UNSAID, started
from fledge.classic.who_had_what import WhoHadWhat
from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.models.architecture import Custom
from fledge.models.factors import FactorsNet
from fledge.models.suiting import SuitingNet
from fledge.training.learner import Learner
from fledge.training.new_weights import seeded
from fledge.transforms.pair import Pair
from fledge.transforms.person import Person

_SPREAD = 0.05


def collab_learner(
    dls: DataLoaders,
    n_factors: int = 50,
    *,
    y_range: tuple[float, float] | None = None,
    use_nn: bool = False,
    layers: Sequence[int] = (64,),
    dropout: float = 0.2,
    net: nn.Module | None = None,
    **options: Any,
) -> Learner:
    """A learner for ratings or likes: the product of a person's and a thing's vector, or with `use_nn` layers over both.

    It starts from biases in closed form (of likes, from what is popular), which is where a network without any vectors would
    end. `y_range` keeps what is said of ratings between two numbers, a little outside of those that can be given.
    `net` is a network of your own that takes (batch, 2) places. `options` are those of `Learner`.
    """
    had = _learned_from(dls)
    seed = dls.train.seed if options.get("seed") is None else options["seed"]
    settings: dict[str, Any] = {"lr": 1e-2, "weight_decay": 0.05 if use_nn else 1.0, "precision": "float32"} | options
    if net is not None:
        return Learner(dls, net, architecture=Custom(type(net).__name__), **settings)
    low, high = y_range or (None, None)
    likes = had.likes
    if likes and y_range is not None:
        raise UsageError("likes have no range of numbers", hint="leave y_range out")
    start = popularity(had) if likes else ridge(had)
    with seeded(seed):
        if use_nn:
            network = SuitingNet(*had.places, n_factors, tuple(layers), dropout, low, high, likes)
            model: Any = network.build()
        else:
            noise = LIKES_HELD if likes else _noise(had, start, y_range)
            network = FactorsNet(*had.places, n_factors, low, high, noise, UNSAID if likes else 0.0)  # type: ignore[assignment]
            model = network.build()
            with torch.no_grad():
                model.table[:, :-1] = torch.randn(len(model.table), n_factors) * _SPREAD
                model.table[[0, had.places[0]]] = 0  # of those never met nothing is known
    model.start.copy_(started(start))
    return Learner(dls, model, architecture=network, **settings)


def _noise(had: WhoHadWhat, start: Added, y_range: tuple[float, float] | None) -> float:
    """By how much, squared, what people gave is off what biases say; inside a range, where vectors add up."""
    off = max(float(np.square(had.given - start.of(had)).mean()), 1e-6)
    return off if y_range is None else off * (4.0 / (y_range[1] - y_range[0])) ** 2


def _learned_from(dls: DataLoaders) -> WhoHadWhat:
    if dls.codec is None or not isinstance(dls.codec.input, Pair | Person) or not isinstance(dls.train, Loader):
        raise UsageError("collab_learner needs loaders of ratings or likes", hint="build them with CollabDataLoaders")
    return WhoHadWhat.of(dls.train)
