"""Tiny data of every kind fledge knows, made on the spot: a new task is tested by being listed here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from PIL import Image

from fledge.data.block import DataBlock
from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.data.labels import parent_label
from fledge.data.segmentation_dataloaders import SegmentationDataLoaders
from fledge.data.sound_dataloaders import SoundDataLoaders
from fledge.data.sound_files import get_sound_files
from fledge.data.sources import get_image_files
from fledge.data.splits import RandomSplitter
from fledge.data.tabular_dataloaders import TabularDataLoaders
from fledge.data.track_dataloaders import TrackDataLoaders
from fledge.data.track_files import get_track_files
from fledge.training.collab import collab_learner
from fledge.training.learner import Learner
from fledge.training.segmentation import unet_learner
from fledge.training.sound import sound_learner
from fledge.training.tabular import tabular_learner
from fledge.training.track import track_learner
from fledge.training.vision import vision_learner
from fledge.transforms.category import CategoryBlock
from fledge.transforms.image import ImageBlock
from fledge.transforms.multi_category import MultiCategoryBlock
from fledge.transforms.number import NumberBlock
from fledge.transforms.points import PointBlock
from fledge.transforms.resize import Resize
from fledge.transforms.track import TrackBlock
from fledge.transforms.track_drawing import Canvas
from fledge.transforms.transform import Block
from tests.masks import NAMES, make_masks
from tests.photos import make_photos
from tests.ratings import films, ratings
from tests.sounds import make_sounds
from tests.tables import birds
from tests.tracks import make_tracks

Made = tuple[Learner, list[Any]]
"""A learner that has learned nothing yet, and inputs to ask it about."""

_SILENT: dict[str, Any] = {"progress": False, "precision": "float32", "lr": 3e-3}


def _pictures(block: type[Block], target: Callable[[Path], Any]) -> Callable[[Path], Made]:
    def make(folder: Path) -> Made:
        photos = make_photos(folder / "photos")
        dls = DataBlock(
            (ImageBlock, block), get_image_files, get_y=target, splitter=RandomSplitter(seed=1), item_tfms=Resize(24, "squish")
        ).dataloaders(photos, bs=8, device="cpu")
        return vision_learner(dls, "small", **_SILENT), get_image_files(photos)[:5]

    return make


def _tags(photo: Path) -> list[str]:
    """Of a bird: sky; of a forest: trees; of every other picture: even."""
    seen = ["sky" if photo.parent.name == "bird" else "trees"]
    return [*seen, "even"] if int(photo.stem[-3:]) % 2 == 0 else seen


def _brightness(photo: Path) -> float:
    return float(np.asarray(Image.open(photo)).mean())


def _dark_point(photo: Path) -> list[tuple[float, float]]:
    """Where a picture is darkest on the whole."""
    grey = 255.0 - np.asarray(Image.open(photo).convert("L"), dtype=np.float64)
    weight = grey**4 / (grey**4).sum()
    rows, columns = np.mgrid[: grey.shape[0], : grey.shape[1]]
    return [(float((weight * columns).sum() / grey.shape[1]), float((weight * rows).sum() / grey.shape[0]))]


def _masks(folder: Path) -> Made:
    pictures = make_masks(folder / "balls")
    options: dict[str, Any] = {"item_tfms": Resize((24, 32), "squish"), "bs": 8, "device": "cpu"}
    dls = SegmentationDataLoaders.from_folder(pictures, NAMES, valid_pct=0.2, seed=1, **options)
    return unet_learner(dls, "small", **_SILENT), get_image_files(pictures / "images")[:5]


def _sounds(folder: Path) -> Made:
    sounds = make_sounds(folder / "sounds")
    dls = SoundDataLoaders.from_folder(sounds, valid_pct=0.2, seed=1, bs=8, device="cpu")
    return sound_learner(dls, **_SILENT), get_sound_files(sounds)[:5]


def _tracks(owner: str | None) -> Callable[[Path], Made]:
    def make(folder: Path) -> Made:
        tracks = make_tracks(folder / "tracks", each=8, events=40)
        block = TrackBlock(events=24, canvas=Canvas(size=24))
        settings: dict[str, Any] = {"valid_pct": 0.25, "seed": 1, "bs": 8, "device": "cpu"}
        dls = TrackDataLoaders.from_folder(tracks, owner=owner, track=block, **settings)
        return track_learner(dls, **_SILENT), get_track_files(tracks)[:5]

    return make


def _rows(target: str) -> Callable[[Path], Made]:
    def make(_folder: Path) -> Made:
        frame = birds(120)
        dls = TabularDataLoaders.from_df(frame, target, seed=1, bs=16, device="cpu")
        return tabular_learner(dls, **_SILENT), frame.with_columns(pl.col("seen").dt.to_string("iso")).head(5).to_dicts()

    return make


def _ratings(folder: Path) -> Made:
    dls = CollabDataLoaders.from_df(ratings(), items=films(), seed=1, bs=64, device="cpu")
    return collab_learner(dls, 8, **{**_SILENT, "lr": 1e-2}), [{"userId": 1 + n, "movieId": 10 + 20 * n} for n in range(5)]


def _likes(folder: Path) -> Made:
    frame = ratings().drop("rating")
    dls = CollabDataLoaders.from_df(frame, items=films(), seed=1, bs=64, device="cpu", negatives=8)
    return collab_learner(dls, 8, **{**_SILENT, "lr": 1e-2, "weight_decay": 0.1}), [1, 2, {"userId": 3}, "4", 5]


KINDS: dict[str, Callable[[Path], Made]] = {
    "image-classification": _pictures(CategoryBlock, parent_label),
    "image-tags": _pictures(MultiCategoryBlock, _tags),
    "image-regression": _pictures(NumberBlock, _brightness),
    "image-points": _pictures(PointBlock, _dark_point),
    "image-segmentation": _masks,
    "sound-classification": _sounds,
    "track-classification": _tracks(None),
    "track-verification": _tracks("jerky"),
    "table-classification": _rows("kind"),
    "table-regression": _rows("weight"),
    "ratings": _ratings,
    "likes": _likes,
}
"""For each entry of TASKS what makes a learner for it in an empty folder."""
