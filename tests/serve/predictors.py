"""A small predictor for each kind of answer, and for each kind of input."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import torch
from torch import Tensor, nn

from fledge.data.collab_dataloaders import CollabDataLoaders
from fledge.models.architecture import Custom
from fledge.predictor.predictor import Predictor
from fledge.tasks.table import task_for
from fledge.training.collab import collab_learner
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.mask import Mask
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.number import Number
from fledge.transforms.owner import Owner
from fledge.transforms.points import Points
from fledge.transforms.resize import Resize
from fledge.transforms.row import Row, RowBlock
from fledge.transforms.sound import Sound
from fledge.transforms.spectrogram import Spectrogram
from fledge.transforms.track import TrackBlock
from fledge.transforms.track_columns import TrackColumns
from fledge.transforms.transform import Codec
from tests.predictor.small import pictures
from tests.ratings import films, ratings
from tests.tables import birds
from tests.tracks import as_csv, movement


class Means(nn.Module):
    """As many outputs as asked for, each from the mean of the input."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs

    def forward(self, batch: Tensor) -> Tensor:
        return batch.flatten(1).mean(1, keepdim=True) * torch.linspace(-1, 1, self.outputs)


PICTURE = Image((Resize(32, method="squish"),))
SOUND = Sound(Spectrogram(rate=8000, mels=16), seconds=0.25)
TARGETS: dict[str, Any] = {
    "label": Category(("bird", "forest", "<img src=x onerror=alert(1)>")),
    "labels": MultiCategory(("sea", "sky")),
    "number": Number((20.0,), (5.0,), ("age",)),
    "numbers": Number((20.0, 1.0), (5.0, 1.0), ("age", "weight")),
    "points": Points(2),
}


def predictor_of(kind: str, given: Any = PICTURE, examples: Any = None) -> Predictor:
    """A predictor that gives this kind of answer."""
    codec: Codec[Any, Any] = Codec(given, TARGETS[kind])
    task = task_for(codec)
    made = Predictor(task, codec, Means(task.outputs(codec)), Custom("Means"))
    return made.with_examples(pictures(2) if examples is None else examples)


class Bands(nn.Module):
    """Scores of three classes for each place, by how light it is."""

    def forward(self, batch: Tensor) -> Tensor:
        light = batch.mean(1) - 0.5
        return torch.stack([-light, 0.2 - light.abs(), light], 1)


def mask_predictor() -> Predictor:
    """One that says dark, grey or light of each place of a picture; one class has a hostile name."""
    codec: Codec[Any, Any] = Codec(PICTURE, Mask(("dark", "__proto__", "light"), (0, 1, 2)))
    return Predictor(task_for(codec), codec, Bands(), Custom("Bands")).with_examples(pictures(2))


class Speed(nn.Module):
    """As many outputs as asked for, each from the time between events."""

    def __init__(self, outputs: int) -> None:
        super().__init__()
        self.outputs = outputs

    def forward(self, batch: Tensor) -> Tensor:
        return batch[..., 2].flatten(1).mean(1, keepdim=True) * 20 * torch.linspace(1, -1, self.outputs)


def tracks(count: int) -> list[bytes]:
    """Movements, as the content of files."""
    return [as_csv(movement(("curved", "jerky")[n % 2], 40 + n, n)).encode() for n in range(count)]


def track_predictor(kind: str = "label") -> Predictor:
    """One for those movements: whose they are, or whether they are the owner's."""
    target = Owner("ann") if kind == "owner" else TARGETS[kind]
    track = TrackBlock(TrackColumns(state="pressed"), events=32, pieces=2).learn(tracks(8))
    codec: Codec[Any, Any] = Codec(track, target)
    task = task_for(codec)
    net = Speed(task.outputs(codec))
    return Predictor(task, codec, net, Custom("Speed")).with_examples(tracks(3))


def recommender(kind: str = "pair") -> Predictor:
    """One of films, by ratings (`pair`) or by what people have seen (`person`)."""
    frame = ratings() if kind == "pair" else ratings().drop("rating")
    more: dict[str, Any] = {} if kind == "pair" else {"negatives": 8}
    dls = CollabDataLoaders.from_df(frame, items=films(), seed=1, bs=64, device="cpu", **more)
    return collab_learner(dls, 8, progress=False, precision="float32").predictor("films")


def row_transform() -> Row:
    """What is learned of a table with columns of every kind: numbers with gaps, names, dates."""
    return RowBlock(()).learn(_table())


def rows(count: int) -> list[dict[str, Any]]:
    """Rows of that table, as JSON has them."""
    return _table().with_columns(pl.col("seen").dt.to_string("iso")).head(count).to_dicts()


def _table() -> pl.DataFrame:
    return birds(60).drop("ring").rename({"observer": "who's <b>there</b>"})


def row_predictor(kind: str = "label") -> Predictor:
    """A predictor for those rows."""
    return predictor_of(kind, row_transform(), rows(3))


def sounds(count: int) -> list[Any]:
    """Sounds of noise, as loud as can be."""
    return list(np.random.default_rng(0).uniform(-1, 1, (count, 2000)).astype(np.float32))
