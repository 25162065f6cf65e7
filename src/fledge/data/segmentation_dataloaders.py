"""Pictures and their masks as batches, in one call for each way they may lie on a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypedDict, Unpack, final

import torch

from fledge.core.errors import DataError
from fledge.data.block import DataBlock
from fledge.data.checking import OnBad
from fledge.data.dataloaders import DataLoaders
from fledge.data.mask_files import codes_in, matched, read_codes
from fledge.data.sources import get_image_files
from fledge.data.splits import GrandparentSplitter, RandomSplitter, Splitter
from fledge.transforms.image import ImageBlock
from fledge.transforms.mask_block import Codes, MaskBlock


class Options(TypedDict, total=False):
    """What every way takes: the transforms, what doesn't count, and the settings of `DataBlock.dataloaders`."""

    item_tfms: Any
    batch_tfms: Any
    void: str | int | Sequence[str | int]
    threshold: int | None
    bs: int
    valid_bs: int | None
    workers: int | None
    device: str | torch.device
    cache: bool
    on_bad: OnBad


@final
class SegmentationDataLoaders:
    """Ways to `DataLoaders` of pictures and masks; `codes` names the classes, else they are found in the masks."""

    @staticmethod
    def from_folder(
        path: str | Path,
        codes: Codes | None = None,
        train: str = "train",
        valid: str = "valid",
        valid_pct: float | None = None,
        seed: int | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """Pictures with masks of the same name in folders beside them, divided by folders, or by chance with `valid_pct`.

        A file `codes.txt` there names the classes where `codes` doesn't. Pictures without a mask are set aside.
        """
        root = Path(path).expanduser()
        found = matched(root, get_image_files(root))
        if not any(found.masks):
            raise DataError(
                f"{root} holds {len(found.pictures)} pictures and no mask of the same name",
                hint="lay masks in a folder beside (train and trainannot, images and masks), or use from_label_func",
            )
        if codes is None and (file := codes_in(root)) is not None:
            codes = read_codes(file)
        mask_of = dict(zip(found.pictures, found.masks, strict=True))
        splitter = GrandparentSplitter(train, valid) if valid_pct is None else RandomSplitter(valid_pct, seed)
        return _loaders(list(found.pictures), mask_of.__getitem__, codes, splitter, seed, options)

    @staticmethod
    def from_label_func(
        path: str | Path,
        fnames: Sequence[str | Path],
        label_func: Callable[[Path], Any],
        valid_pct: float = 0.2,
        seed: int | None = None,
        codes: Codes | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """Given pictures, whose masks (files or arrays) a function of their path gives."""
        files = [Path(path) / name for name in fnames]
        return _loaders(files, label_func, codes, RandomSplitter(valid_pct, seed), seed, options)


def _loaders(
    files: list[Path],
    mask_of: Callable[[Path], Any],
    codes: Codes | None,
    splitter: Splitter,
    seed: int | None,
    options: Options,
) -> DataLoaders:
    settings: dict[str, Any] = dict(options)
    tfms = {name: settings.pop(name) for name in ("item_tfms", "batch_tfms") if name in settings}
    kind = {name: settings.pop(name) for name in ("void", "threshold") if name in settings}
    blocks = (ImageBlock(), MaskBlock(codes, **kind))
    return DataBlock(blocks, get_y=mask_of, splitter=splitter, **tfms).dataloaders(files, seed=seed or 0, **settings)
