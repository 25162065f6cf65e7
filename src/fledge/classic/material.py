"""The training part as classic models take it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.core.seeds import generator
from fledge.data.column import Column, WholeColumn
from fledge.data.loader import Loader
from fledge.data.parallel import ordered
from fledge.models.goal import Goal
from fledge.models.on_features import Features
from fledge.models.row_features import RowFeatures
from fledge.transforms.category import Category
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.number import Number
from fledge.transforms.owner import Owner
from fledge.transforms.points import Points
from fledge.transforms.table_number import TableNumber
from fledge.transforms.transform import Transform

MOST = 20_000
"""Examples that are learned from; more of them are drawn from at random."""

_BATCH, _ROWS = 64, 8192


@final
@dataclass(frozen=True, eq=False)
class Material:
    """Features and targets of a loader's examples, without random changes, computed on first use and held in memory."""

    loader: Loader
    items: NDArray[np.int64]
    outputs: int
    maker: Features | None

    @classmethod
    def of(cls, loader: Loader, outputs: int, maker: Features | None = None, seed: int = 0, *, most: int = MOST) -> Self:
        """Every example, or `most` of them drawn at random where features have to be made of them."""
        if loader.targets is None or not loader.count:
            raise UsageError(
                "nothing can be learned from examples without targets", hint="take the loader of the training part"
            )
        if maker is None or loader.count <= most:
            return cls(loader, np.arange(loader.count), outputs, maker)
        drawn = generator(seed, "rows").choice(loader.count, most, replace=False)
        return cls(loader, np.sort(drawn), outputs, maker)

    def __len__(self) -> int:
        return len(self.items)

    @cached_property
    def targets(self) -> Tensor:
        """What is true of each example, as a network would be told."""
        column = self._column
        return column.transform.prepare(column.gather(self.items, None)).cpu()

    @cached_property
    def features(self) -> Tensor:
        """A vector for each example, float32, (examples, features)."""
        if self.maker is None:
            raise UsageError("nothing is known to make features of these inputs")
        net = self.maker.build().to(self.loader.device)
        size = _ROWS if isinstance(self.loader.inputs, WholeColumn) else _BATCH
        pieces = np.split(self.items, range(size, len(self.items), size))
        return torch.cat(list(ordered(lambda piece: self._seen(piece, net), pieces, self.loader.workers)))

    @property
    def goal(self) -> Goal:
        """What the targets are about."""
        goal = goal_of(self._column.transform)
        assert goal is not None, "material is only made of targets that something is known of"
        return goal

    @property
    def note(self) -> str:
        """Which of the examples these are, if not all, and what of them is not seen."""
        some = "" if len(self) == self.loader.count else f"learned from {len(self):,} of {self.loader.count:,}"
        left = self.maker.without if isinstance(self.maker, RowFeatures) else 0
        without = f"without {left} column{'' if left == 1 else 's'} of very many names" if left else ""
        return "; ".join(each for each in (some, without) if each)

    @property
    def _column(self) -> Column:
        assert self.loader.targets is not None, "material is only made of examples with targets"
        return self.loader.targets

    @torch.no_grad()
    def _seen(self, items: NDArray[np.int64], net: nn.Module) -> Tensor:
        features: Tensor = net(self.loader.pick(items.tolist()).inputs)
        return features.float().cpu()


def goal_of(target: Transform[Any, Any]) -> Goal | None:
    """What such targets are about, or None for what only networks learn, such as masks.

    >>> goal_of(Category(("bird", "forest")))
    'classes'
    """
    match target:
        case Category() | Owner():
            return "classes"
        case MultiCategory():
            return "tags"
        case Number() | TableNumber() | Points():
            return "numbers"
        case _:
            return None


def named(material: Material) -> int:
    """How many of the features, the first ones, are the places of names: ones and zeros, whose spread says nothing."""
    maker = material.maker
    if not isinstance(maker, RowFeatures) or maker.form == "plain":
        return 0
    return sum(maker.slots[place] for place in maker.told_apart)
