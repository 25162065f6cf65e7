"""From a source to samples: items, their inputs, their labels, and what has to be set aside."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from fledge.core.errors import DataError, FledgeError, UsageError
from fledge.data.label_checks import is_blank
from fledge.data.samples import BadItem, Places, Sample, Samples
from fledge.transforms.columnar import LabelColumn

Function = Callable[[Any], Any]


@final
@dataclass(frozen=True)
class Intake:
    """How a source becomes samples: the functions of a DataBlock."""

    get_items: Function | None = None
    get_x: Function | None = None
    get_y: Function | None = None

    def items(self, source: Any) -> list[Any]:
        """The items of a source: a frame's rows as mappings, anything else as it is iterated."""
        if self.get_items is not None:
            source = self.get_items(source)
        elif isinstance(source, str | os.PathLike):
            raise UsageError(
                f"{os.fspath(source)!r} is a path, and nothing says which items lie there",
                hint="say it with get_items, for photos: DataBlock(get_items=get_image_files, ...)",
            )
        return list(rows(source))

    def input(self, item: Any) -> Any:
        """An item's input: by get_x, the first of a pair, or the item itself."""
        if self.get_x is not None:
            return self.get_x(item)
        return item.input if isinstance(item, Sample) else item[0] if _is_pair(item) else item

    def target(self, item: Any) -> Any:
        """An item's label: by get_y, or the second of a pair."""
        if self.get_y is not None:
            return self.get_y(item)
        if isinstance(item, Sample):
            return item.target
        if _is_pair(item):
            return item[1]
        raise UsageError(
            f"nothing says what the label of {item!r:.80} is",
            hint="say it with get_y: parent_label for a folder for each label, ColReader('label') for a frame's column",
        )


@final
@dataclass(frozen=True)
class Gathered:
    """Everything a source gave, and why some of it is set aside (by place)."""

    items: Sequence[Any]
    samples: Samples
    reasons: dict[int, str]

    @property
    def bad(self) -> tuple[BadItem, ...]:
        """What is set aside."""
        return tuple(
            BadItem(self.samples.name(place), self.items[place], reason) for place, reason in sorted(self.reasons.items())
        )

    @property
    def good(self) -> Places:
        """The places of what is not."""
        return self._good_of(np.arange(len(self.items)))

    @property
    def labels(self) -> Sequence[Any]:
        """Every item's label, to split by; what is set aside is a class of its own."""
        targets = self.samples.targets or []
        if isinstance(targets, LabelColumn):
            return targets  # what is set aside of a table has no label
        return ["" if place in self.reasons else label for place, label in enumerate(targets)]

    def part(self, name: str, places: Places) -> Samples:
        """The samples of one part of a split, without what is set aside."""
        good = self._good_of(places)
        if not len(good):
            raise DataError(f"every item of the {name} part had to be set aside", hint="mend these items, or split another way")
        return self.samples.take(good)

    def without(self, reasons: dict[int, str]) -> Gathered:
        """With more set aside."""
        return Gathered(self.items, self.samples, self.reasons | reasons)

    def _good_of(self, places: Places) -> Places:
        return places[~np.isin(places, list(self.reasons))] if self.reasons else places


def gather(source: Any, intake: Intake) -> Gathered:
    """The samples of a source; those whose input or label can't be told are set aside with the reason."""
    items = intake.items(source)
    if not items:
        raise DataError("there are no items: the source is empty", hint="check what get_items returns for it")
    reasons: dict[int, str] = {}
    inputs, targets = [], []
    for place, item in enumerate(items):
        value, label = item, None
        try:
            value, label = intake.input(item), intake.target(item)
        except UsageError:
            raise
        except Exception as error:
            reasons[place] = f"its label can't be told: {_in_words(error)}"
        if place not in reasons and is_blank(label):
            reasons[place] = "it has no label"
        inputs.append(value)
        targets.append(None if place in reasons else label)
    return Gathered(items, Samples.of(inputs, targets), reasons)


def rows(source: Any) -> Any:
    """A polars or pandas frame as one mapping for each row; anything else as it is."""
    if hasattr(source, "iter_rows"):
        return source.iter_rows(named=True)
    if hasattr(source, "iloc") and hasattr(source, "columns"):
        twice = [name for name, times in source.columns.value_counts().items() if times > 1]
        if twice:
            raise DataError(f"the frame has several columns called {twice[0]!r}", hint="give each column a name of its own")
        return source.to_dict("records")
    return source


def _in_words(error: Exception) -> str:
    return error.message if isinstance(error, FledgeError) else f"{type(error).__name__}: {error}"


def _is_pair(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) == 2
