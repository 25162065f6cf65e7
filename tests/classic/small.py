"""Small pictures with something to tell of them, made on the spot."""

from __future__ import annotations

from typing import Any

import numpy as np

from fledge.classic.features import features_of
from fledge.classic.material import Material
from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.splits import IndexSplitter
from fledge.models.goal import Goal
from fledge.tasks.table import task_for
from fledge.transforms.category import CategoryBlock
from fledge.transforms.image import ImageBlock
from fledge.transforms.multi_category import MultiCategoryBlock
from fledge.transforms.number import NumberBlock
from fledge.transforms.points import PointBlock
from fledge.transforms.transform import Block

BLOCKS: dict[Goal, Block] = {"classes": CategoryBlock(), "tags": MultiCategoryBlock(), "numbers": NumberBlock(names=["a", "b"])}


def picture_loaders(goal: Goal, *, count: int = 60, block: Block | None = None, **options: Any) -> DataLoaders:
    """Grey noise on one of three coloured grounds; every fourth picture is held back."""
    numbers = np.random.default_rng(0)
    grounds = numbers.integers(0, 3, count)
    noise = numbers.normal(0, 30, (count, 12, 10, 3))
    pictures = (90 + 60 * np.eye(3)[grounds][:, None, None] + noise).clip(0, 255).astype(np.uint8)
    targets: dict[Goal, list[Any]] = {
        "classes": ["red", "green", "blue"],
        "tags": [["warm", "dark"], ["dark"], []],
        "numbers": [(1.0, 5.0), (2.0, 0.0), (4.0, -7.0)],
    }
    return DataBlock(
        blocks=(ImageBlock(), block or BLOCKS[goal]),
        get_items=lambda source: source,
        get_x=lambda item: pictures[item],
        get_y=lambda item: targets[goal][grounds[item]],
        splitter=IndexSplitter(range(0, count, 4)),
    ).dataloaders(list(range(count)), bs=8, device="cpu", **options)


def point_loaders() -> DataLoaders:
    """Noise, in each picture of which the same two points are marked."""
    pictures = np.random.default_rng(0).integers(0, 255, (12, 10, 10, 3), dtype=np.uint8)
    return DataBlock(
        blocks=(ImageBlock(), PointBlock()),
        get_items=lambda source: source,
        get_x=lambda item: pictures[item],
        get_y=lambda item: [(0.25, 0.5), (0.05 * item, 0.5)],
        splitter=IndexSplitter(range(0, 12, 4)),
    ).dataloaders(list(range(12)), bs=4, device="cpu")


def material_of(dls: DataLoaders, **options: Any) -> Material:
    """The training part with its features."""
    assert isinstance(dls.train, Loader)
    assert dls.codec is not None
    return Material.of(dls.train, task_for(dls.codec).outputs(dls.codec), features_of(dls.codec.input), **options)
