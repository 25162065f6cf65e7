"""A random forest by scikit-learn, as arrays."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from torch import Tensor

from fledge.classic.fitted import Fitted
from fledge.classic.material import Material
from fledge.core.seeds import key
from fledge.data.parallel import usual_workers
from fledge.models.goal import Goal
from fledge.models.trees import Trees, TreesNet

TREES = 100
_DEPTH = 64
_ROOM = 1.6e7
"""Numbers that a forest may hold, 64 MB of them."""


def forest(material: Material, seed: int) -> Fitted:
    """Trees grown on draws of the examples, whose shares (for numbers, values) are averaged."""
    classes = material.goal == "classes"
    # Large data and many classes make large leaves, so that a forest stays a file of reasonable size.
    least = math.ceil(len(material) * TREES * (material.outputs + 8) / _ROOM)
    kind = RandomForestClassifier if classes else RandomForestRegressor
    trees = kind(
        TREES,
        max_features="sqrt" if material.goal != "numbers" else 1 / 3,
        max_depth=_DEPTH,
        min_samples_leaf=least,
        random_state=key(seed, "forest") & 0xFFFFFFFF,
    )
    targets = material.targets.numpy()
    grow(trees, material.features.numpy(), targets[:, 0] if targets.ndim == 2 and targets.shape[1] == 1 else targets)
    places = trees.classes_ if classes else np.arange(material.outputs)
    inputs = material.features.shape[1]
    architecture, model = as_trees(trees, places, inputs=inputs, outputs=material.outputs, goal=material.goal)
    return Fitted.on(material, model, architecture)


def grow(trees: Any, features: NDArray[Any], targets: NDArray[Any]) -> None:
    """Grows a forest of scikit-learn's by several threads; what is warned of meanwhile is said afterwards.

    Each of its threads swaps the whole process's filters for warnings for a while, and two at once may leave them
    empty for good. So what they swap is put away afterwards, and what they warn of when it is empty is dropped.
    """
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        trees.set_params(n_jobs=usual_workers()).fit(features, targets)
    for each in heard:
        if "`sklearn.utils.parallel.delayed`" not in str(each.message):
            warnings.warn_explicit(each.message, each.category, each.filename, each.lineno)


def as_trees(forest: Any, places: NDArray[np.int64], *, inputs: int, outputs: int, goal: Goal) -> tuple[TreesNet, Trees]:
    """The trees of a forest as one table of nodes; `places` says which output each of its values is."""
    trees = [each.tree_ for each in forest.estimators_]
    starts = np.cumsum([0, *(tree.node_count for tree in trees)])
    nodes = np.arange(starts[-1])
    ends = np.concatenate([tree.children_left < 0 for tree in trees])
    offsets = np.repeat(starts[:-1], np.diff(starts))
    onward = {side: np.concatenate([getattr(tree, f"children_{side}") for tree in trees]) for side in ("left", "right")}
    values = np.concatenate([tree.value.reshape(tree.node_count, -1) for tree in trees])[ends]
    leaves = np.zeros((len(values), outputs))
    leaves[:, places] = values
    arrays = {
        "roots": starts[:-1],
        "feature": np.where(ends, 0, np.concatenate([tree.feature for tree in trees])),
        "left": np.where(ends, nodes, onward["left"] + offsets),
        "right": np.where(ends, nodes, onward["right"] + offsets),
        "leaf": np.where(ends, np.cumsum(ends) - 1, 0),
    }
    thresholds = np.where(ends, 0.0, np.concatenate([tree.threshold for tree in trees]))
    depth = max(tree.max_depth for tree in trees)
    shape = TreesNet(inputs, outputs, goal, len(trees), len(nodes), len(leaves), depth)
    state = {name: torch.from_numpy(array.astype(np.int32)) for name, array in arrays.items()}
    state |= {"threshold": rounded_down(thresholds), "values": torch.from_numpy(leaves.astype(np.float32))}
    model = shape.build()
    model.load_state_dict(state)
    return shape, model


def rounded_down(thresholds: NDArray[np.float64]) -> Tensor:
    """Thresholds as float32, none rounded up: a float32 is at most the one exactly if it is at most the other."""
    rounded = thresholds.astype(np.float32)
    above = rounded > thresholds
    rounded[above] = np.nextafter(rounded[above], np.float32(-np.inf))
    return torch.from_numpy(rounded)
