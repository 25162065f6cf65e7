"""Trainings to be killed: what a child process runs, and what comes of it undisturbed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from fledge.core.files import write_atomically
from fledge.core.tensorfile import write_tensors
from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.data.segmentation_dataloaders import SegmentationDataLoaders
from fledge.data.sound_dataloaders import SoundDataLoaders
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.data.track_dataloaders import TrackDataLoaders
from fledge.training.checkpoint import checkpoints
from fledge.training.collab import collab_learner
from fledge.training.learner import Learner
from fledge.training.segmentation import unet_learner
from fledge.training.sound import sound_learner
from fledge.training.tabular import tabular_learner
from fledge.training.track import track_learner
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize
from fledge.transforms.track import TrackBlock
from fledge.transforms.track_drawing import Canvas
from tests.masks import NAMES, make_masks
from tests.ratings import ratings
from tests.sounds import make_sounds
from tests.tables import birds
from tests.tracks import make_tracks
from tests.training.small import photo_learner

WEIGHTS = "weights.safetensors"


def train_on(data: Path, folder: Path, kind: str) -> None:
    """Begins or goes on with a training that keeps itself in `folder`, and leaves its final weights there."""
    torch.set_num_threads(1)
    learner, begin = KINDS[kind](data, folder)
    if checkpoints(folder):
        learner.resume()
    else:
        begin()
    state = {name: each.contiguous() for name, each in learner.model.state_dict().items()}
    write_tensors(folder / WEIGHTS, state, {})


def _whole(photos: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    learner = photo_learner(photos, folder=folder, save_every=0.0)
    return learner, lambda: learner.fit_one_cycle(4, 3e-3)


def _fine_tuned(photos: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    """Two stages, the first on stored features, with the gradients of two batches added up."""
    learner = photo_learner(photos, random=False, folder=folder, save_every=0.0, accumulate=2)
    return learner, lambda: learner.fine_tune(3)


def _masks(data: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    """Pictures and masks that are cut, turned and mirrored together."""
    steps, changes = Resize((24, 32), "squish"), aug_transforms(min_scale=0.6)
    dls = SegmentationDataLoaders.from_folder(data, NAMES, valid_pct=0.2, item_tfms=steps, batch_tfms=changes, **_loading(4))
    learner = unet_learner(dls, "small", **_keeping(folder))
    return learner, lambda: learner.fit_one_cycle(3, 5e-3)


def _movements(data: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    """Movements of which each epoch cuts other pieces."""
    block = TrackBlock(events=24, canvas=Canvas(size=16))
    learner = track_learner(TrackDataLoaders.from_folder(data, valid_pct=0.25, track=block, **_loading(8)), **_keeping(folder))
    return learner, lambda: learner.fit_one_cycle(3, 3e-3)


def _sounds(data: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    """Sounds that are shifted, made louder, with noise and parts wiped out."""
    learner = sound_learner(SoundDataLoaders.from_folder(data, valid_pct=0.25, **_loading(6)), **_keeping(folder))
    return learner, lambda: learner.fit_one_cycle(3, 5e-3)


def _loading(bs: int) -> dict[str, Any]:
    return {"seed": 1, "bs": bs, "device": "cpu"}


def _keeping(folder: Path) -> dict[str, Any]:
    """Kept after every step, silent, in float32."""
    return {"folder": folder, "save_every": 0.0, "progress": False, "precision": "float32", "seed": 3}


def _table(data: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    dls = TabularDataLoaders.from_df(birds(400), "kind", seed=1, bs=32, device="cpu")
    learner = tabular_learner(dls, **_keeping(folder))
    return learner, lambda: learner.fit_one_cycle(4)


def _stored_table(data: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    """A table on a disk, encoded anew by each process and shuffled in blocks."""
    file = folder / "rows.parquet"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        frame = birds(400)
        write_atomically(file, frame.write_parquet)
    dls = TabularDataLoaders.from_csv(file, "kind", in_memory=False, seed=1, bs=32, device="cpu")
    learner = tabular_learner(dls, **_keeping(folder))
    return learner, lambda: learner.fit_one_cycle(4)


def _ratings(data: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    dls = CollabDataLoaders.from_df(ratings(), seed=1, bs=64, device="cpu")
    learner = collab_learner(dls, 8, **_keeping(folder))
    return learner, lambda: learner.fit_one_cycle(4)


def _likes(data: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    """Of which others are drawn beside each, anew in every epoch."""
    dls = CollabDataLoaders.from_df(ratings(), likes=True, seed=1, bs=128, device="cpu")
    learner = collab_learner(dls, 8, **_keeping(folder))
    return learner, lambda: learner.fit_one_cycle(4)


KINDS: dict[str, Callable[[Path, Path], tuple[Learner, Callable[[], None]]]] = {
    "whole": _whole,
    "fine-tuned": _fine_tuned,
    "masks": _masks,
    "movements": _movements,
    "sounds": _sounds,
    "table": _table,
    "table on a disk": _stored_table,
    "ratings": _ratings,
    "likes": _likes,
}

MADE: dict[str, Callable[[Path], Path]] = {
    "masks": lambda folder: make_masks(folder, 20),
    "movements": lambda folder: make_tracks(folder, each=10, events=40),
    "sounds": make_sounds,
}
"""What makes the data of a kind; the others are taught with photos."""
