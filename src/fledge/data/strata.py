"""Classes and groups as numbers, and what each gives to the held-back part."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError, listed
from fledge.transforms.columnar import LabelColumn

Numbers = NDArray[np.int64]


def few_classes(labels: Sequence[Any]) -> bool:
    """Whether these are labels of classes, two items to a class or more on average.

    >>> few_classes(["cat", "dog", "cat", "dog"]), few_classes([0.5, 0.7, 0.5, 0.7]), few_classes(["a", "b"])
    (True, False, False)
    """
    if isinstance(labels, LabelColumn):
        return not labels.measured and 2 * labels.count_distinct() <= len(labels)
    if not all(issubclass(kind, str | bool | int | np.integer | np.bool_) for kind in set(map(type, labels))):
        return False
    return 2 * len(set(labels)) <= len(labels)


def strata(stratify: bool | Literal["auto"], labels: Sequence[Any] | None, count: int) -> Numbers:
    """Each item's class by number; all zero where the split shall not mind classes."""
    if stratify is True and labels is None:
        raise UsageError("stratify=True needs labels", hint="pass them, or leave stratify at 'auto'")
    if labels is not None and (stratify is True or (stratify == "auto" and few_classes(labels))):
        return class_numbers(labels)
    return np.zeros(count, dtype=np.int64)


def class_numbers(labels: Sequence[Hashable]) -> Numbers:
    """Each label as the number of its class, in the order in which classes first come up.

    >>> class_numbers(["dog", "cat", "dog"]).tolist()
    [0, 1, 0]
    """
    if isinstance(labels, LabelColumn):
        return labels.numbered()
    if wrong := [kind.__name__ for kind in set(map(type, labels)) if not issubclass(kind, Hashable)]:
        raise UsageError(f"a {listed(wrong)} can't be a class to split by", hint="split without stratify=True")
    numbers = {label: number for number, label in enumerate(dict.fromkeys(labels))}
    return np.fromiter(map(numbers.__getitem__, labels), np.int64, len(labels))


def ranks_within(classes: Numbers) -> Numbers:
    """How many of the same class stand before each item.

    >>> ranks_within(np.array([0, 1, 0, 0, 1])).tolist()
    [0, 0, 1, 2, 1]
    """
    by_class = np.argsort(classes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(classes))])
    ranks = np.empty_like(classes)
    ranks[by_class] = np.arange(len(classes)) - starts[classes[by_class]]
    return ranks


def shares(counts: Numbers, wanted: int) -> Numbers:
    """How many items each class holds back, `wanted` together: its share, one at least where that can be.

    Each class keeps an item to learn from, so one with a single item holds nothing back.

    >>> shares(np.array([90, 9, 2, 1]), wanted=20).tolist()
    [17, 2, 1, 0]
    """
    most = np.maximum(counts - 1, 0)
    exact = counts * (wanted / counts.sum())
    given: Numbers = np.clip(np.floor(exact).astype(np.int64), np.minimum(1, most), most)
    while given.sum() < min(wanted, most.sum()):
        given[np.argmax(np.where(given < most, exact - given, -np.inf))] += 1
    while given.sum() > wanted:
        # First from classes with several; only when each is down to one do the smallest go without.
        surplus = np.where(given > 1, given - exact, np.where(given == 1, -np.inf if (given > 1).any() else -exact, -np.inf))
        given[np.argmax(surplus)] -= 1
    return given


def groups_nearest(sizes: Numbers, wanted: int, order: Numbers) -> list[int]:
    """Groups, taken in this order, whose sizes add up to about `wanted`; at least one, and never all.

    >>> groups_nearest(np.array([50, 2, 4]), wanted=6, order=np.array([1, 0, 2]))
    [1, 2]
    """
    chosen: list[int] = []
    total = 0
    for group in order.tolist():
        nearer = abs(total + sizes[group] - wanted) < abs(total - wanted)
        if nearer and len(chosen) < len(sizes) - 1:
            chosen.append(group)
            total += int(sizes[group])
    return chosen or [min(order.tolist(), key=lambda group: sizes[group])]
