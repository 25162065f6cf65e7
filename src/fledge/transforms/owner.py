"""Whether something is one certain person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

import msgspec
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.transforms.category import Category
from fledge.transforms.label import Label, label_text
from fledge.transforms.transform import Block, Transform


@final
@dataclass(frozen=True)
class Owner(Transform[Label, int]):
    """One label against all others: 1 for the owner's, 0 for anybody else's.

    >>> owner = Owner("ann")
    >>> owner.encode("ann"), owner.encode("bob"), owner.decode(0)
    (1, 0, 'not ann')
    """

    eager: ClassVar[bool] = True

    owner: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]

    def __post_init__(self) -> None:
        if not self.owner.strip():
            raise UsageError("an owner needs a name", hint='OwnerBlock("ann")')

    @property
    def names(self) -> tuple[str, str]:
        """Both answers, the owner's last."""
        return f"not {self.owner}", self.owner

    def encode(self, value: Label) -> int:
        return int(label_text(value) == self.owner)

    def encode_all(self, values: Sequence[Label]) -> Tensor:
        return torch.tensor([self.encode(value) for value in values], dtype=torch.int64)

    def decode(self, value: int | Tensor) -> str:
        return self.names[int(value)]


OneClass = Category | Owner
"""Targets of which each item has exactly one out of `names`."""


@final
@dataclass(frozen=True)
class OwnerBlock(Block):
    """Labels of which one is asked about: is this the owner?

    >>> OwnerBlock("ann").learn(["ann", "bob", "cleo"])
    Owner(owner='ann')
    """

    name: Label

    def learn(self, values: Sequence[Label], steps: Sequence[Any] = ()) -> Owner:
        asked, met = Owner(label_text(self.name)), sorted({label_text(value) for value in values})
        if asked.owner not in met:
            raise DataError(f"nothing to learn from is labelled {shown(asked.owner)}, only {listed(met)}")
        if len(met) < 2:
            raise DataError(f"all there is to learn from is labelled {shown(asked.owner)}", hint="add some of other people's")
        return asked
