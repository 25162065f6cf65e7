"""Movements and whose they are as batches, in one call for each way they may be kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack, final

import torch

from fledge.data.block import Balance, DataBlock
from fledge.data.checking import OnBad
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import parent_label
from fledge.data.splits import GrandparentSplitter, RandomSplitter, Splitter
from fledge.data.track_files import get_track_files
from fledge.data.track_table import TrackTable, tracks_of
from fledge.transforms.category import CategoryBlock
from fledge.transforms.label import Label
from fledge.transforms.owner import OwnerBlock
from fledge.transforms.row_frame import as_frame
from fledge.transforms.track import TrackBlock
from fledge.transforms.track_change import track_transforms
from fledge.transforms.transform import Block


class Options(TypedDict, total=False):
    """What every way takes: the kind of movement, the random changes, and the settings of `DataBlock.dataloaders`."""

    track: TrackBlock
    batch_tfms: Any
    bs: int
    valid_bs: int | None
    workers: int | None
    device: str | torch.device
    cache: bool
    on_bad: OnBad
    balance: Balance


@final
class TrackDataLoaders:
    """Ways to `DataLoaders` of movements; `seed` decides the random split and the order of training.

    Whole movements are held back. Those learned from are cut in pieces of so many events, each an example of its own. With
    `owner="ann"` the question is not whose a movement is, but whether it is hers. Without `batch_tfms` they are changed as
    `track_transforms` does.
    """

    @staticmethod
    def from_folder(
        path: str | Path,
        train: str = "train",
        valid: str = "valid",
        valid_pct: float | None = None,
        seed: int | None = None,
        vocab: Sequence[str] | None = None,
        owner: Label | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """A folder for each label, a CSV for each movement: in folders `train` and `valid`, or split by chance."""
        splitter = GrandparentSplitter(train, valid) if valid_pct is None else RandomSplitter(valid_pct, seed)
        target = _target(owner, vocab)
        return _loaders(path, splitter, seed, options, target, get_items=get_track_files, get_y=parent_label)

    @staticmethod
    def from_df(
        df: Any,
        track_col: str,
        label_col: str,
        valid_pct: float = 0.2,
        seed: int | None = None,
        owner: Label | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """One table of all events: a column says which movement each belongs to, another whose it is."""
        block = options.get("track") or TrackBlock()
        found = tracks_of(as_frame(df), TrackTable(track_col, label_col), block.columns)
        items = [(track, label) for track, label, _ in found]
        return _loaders(items, RandomSplitter(valid_pct, seed), seed, options, _target(owner, None))


def _target(owner: Label | None, vocab: Sequence[str] | None) -> Block:
    return CategoryBlock(vocab=None if vocab is None else tuple(vocab)) if owner is None else OwnerBlock(owner)


def _loaders(
    source: Any,
    splitter: Splitter,
    seed: int | None,
    options: Options,
    target: Block,
    *,
    get_items: Callable[[Any], Any] | None = None,
    get_y: Callable[[Any], Any] | None = None,
) -> DataLoaders:
    settings: dict[str, Any] = {"batch_tfms": track_transforms(), **options}
    track, changes = settings.pop("track", None) or TrackBlock(), settings.pop("batch_tfms")
    block = DataBlock((track, target), get_items, None, get_y, splitter, batch_tfms=changes)
    return block.dataloaders(source, seed=seed or 0, **settings)
