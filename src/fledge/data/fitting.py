"""What is learned from the training samples: both sides' transforms, and the columns they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import DataError, UnknownName, UsageError, listed
from fledge.data.column import Column, ReadColumn, WholeColumn, column, look_through
from fledge.data.fronts import Fronts
from fledge.data.samples import Samples
from fledge.transforms.geometry import final_size
from fledge.transforms.image import Image
from fledge.transforms.presets import Normalize
from fledge.transforms.transform import Block, Codec, Transform

Readers = tuple[Fronts | None, Fronts | None]


@final
@dataclass(frozen=True)
class Fitted:
    """The codec, what reads each side for it, and the random changes that are left to each batch."""

    codec: Codec[Any, Any]
    fronts: Readers
    changes: tuple[Any, ...]

    def columns(self, samples: Samples, part: str) -> tuple[Column, Column]:
        """Both sides of the samples of a part."""
        inputs = column(self.codec.input, samples.inputs, self.fronts[0])
        return inputs, self.targets(samples, part)

    def targets(self, samples: Samples, part: str) -> Column:
        """What is told of the samples of a part."""
        labels = samples.targets or []
        try:
            targets = column(self.codec.target, labels, self.fronts[1])
            if isinstance(targets, ReadColumn) and part != "train":
                look_through(targets)
            return targets
        except UnknownName as error:
            raise _strangers(self.codec.target, samples, part) from error


def fit(
    blocks: tuple[Block, Block], train: Samples, steps: Sequence[Any], changes: Sequence[Any], readers: Readers, *, cache: bool
) -> Fitted:
    """What the blocks learn from the training samples, once `steps` (for each item) and `changes` (for batches) are known."""
    inputs = blocks[0].learn(train.inputs, steps)
    target = blocks[1].learn(train.targets or [], steps)
    inputs, left = settled(inputs, changes)
    if (size := final_size(left)) is not None:
        inputs, target = _as_image(inputs).sized(size), target.sized(size)
    fronts = _fronts_for(inputs, readers[0], cache=cache), _fronts_for(target, readers[1], cache=cache)
    return Fitted(Codec(inputs, target), fronts, left)


def settled(transform: Transform[Any, Any], changes: Sequence[Any]) -> tuple[Transform[Any, Any], tuple[Any, ...]]:
    """The input transform with the normalisation that the changes settle for all batches, the held-back ones too.

    The rest of the changes are random, and belong to training alone; but for the size they lead to.
    """
    for each in changes:
        if isinstance(each, Normalize):
            transform = _as_image(transform).normalised(each.mean, each.std)
    return transform, tuple(each for each in changes if not isinstance(each, Normalize))


def class_shares(targets: Column | None) -> NDArray[np.float64]:
    """How often to draw each item so that every class comes up equally often."""
    if not isinstance(targets, WholeColumn) or targets.encoded.ndim != 1 or targets.encoded.is_floating_point():
        raise UsageError('balance="sample" needs one class for each item', hint="leave balance out for such targets")
    classes = targets.encoded.cpu().numpy()
    counts = np.bincount(classes)
    shares: NDArray[np.float64] = 1 / counts[classes] / np.count_nonzero(counts)
    return shares


def _fronts_for(transform: Transform[Any, Any], reader: Fronts | None, *, cache: bool) -> Fronts | None:
    """What was used to look through the data, where the fitted transform's fronts are the same."""
    if transform.eager:
        return None
    if reader is not None and reader.transform.front_settings() == transform.front_settings():
        return reader
    return Fronts(transform, cache=cache)


def _as_image(transform: Transform[Any, Any]) -> Image:
    if not isinstance(transform, Image):
        raise UsageError(f"batch_tfms hold a step for pictures, and the inputs are {type(transform).__name__}")
    return transform


def _strangers(target: Transform[Any, Any], samples: Samples, part: str) -> DataError:
    """The labels of a part that were not learned, and whose they are."""
    found: dict[str, list[str]] = {}
    for place, label in enumerate(samples.targets or []):
        try:
            target.encode(label)
        except UnknownName:
            found.setdefault(repr(label), []).append(samples.name(place))
    some = "; ".join(f"{label} of {listed(names, 3)}" for label, names in list(found.items())[:3])
    return DataError(
        f"the {part} part has labels that nothing was learned about: {some}",
        hint="give the training part an item of each label, or leave the split to RandomSplitter()",
    )
