"""Simple things for masks: what is most often where, and what colours and places tell."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from sklearn.ensemble import RandomForestClassifier
from torch import Tensor
from torch.nn import functional as F

from fledge.classic.fitted import Fitted
from fledge.classic.forest import as_trees, grow
from fledge.core.errors import DataError, UsageError
from fledge.core.seeds import generator, key
from fledge.data.batch import Batch
from fledge.data.loader import Loader
from fledge.models.each_place import Cells, EachPlace, Map, PlaceModel, SameMap
from fledge.models.goal import as_outputs
from fledge.transforms.image import Image
from fledge.transforms.mask_colours import VOID

_SIDE = 64
"""Cells of the longer side of the map that says what is most often where."""

_PICTURES, _CELLS = 500, 60_000
"""Pictures that are looked at, and cells that are learned from, at most."""

_TREES, _DEPTH, _LEAF = 40, 20, 4


def most_common_by_place(loader: Loader, outputs: int) -> Fitted:
    """How common each class is at each place: the most common one there is the answer."""
    counts: Tensor | None = None
    for batch in _batches(loader, 0):
        there = F.one_hot(torch.where(batch.targets == VOID, outputs, batch.targets), outputs + 1)[..., :outputs]
        seen = F.adaptive_avg_pool2d(there.permute(0, 3, 1, 2).float(), _coarse(batch.targets.shape[1:])).sum(0)
        counts = seen if counts is None else counts + seen
    if counts is None or not counts.sum():
        raise DataError("no place of any mask counts, so nothing can be learned", hint="check codes and void")
    # Where nothing ever counted, what is common everywhere.
    everywhere = counts.sum((1, 2)) / counts.sum()
    shares = (counts + 1e-3 * everywhere[:, None, None]) / (counts.sum(0) + 1e-3)
    scores = as_outputs(shares, "classes")
    return Fitted(Map(scores).eval(), SameMap(outputs, *scores.shape[1:]))


def colour_and_place(loader: Loader, outputs: int, seed: int) -> Fitted:
    """A random forest on each cell's colours, those around it, and where it lies."""
    image = loader.inputs.transform
    if not isinstance(image, Image):
        raise UsageError(f"cells are those of pictures, and the inputs are {type(image).__name__}")
    features, classes = _cells(loader, image, seed)
    numbers = key(seed, "forest") & 0xFFFFFFFF
    forest = RandomForestClassifier(_TREES, max_depth=_DEPTH, min_samples_leaf=_LEAF, random_state=numbers)
    grow(forest, features.numpy(), classes.numpy())
    trees, model = as_trees(forest, forest.classes_, inputs=features.shape[1], outputs=outputs, goal="classes")
    whole = PlaceModel(Cells(image.mean, image.std), model)
    architecture = EachPlace(trees, image.channels, image.mean, image.std)
    return Fitted(whole.eval().requires_grad_(False), architecture, f"learned from {len(classes):,} cells")


def _cells(loader: Loader, image: Image, seed: int) -> tuple[Tensor, Tensor]:
    """Features and classes of cells drawn at random, as many of each picture; void ones are left out."""
    maker, numbers = Cells(image.mean, image.std), generator(seed, "cells")
    each = max(1, _CELLS // min(loader.count, _PICTURES))
    features, classes = [], []
    for batch in _batches(loader, seed):
        with torch.no_grad():
            seen = maker(batch.inputs).cpu()
        true = F.interpolate(batch.targets[:, None].float(), seen.shape[2:], mode="nearest-exact")[:, 0].long().cpu()
        for vectors, places in zip(seen.flatten(2), true.flatten(1), strict=True):
            known = torch.nonzero(places != VOID).flatten()
            some = torch.from_numpy(numbers.permutation(len(known))[:each])
            features.append(vectors[:, known[some]].T)
            classes.append(places[known[some]])
    return torch.cat(features), torch.cat(classes)


def _batches(loader: Loader, seed: int) -> Iterator[Batch]:
    """Pictures and masks as they are, at most so many of them."""
    if loader.count <= _PICTURES:
        yield from loader.epoch(0, train=False)
        return
    chosen = np.sort(generator(seed, "pictures").choice(loader.count, _PICTURES, replace=False))
    for start in range(0, _PICTURES, loader.bs):
        yield loader.pick(chosen[start : start + loader.bs].tolist())


def _coarse(size: tuple[int, ...]) -> tuple[int, int]:
    """The same shape with at most so many cells on the longer side."""
    scale = min(1.0, _SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
