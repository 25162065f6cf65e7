"""Which items are learned from, and which are held back."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import DataError, UsageError, shown
from fledge.core.seeds import generator
from fledge.data.labels import ColReader, cell
from fledge.data.split import Split, indices, made
from fledge.data.strata import class_numbers, groups_nearest, ranks_within, shares, strata
from fledge.transforms.columnar import LabelColumn, ManyRows

USUAL_SEED = 42
"""The seed of a split when none is given: the same items are held back every time."""

PART_NAMES = {
    "train": ("train", "training"),
    "valid": ("valid", "validation", "val", "dev"),
    "test": ("test", "testing"),
}
"""The parts of a split, and what they are usually called."""


class Splitter(ABC):
    """A way to divide items; called with items alone, it gives the two lists of places."""

    @abstractmethod
    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        """The parts; what is held back never comes up in training."""

    def __call__(self, items: Sequence[Any]) -> tuple[list[int], list[int]]:
        parts = self.split(items)
        return parts.train.tolist(), parts.valid.tolist()


@final
@dataclass(frozen=True)
class RandomSplitter(Splitter):
    """Holds back a share of the items by chance, the same ones for the same seed.

    Stratified, each class gives its share, and keeps at least one item to learn from. `auto` stratifies wherever
    labels are classes of two items or more on average.

    >>> RandomSplitter(valid_pct=0.5, seed=1).split("aabbcc", labels="aabbcc").valid.tolist()
    [1, 2, 5]
    """

    valid_pct: float = 0.2
    seed: int | None = None
    stratify: bool | Literal["auto"] = "auto"

    def __post_init__(self) -> None:
        _check_share(self.valid_pct)

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        wanted = _held_back(len(items), self.valid_pct)
        order = generator(_seed(self.seed), "split").permutation(len(items))
        classes = strata(self.stratify, labels, len(items))[order]
        held = ranks_within(classes) < shares(np.bincount(classes), wanted)[classes]
        return made(len(items), order[~held], order[held])


@final
@dataclass(frozen=True)
class KFoldSplitter(Splitter):
    """Holds back one of several folds of equal size; over all of them each item is held back once.

    >>> [KFoldSplitter(folds=3, fold=fold).split(range(6)).valid.size for fold in range(3)]
    [2, 2, 2]
    """

    folds: int = 5
    fold: int = 0
    seed: int | None = None
    stratify: bool | Literal["auto"] = "auto"

    def __post_init__(self) -> None:
        if self.folds < 2 or not 0 <= self.fold < self.folds:
            raise UsageError(
                f"fold {self.fold} of {self.folds} can't be", hint="take folds=2 or more, and fold from 0 to folds-1"
            )

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        if len(items) < self.folds:
            raise DataError(f"{len(items)} items can't be laid in {self.folds} folds", hint=f"pass folds={max(2, len(items))}")
        order = generator(_seed(self.seed), "folds").permutation(len(items))
        by_class = order[np.argsort(strata(self.stratify, labels, len(items))[order], kind="stable")]
        held = np.arange(len(items)) % self.folds == self.fold
        return made(len(items), by_class[~held], by_class[held])


@final
@dataclass(frozen=True)
class GroupSplitter(Splitter):
    """Holds back whole groups (of one person, one place, one day), so that none stands on both sides.

    >>> GroupSplitter(lambda name: name[0], valid_pct=0.5).split(["a1", "a2", "b1", "b2"]).train.size
    2
    """

    group: Callable[[Any], Hashable]
    valid_pct: float = 0.2
    seed: int | None = None

    def __post_init__(self) -> None:
        _check_share(self.valid_pct)

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        wanted = _held_back(len(items), self.valid_pct)
        groups = _groups(items, self.group)
        sizes = np.bincount(groups)
        if len(sizes) < 2:
            raise DataError(f"all {len(items)} items are one group, so none can be held back", hint="split by something finer")
        chosen = groups_nearest(sizes, wanted, generator(_seed(self.seed), "groups").permutation(len(sizes)))
        held = np.isin(groups, chosen)
        return made(len(items), np.flatnonzero(~held), np.flatnonzero(held))


@final
@dataclass(frozen=True)
class GrandparentSplitter(Splitter):
    """By the folder above the label's folder (`train/dog/1.jpg`), or the file's own where that has no such name.

    Usual names count too, in any case: training, val, validation, dev; what is in `test` or `testing` is kept for a
    last test, unless it is asked for as the held-back part.

    >>> GrandparentSplitter()(["pets/train/dog/1.jpg", "pets/val/dog/2.jpg"])
    ([0], [1])
    """

    train_name: str = "train"
    valid_name: str = "valid"

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        usual = {name: part for part, names in PART_NAMES.items() for name in names}
        parts = usual | {self.train_name.lower(): "train", self.valid_name.lower(): "valid"}
        places: dict[str, list[int]] = {"train": [], "valid": [], "test": []}
        for place, item in enumerate(items):
            places[self._part(item, parts)].append(place)
        hint = (
            "hold a share back with RandomSplitter(), or take the test part with valid_name='test'"
            if places["test"] and not places["valid"]
            else "lay the pictures in folders such as train/dog and valid/dog, or hold a share back with RandomSplitter()"
        )
        return made(len(items), places["train"], places["valid"], places["test"], hint=hint)

    def _part(self, item: Any, parts: Mapping[str, str]) -> str:
        if not isinstance(item, str | os.PathLike):
            raise DataError(
                f"{shown(item)} is no path, so it stands in no folder", hint="split rows with ColSplitter('is_valid')"
            )
        path = PurePath(item)
        for folder in (path.parent.parent.name, path.parent.name):
            if part := parts.get(folder.lower()):
                return part
        raise DataError(
            f"{shown(str(path), limit=300)} stands neither below a folder {self.train_name!r} nor below {self.valid_name!r}",
            hint="name them with train_name= and valid_name=, or leave others out with get_image_files(path, folders=[...])",
        )


@final
@dataclass(frozen=True)
class IndexSplitter(Splitter):
    """Holds back the items at given places.

    >>> IndexSplitter([1, 2])(["a", "b", "c"])
    ([0], [1, 2])
    """

    valid_idx: Sequence[int]

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        held = indices(self.valid_idx)
        return made(len(items), np.setdiff1d(np.arange(len(items)), held), held)


@final
@dataclass(frozen=True)
class MaskSplitter(Splitter):
    """Holds back the items where a mask is true.

    >>> MaskSplitter([False, True, True])(["a", "b", "c"])
    ([0], [1, 2])
    """

    mask: Sequence[bool]

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        mask = np.asarray(self.mask)
        if mask.shape != (len(items),):
            raise DataError(f"the mask has {mask.size} values for {len(items)} items")
        return made(len(items), np.flatnonzero(~mask.astype(bool)), np.flatnonzero(mask.astype(bool)))


@final
@dataclass(frozen=True)
class FuncSplitter(Splitter):
    """Holds back the items for which a function says so.

    >>> FuncSplitter(lambda name: name.startswith("v"))(["a", "v1"])
    ([0], [1])
    """

    func: Callable[[Any], bool]

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        return MaskSplitter([bool(self.func(item)) for item in items]).split(items)


@final
@dataclass(frozen=True)
class ColSplitter(Splitter):
    """By a column of the rows: true or false, 1 or 0, or a part's name (train, valid, test).

    >>> ColSplitter()([{"is_valid": False}, {"is_valid": True}])
    ([0], [1])
    """

    col: str | int = "is_valid"

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        hint = f"look at the column {self.col!r}, or split with RandomSplitter()"
        if isinstance(items, ManyRows) and isinstance(self.col, str):
            return made(len(items), **self._of_column(items.column(self.col)), hint=hint)
        places: dict[str, list[int]] = {"train": [], "valid": [], "test": []}
        for place, row in enumerate(items):
            places[self._part(cell(row, self.col), place)].append(place)
        return made(len(items), **places, hint=hint)

    def _of_column(self, column: LabelColumn) -> dict[str, NDArray[np.int64]]:
        """The same of a whole column: each different value is looked at once."""
        numbers = column.numbered()
        first = np.unique(numbers, return_index=True)[1].tolist()
        parts = np.array([self._part(column[place], place) for place in first])
        return {name: np.flatnonzero((parts == name)[numbers]) for name in PART_NAMES}

    def _part(self, value: Any, place: int) -> str:
        text = str(value).strip().lower()
        for part, names in PART_NAMES.items():
            if text in names:
                return part
        for part, words in (("train", ("false", "0", "0.0", "no", "")), ("valid", ("true", "1", "1.0", "yes"))):
            if text in words:
                return part
        raise DataError(
            f"row {place} has {shown(value)} in the column {self.col!r}",
            hint="true or false is meant there, or train, valid, test",
        )


@final
@dataclass(frozen=True)
class _Given(Splitter):
    """Someone's own function on all items."""

    func: Callable[[Any], Any]

    def split(self, items: Sequence[Any], labels: Sequence[Any] | None = None) -> Split:
        parts = self.func(items)
        if isinstance(parts, Split):
            return made(len(items), parts.train, parts.valid, parts.test)
        if not isinstance(parts, tuple | list) or len(parts) not in (2, 3):
            raise DataError(
                f"the splitter gave {shown(parts)}",
                hint="let it return the places to learn from and those held back: ([0, 1], [2])",
            )
        return made(len(items), *parts)


def as_splitter(splitter: Splitter | Callable[[Any], Any]) -> Splitter:
    """A splitter as it is, and a function that returns `(train places, valid places)` as one.

    >>> as_splitter(lambda items: ([0], [1])).split(["a", "b"]).valid.tolist()
    [1]
    """
    if isinstance(splitter, Splitter):
        return splitter
    if not callable(splitter) or isinstance(splitter, type):
        raise UsageError(f"{shown(splitter)} is no splitter", hint="pass RandomSplitter(), say, or a function of the items")
    return _Given(splitter)


def _groups(items: Sequence[Any], group: Callable[[Any], Hashable]) -> NDArray[np.int64]:
    """The number of each item's group; of rows grouped by a column, all at once."""
    if isinstance(items, ManyRows) and isinstance(group, ColReader) and isinstance(group.cols, str) and group.is_plain:
        return items.column(group.cols).numbered()
    return class_numbers([group(item) for item in items])


def _held_back(count: int, share: float) -> int:
    """How many of `count` items are held back: the share, but one at least, and never all."""
    if count < 2:
        raise DataError(f"{count} items can't be split in two parts", hint="pass two items at least")
    return min(max(1, round(count * share)), count - 1)


def _check_share(share: float) -> None:
    if not 0 < share < 1:
        raise UsageError(f"valid_pct={share} is no share", hint="0.2 holds back a fifth; it lies between 0 and 1")


def _seed(seed: int | None) -> int:
    return USUAL_SEED if seed is None else seed
