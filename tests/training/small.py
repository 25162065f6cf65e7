"""Small things to train, made on the spot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from fledge.data.block import DataBlock
from fledge.data.dataloaders import DataLoaders
from fledge.data.labels import parent_label
from fledge.data.sources import get_image_files
from fledge.data.splits import RandomSplitter
from fledge.scoring.losses import CrossEntropy
from fledge.training.learner import Learner
from fledge.training.vision import vision_learner
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize


def photo_loaders(photos: Path, *, random: bool = True, bs: int = 8, **options: Any) -> DataLoaders:
    """The photos of a folder at 32 px, 8 of 40 held back; with random changes or without."""
    return DataBlock(
        get_items=get_image_files,
        get_y=parent_label,
        splitter=RandomSplitter(0.2, seed=42),
        item_tfms=Resize(32, method="squish"),
        batch_tfms=aug_transforms() if random else (),
    ).dataloaders(photos, bs=bs, device="cpu", **options)


def photo_learner(photos: Path, *, random: bool = True, workers: int | None = None, **options: Any) -> Learner:
    """The small network on those photos, silent, in float32."""
    chosen: dict[str, Any] = {"net": "small", "progress": False, "precision": "float32", "seed": 3} | options
    return vision_learner(photo_loaders(photos, random=random, workers=workers), **chosen)


def blobs(count: int = 64, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Points around two centres, and which."""
    numbers = torch.Generator().manual_seed(seed)
    targets = torch.arange(count) % 2
    return torch.randn(count, 4, generator=numbers) + 3.0 * targets[:, None], targets


def blob_loaders(bs: int = 16) -> DataLoaders:
    """Those points as plain batches, the same for learning and holding back."""
    batches = in_batches(*blobs(), bs)
    return DataLoaders.from_loaders(batches, batches, device="cpu")


def in_batches(inputs: Tensor, targets: Tensor, bs: int) -> list[tuple[Tensor, Tensor]]:
    """Pairs of at most so many items."""
    return [(inputs[start : start + bs], targets[start : start + bs]) for start in range(0, len(inputs), bs)]


def blob_net(seed: int = 0) -> nn.Sequential:
    """A few layers, with dropout and batch norm among them."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(4, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.2), nn.Linear(16, 2))


def blob_learner(**options: Any) -> Learner:
    """A learner of points in plain torch, silent."""
    chosen: dict[str, Any] = {"loss": CrossEntropy(), "progress": False, "precision": "float32"} | options
    return Learner(chosen.pop("dls", None) or blob_loaders(), chosen.pop("net", None) or blob_net(), **chosen)


def weights(learner: Learner) -> dict[str, Tensor]:
    """A copy of everything the network holds."""
    return {name: each.clone() for name, each in learner.model.state_dict().items()}


def same(first: dict[str, Tensor], second: dict[str, Tensor]) -> bool:
    """Whether two networks hold the same bits."""
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)
