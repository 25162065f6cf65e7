"""Several labels at once as zeros and ones."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, final

import torch
from torch import Tensor

from fledge.core.errors import DataError, shown
from fledge.transforms.category import check_names, places_of
from fledge.transforms.label import Label, in_order, label_text
from fledge.transforms.transform import Block, Transform


@final
@dataclass(frozen=True)
class MultiCategory(Transform[Collection[Label], Tensor]):
    """Any number of labels out of a fixed list: a one for each that applies.

    >>> sights = MultiCategory.learn([["sea", "sky"], [], ["snow"]])
    >>> sights.encode({"sky", "snow"})
    tensor([0., 1., 1.])
    >>> sights.decode(sights.encode([]))
    ()
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        check_names(self.names)

    @classmethod
    def learn(cls, values: Iterable[Collection[Label]]) -> Self:
        """Every label seen, in alphabetical order, or by size where all are numbers."""
        return cls(names=in_order(label for value in values for label in _labels(value)))

    def encode(self, value: Collection[Label]) -> Tensor:
        return self.encode_all([value])[0]

    def encode_all(self, values: Sequence[Collection[Label]]) -> Tensor:
        found = torch.zeros(len(values), len(self.names))
        rows = [row for row, value in enumerate(values) for _ in _labels(value)]
        found[rows, places_of([label for value in values for label in value], self.places)] = 1.0
        return found

    def decode(self, value: Tensor) -> tuple[str, ...]:
        return tuple(name for name, present in zip(self.names, value.tolist(), strict=True) if present > 0.5)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each name's place."""
        return {name: place for place, name in enumerate(self.names)}


@final
@dataclass(frozen=True)
class MultiCategoryBlock(Block):
    """None, one or several labels for each item: those met in training, or `vocab` in its own order."""

    vocab: Sequence[Label] | None = None

    def learn(self, values: Sequence[Collection[Label]], steps: Sequence[Any] = ()) -> MultiCategory:
        if self.vocab is None:
            return MultiCategory.learn(values)
        return MultiCategory(tuple(label_text(each) for each in self.vocab))


def _labels(value: Collection[Label]) -> Collection[Label]:
    """The labels of one item; a bare text is refused, for its letters are not labels."""
    if isinstance(value, list | tuple | set | frozenset):
        return value
    raise DataError(
        f"several labels are a list, not {shown(value)}",
        hint='split them: ColReader("labels", label_delim=";"), or let get_y return a list',
    )
