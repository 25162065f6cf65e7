"""Labels as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self, final

import numpy as np
import torch
from torch import Tensor

from fledge.core.errors import DataError, UnknownName, UsageError, listed, shown
from fledge.core.record import LONGEST_TEXT, can_be_kept
from fledge.transforms.columnar import LabelColumn
from fledge.transforms.label import Label, in_order, label_text
from fledge.transforms.transform import Block, Transform


@final
@dataclass(frozen=True)
class Category(Transform[Label, int]):
    """One label out of a fixed list, as its place in that list.

    A label is known by its text, and `decode` gives that text.

    >>> pets = Category.learn(["dog", "cat", "dog"])
    >>> pets.encode("dog")
    1
    >>> pets.decode(0)
    'cat'
    """

    names: tuple[str, ...]

    def __post_init__(self) -> None:
        check_names(self.names)

    @classmethod
    def learn(cls, labels: Iterable[Label]) -> Self:
        """The category of every label seen, in alphabetical order, or by size where all are numbers."""
        return cls(names=in_order(labels.distinct() if isinstance(labels, LabelColumn) else labels))

    def encode(self, value: Label) -> int:
        return place_of(value, self.places)

    def encode_all(self, values: Sequence[Label]) -> Tensor:
        if (
            isinstance(values, LabelColumn) and not values.missing.any()
        ):  # one look-up for each different label, however many have it
            of_each = np.array(places_of(values.distinct(), self.places), np.int64)
            return torch.from_numpy(of_each[values.numbered()])
        return torch.tensor(places_of(values, self.places), dtype=torch.int64)

    def decode(self, value: int | Tensor) -> str:
        return self.names[int(value)]

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each name's place."""
        return {name: place for place, name in enumerate(self.names)}


@final
@dataclass(frozen=True)
class CategoryBlock(Block):
    """One label for each item: those met in training, or `vocab` in its own order.

    >>> CategoryBlock(vocab=["no", "yes"]).learn(["yes"]).names
    ('no', 'yes')
    """

    vocab: Sequence[Label] | None = None

    def learn(self, values: Sequence[Label], steps: Sequence[Any] = ()) -> Category:
        return Category.learn(values) if self.vocab is None else Category(tuple(label_text(each) for each in self.vocab))


def check_names(names: Sequence[str]) -> None:
    """Names have to be there, differ, and be texts that people can read and a model file can hold."""
    if not names:
        raise DataError("there are no labels to learn from", hint="check get_y: it is what gives each item its label")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise UsageError(f"labels stand twice in the list: {listed(twice)}", hint="name each label once")
    if not all(name.strip() for name in names):
        raise UsageError("a label in the list is blank", hint="give it a name")
    if odd := [name for name in names if not can_be_kept(name)]:
        raise DataError(
            f"a label holds a zero byte, or more than {LONGEST_TEXT:,} characters: {shown(odd[0])}",
            hint="look at the column or the function that labels come from",
        )


def place_of(label: Label, places: Mapping[str, int]) -> int:
    """A label's place, or an error that names the nearest known label."""
    place = places.get(text := label_text(label))
    if place is None:
        raise UnknownName("label", text, places)
    return place


def places_of(labels: Sequence[Label], places: Mapping[str, int]) -> list[int]:
    """Each label's place; labels that are already their text, as nearly all are, cost one look-up."""
    try:
        return [places[label] for label in labels]  # type: ignore[index]  # a miss is what the slower way is for
    except (KeyError, TypeError):
        return [place_of(label, places) for label in labels]
