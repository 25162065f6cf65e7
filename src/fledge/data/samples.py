"""Samples: inputs with their targets, and the items that had to be set aside."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar, final, overload

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import shown
from fledge.transforms.columnar import Columnar

Input = TypeVar("Input")
Target = TypeVar("Target")

Places = NDArray[np.int64]
"""Where items stand in a list, counted from 0."""


@final
@dataclass(frozen=True, slots=True)
class Sample(Generic[Input, Target]):
    """An input and its target, as people have them; the target is None where nobody knows it."""

    input: Input
    target: Target


@final
@dataclass(frozen=True)
class Samples:
    """Many samples, as two columns; `numbers` says where each stood in the source.

    >>> pets = Samples.of(["a.jpg", "b.jpg"], ["dog", "cat"])
    >>> pets[1], len(pets.take([0])), pets.name(0)
    (Sample(input='b.jpg', target='cat'), 1, 'a.jpg')
    """

    inputs: Sequence[Any]
    targets: Sequence[Any] | None
    numbers: Places

    @classmethod
    def of(cls, inputs: Sequence[Any], targets: Sequence[Any] | None = None) -> Samples:
        """Samples numbered as they stand here."""
        return cls(inputs, targets, np.arange(len(inputs)))

    def __len__(self) -> int:
        return len(self.inputs)

    def __getitem__(self, place: int) -> Sample[Any, Any]:
        return Sample(self.inputs[place], None if self.targets is None else self.targets[place])

    def __iter__(self) -> Iterator[Sample[Any, Any]]:
        return (self[place] for place in range(len(self)))

    def take(self, places: Places | Sequence[int]) -> Samples:
        """Those at `places`, in that order."""
        chosen = np.asarray(places, np.int64)
        targets = None if self.targets is None else _picked(self.targets, chosen)
        return Samples(_picked(self.inputs, chosen), targets, self.numbers[chosen])

    def name(self, place: int) -> str:
        """What to call one of them in a message."""
        number = int(self.numbers[place])
        return numbered_name(number) if self.are_rows else item_name(self.inputs[place], number)

    @property
    def are_rows(self) -> bool:
        """Whether these are rows of a table, which have numbers for names."""
        return isinstance(self.inputs, Columnar)

    def names(self, places: Places) -> Sequence[str]:
        """What to call some of them, none of it written before it is asked for."""
        return Names(self, places)


@final
@dataclass(frozen=True, eq=False)
class Names(Sequence[str]):
    """What some of many samples are called."""

    samples: Samples
    places: Places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Names: ...
    def __getitem__(self, place: int | slice) -> str | Names:
        if isinstance(place, slice):
            return Names(self.samples, self.places[place])
        return self.samples.name(int(self.places[place]))


def item_name(item: Any, number: int) -> str:
    """A path as it is, and what has a name of its own by that; anything else by its number in the source.

    >>> item_name(Path("pets/dog.jpg"), 3), item_name({"age": 3}, 3)
    ('pets/dog.jpg', 'item 3')
    """
    if isinstance(item, str | os.PathLike):
        return os.fspath(item)
    called = getattr(item, "called", "")
    return called if isinstance(called, str) and called else numbered_name(number)


def numbered_name(number: int) -> str:
    """What to call a thing that has no name."""
    return f"item {number}"


def _picked(values: Sequence[Any], places: Places) -> Sequence[Any]:
    """The rows of a frame and the values of a column are picked all at once."""
    return values.take(places) if isinstance(values, Columnar) else [values[place] for place in places.tolist()]


@final
@dataclass(frozen=True)
class BadItem:
    """An item that was set aside: what it is called, the item itself, and why."""

    name: str
    item: Any
    reason: str

    def __str__(self) -> str:
        return f"{shown(self.name, 200)}: {self.reason}"


def write_bad_items(path: Path, bad: Iterable[BadItem]) -> None:
    """A CSV of names and reasons that a spreadsheet shows, and never computes, line for line as they were listed."""
    with path.open("w", newline="", encoding="utf-8", errors="backslashreplace") as file:
        writer = csv.writer(file)
        writer.writerow(["item", "reason"])
        writer.writerows([spreadsheet_cell(each.name), spreadsheet_cell(each.reason)] for each in bad)


def spreadsheet_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula: control characters escaped, a quote before = + - @.

    >>> spreadsheet_cell("=1+1"), spreadsheet_cell("two\\nlines")
    ("'=1+1", 'two\\\\nlines')
    """
    line = "".join(each if each.isprintable() or "\ud800" <= each <= "\udfff" else ascii(each)[1:-1] for each in text)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line
