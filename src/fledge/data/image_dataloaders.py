"""Pictures and their labels as batches, in one call for each way they may lie on a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack, final

import torch

from fledge.core.errors import DataError
from fledge.data.block import AnyBlock, Balance, DataBlock
from fledge.data.checking import OnBad
from fledge.data.dataloaders import DataLoaders
from fledge.data.label_table import read_label_table
from fledge.data.labels import ColReader, RegexLabeller, parent_label
from fledge.data.sources import get_image_files
from fledge.data.splits import ColSplitter, GrandparentSplitter, RandomSplitter, Splitter
from fledge.transforms.category import CategoryBlock
from fledge.transforms.image import ImageBlock
from fledge.transforms.multi_category import MultiCategoryBlock

Names = Sequence[str | Path]
Column = str | int


class Options(TypedDict, total=False):
    """What every way takes: the transforms, and the settings of `DataBlock.dataloaders`."""

    item_tfms: Any
    batch_tfms: Any
    bs: int
    valid_bs: int | None
    workers: int | None
    device: str | torch.device
    cache: bool
    on_bad: OnBad
    balance: Balance


@final
class ImageDataLoaders:
    """Ways to `DataLoaders` of pictures; `seed` decides the random split and the order of training."""

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
        target = CategoryBlock(vocab=None if vocab is None else tuple(vocab))
        return _loaders(path, target, splitter, seed, options, get_items=get_image_files, get_y=parent_label)

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
        return _loaders(files, CategoryBlock, RandomSplitter(valid_pct, seed), seed, options, get_y=label_func)

    @staticmethod
    def from_name_func(
        path: str | Path,
        fnames: Names,
        label_func: Callable[[str], Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """Given files, labelled by a function of their name."""
        return ImageDataLoaders.from_path_func(path, fnames, lambda file: label_func(file.name), valid_pct, seed, **options)

    @staticmethod
    def from_path_re(
        path: str | Path, fnames: Names, pat: str, valid_pct: float = 0.2, seed: int | None = None, **options: Unpack[Options]
    ) -> DataLoaders:
        """Given files, labelled by the first group of a regular expression found in their path."""
        return ImageDataLoaders.from_path_func(path, fnames, RegexLabeller(pat), valid_pct, seed, **options)

    @staticmethod
    def from_name_re(
        path: str | Path, fnames: Names, pat: str, valid_pct: float = 0.2, seed: int | None = None, **options: Unpack[Options]
    ) -> DataLoaders:
        """Given files, labelled by the first group of a regular expression found in their name."""
        return ImageDataLoaders.from_name_func(path, fnames, RegexLabeller(pat), valid_pct, seed, **options)

    @staticmethod
    def from_lists(
        path: str | Path,
        fnames: Names,
        labels: Sequence[Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        y_block: AnyBlock | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """Given files, and their labels in the same order."""
        if len(fnames) != len(labels):
            raise DataError(f"{len(fnames)} files and {len(labels)} labels", hint="give each file its label")
        pairs = [(Path(path) / name, label) for name, label in zip(fnames, labels, strict=True)]
        several = any(isinstance(label, list | tuple | set) for label in labels)
        target = y_block or (MultiCategoryBlock if several else CategoryBlock)
        return _loaders(pairs, target, RandomSplitter(valid_pct, seed), seed, options)

    @staticmethod
    def from_df(
        df: Any,
        path: str | Path = ".",
        valid_pct: float = 0.2,
        seed: int | None = None,
        fn_col: Column = 0,
        folder: str | Path | None = None,
        suff: str = "",
        label_col: Column | Sequence[Column] = 1,
        label_delim: str | None = None,
        y_block: AnyBlock | None = None,
        valid_col: Column | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """A frame with a column of files (below `path/folder`) and one or several of labels."""
        several = label_delim is not None or not isinstance(label_col, str | int)
        target = y_block or (MultiCategoryBlock if several else CategoryBlock)
        splitter = RandomSplitter(valid_pct, seed) if valid_col is None else ColSplitter(valid_col)
        files = ColReader(fn_col, prefix=Path(path) / (folder or ""), suffix=suff)
        return _loaders(df, target, splitter, seed, options, get_x=files, get_y=ColReader(label_col, label_delim=label_delim))

    @staticmethod
    def from_csv(
        path: str | Path, csv_fname: str | Path = "labels.csv", delimiter: str | None = None, **options: Any
    ) -> DataLoaders:
        """As `from_df`, the frame being a CSV file in `path` whose first line names the columns."""
        return ImageDataLoaders.from_df(read_label_table(Path(path) / csv_fname, delimiter or ","), path, **options)


def _loaders(
    source: Any,
    target: AnyBlock,
    splitter: Splitter,
    seed: int | None,
    options: Options,
    *,
    get_items: Callable[[Any], Any] | None = None,
    get_x: Callable[[Any], Any] | None = None,
    get_y: Callable[[Any], Any] | None = None,
) -> DataLoaders:
    settings: dict[str, Any] = dict(options)
    tfms = {name: settings.pop(name) for name in ("item_tfms", "batch_tfms") if name in settings}
    block = DataBlock((ImageBlock, target), get_items, get_x, get_y, splitter, **tfms)
    return block.dataloaders(source, seed=seed or 0, **settings)
