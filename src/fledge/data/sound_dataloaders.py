"""Sounds and their labels as batches, in one call for each way they may lie on a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack, final

import torch

from fledge.core.errors import DataError
from fledge.data.block import Balance, DataBlock
from fledge.data.checking import OnBad
from fledge.data.dataloaders import DataLoaders
from fledge.data.gathering import Intake
from fledge.data.label_table import read_label_table
from fledge.data.labels import ColReader, RegexLabeller, parent_label
from fledge.data.sound_files import get_sound_files
from fledge.data.splits import ColSplitter, GrandparentSplitter, RandomSplitter, Splitter
from fledge.transforms.category import CategoryBlock
from fledge.transforms.sound import SoundBlock
from fledge.transforms.sound_change import sound_transforms

Names = Sequence[str | Path]
Column = str | int


class Options(TypedDict, total=False):
    """What every way takes: the kind of sound, the random changes, and the settings of `DataBlock.dataloaders`."""

    sound: SoundBlock
    batch_tfms: Any
    bs: int
    valid_bs: int | None
    workers: int | None
    device: str | torch.device
    cache: bool
    on_bad: OnBad
    balance: Balance


@final
class SoundDataLoaders:
    """Ways to `DataLoaders` of sounds; `seed` decides the random split and the order of training.

    Without `sound=SoundBlock(...)` they are heard at the rate most of them have, 24 000 samples a second at most; without
    `batch_tfms` they are changed as `sound_transforms` does.
    """

    @staticmethod
    def from_folder(
        path: str | Path,
        train: str = "train",
        valid: str = "valid",
        valid_pct: float | None = None,
        seed: int | None = None,
        vocab: Sequence[str] | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """A folder for each label: in folders `train` and `valid`, or split by chance if `valid_pct` is given."""
        splitter = GrandparentSplitter(train, valid) if valid_pct is None else RandomSplitter(valid_pct, seed)
        return _loaders(path, splitter, seed, options, get_items=get_sound_files, get_y=parent_label, vocab=vocab)

    @staticmethod
    def from_path_func(
        path: str | Path,
        fnames: Names,
        label_func: Callable[[Path], Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """Given files, labelled by a function of their path."""
        files = [Path(path) / name for name in fnames]
        return _loaders(files, RandomSplitter(valid_pct, seed), seed, options, get_y=label_func)

    @staticmethod
    def from_name_re(
        path: str | Path, fnames: Names, pat: str, valid_pct: float = 0.2, seed: int | None = None, **options: Unpack[Options]
    ) -> DataLoaders:
        """Given files, labelled by the first group of a regular expression found in their name."""
        labeller = RegexLabeller(pat)
        return SoundDataLoaders.from_path_func(path, fnames, lambda file: labeller(file.name), valid_pct, seed, **options)

    @staticmethod
    def from_lists(
        path: str | Path,
        fnames: Names,
        labels: Sequence[Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """Given files, and their labels in the same order."""
        if len(fnames) != len(labels):
            raise DataError(f"{len(fnames)} files and {len(labels)} labels", hint="give each file its label")
        pairs = [(Path(path) / name, label) for name, label in zip(fnames, labels, strict=True)]
        return _loaders(pairs, RandomSplitter(valid_pct, seed), seed, options)

    @staticmethod
    def from_csv(
        path: str | Path,
        csv_fname: str | Path = "labels.csv",
        delimiter: str | None = None,
        valid_pct: float = 0.2,
        seed: int | None = None,
        fn_col: Column = 0,
        label_col: Column = 1,
        valid_col: Column | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """A CSV file in `path`, whose first line names its columns, with one of files and one of labels."""
        table = read_label_table(Path(path) / csv_fname, delimiter or ",")
        splitter = RandomSplitter(valid_pct, seed) if valid_col is None else ColSplitter(valid_col)
        files = ColReader(fn_col, prefix=Path(path))
        return _loaders(table, splitter, seed, options, get_x=files, get_y=ColReader(label_col))


def _loaders(
    source: Any,
    splitter: Splitter,
    seed: int | None,
    options: Options,
    *,
    get_items: Callable[[Any], Any] | None = None,
    get_x: Callable[[Any], Any] | None = None,
    get_y: Callable[[Any], Any] | None = None,
    vocab: Sequence[str] | None = None,
) -> DataLoaders:
    settings: dict[str, Any] = {"batch_tfms": sound_transforms(), **options}
    sound, changes = settings.pop("sound", None), settings.pop("batch_tfms")
    if sound is None:
        intake = Intake(get_items, get_x, get_y)
        sound = SoundBlock.like([intake.input(item) for item in intake.items(source)])
    target = CategoryBlock(vocab=None if vocab is None else tuple(vocab))
    block = DataBlock((sound, target), get_items, get_x, get_y, splitter, batch_tfms=changes)
    return block.dataloaders(source, seed=seed or 0, **settings)
