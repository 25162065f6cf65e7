"""Weights that make every class count alike."""

from __future__ import annotations

from fledge.core.errors import DataError, UsageError, listed
from fledge.data.dataloaders import DataLoaders
from fledge.transforms.owner import OneClass


def class_weights(dls: DataLoaders) -> tuple[float, ...]:
    """One weight a class, the higher the rarer it is in what there is to learn from; their mean is 1.

    For `CrossEntropy(weights=class_weights(dls))`: the samples of each class then weigh as much as those of any other.
    """
    if dls.codec is not None and not isinstance(dls.codec.target, OneClass):
        raise UsageError("weights are for targets that are one class each", hint="see BinaryCrossEntropy(positive_weights=...)")
    counts = dls.class_counts()
    absent = [name for name, count in counts.items() if count == 0]
    if absent:
        raise DataError(f"there is nothing to learn from of {listed(absent)}", hint="add samples, or leave the class out")
    inverse = [1 / count for count in counts.values()]
    return tuple(each * len(inverse) / sum(inverse) for each in inverse)
