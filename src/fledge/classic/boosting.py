"""Histogram gradient boosting by scikit-learn, as arrays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from fledge.classic.fitted import Fitted
from fledge.classic.forest import rounded_down
from fledge.classic.material import Material
from fledge.core.seeds import key
from fledge.models.boosted import Boosted, BoostedNet
from fledge.models.row_features import RowFeatures

_PLACES = 255
"""So many places of a category can be told apart in one question."""
_MANY = 2000
"""From so many examples on, some are kept apart to find out when to stop."""
_NEVER = -100.0
MUCH = 2_000_000
"""Numbers from which on trees are grown in several threads."""


def boosting(material: Material, seed: int) -> Fitted:
    """Small trees, each grown on what those before it got wrong."""
    features, targets = material.features.numpy(), material.targets.numpy()
    if material.goal == "numbers":
        return _of_numbers(material, features, targets.reshape(len(targets), -1), seed)
    met = np.unique(targets)
    if len(met) < 2:
        return always(material, met)
    with few_threads(material):
        grown = HistGradientBoostingClassifier(**_settings(material, seed)).fit(features, targets)
    architecture, model = as_boosted([grown], _outputs(met, material.outputs), material)
    with torch.no_grad():
        model.start[[place for place in range(material.outputs) if place not in met]] = _NEVER
    return Fitted.on(material, model, architecture)


def as_boosted(grown: list[Any], outputs: list[int], material: Material) -> tuple[BoostedNet, Boosted]:
    """Fitted models as one table of nodes; `outputs` says to which output each of their rounds' trees adds."""
    trees: list[dict[str, NDArray[Any]]] = []
    output, start = [], np.zeros(material.outputs)
    places = iter(outputs)
    for each in grown:
        own = [next(places) for _ in range(each.n_trees_per_iteration_)]
        start[own] += np.ravel(each._baseline_prediction)
        columns, names = _columns(each, material.features.shape[1])
        for iteration in each._predictors:
            for place, predictor in zip(own, iteration, strict=True):
                trees.append(_tree(predictor, columns, names))
                output.append(place)
    return together(trees, output, start, material)


def together(
    trees: list[dict[str, NDArray[Any]]], output: list[int], start: NDArray[np.float64], material: Material
) -> tuple[BoostedNet, Boosted]:
    """Trees as one table. Each has, node by node, feature, threshold, left, right, value, and sets (of places, or None)."""
    starts = np.cumsum([0, *(len(tree["feature"]) for tree in trees)])
    sets = [each for tree in trees for each in tree["sets"] if each is not None]
    slots = len(sets[0]) if sets else 1
    shape = BoostedNet(
        material.features.shape[1],
        material.outputs,
        len(trees),
        int(starts[-1]),
        max(_depth(tree) for tree in trees),
        len(sets),
        slots,
    )
    state = {name: np.concatenate([tree[name] for tree in trees]) for name in ("feature", "threshold", "value")}
    for side in ("left", "right"):
        state[side] = np.concatenate([tree[side].astype(np.int64) + first for tree, first in zip(trees, starts, strict=False)])
    arrays: dict[str, Any] = {name: torch.from_numpy(state[name].astype(np.int32)) for name in ("feature", "left", "right")}
    arrays["threshold"] = rounded_down(state["threshold"].astype(np.float64))
    arrays["value"] = torch.from_numpy(state["value"].astype(np.float32))
    arrays["roots"] = torch.from_numpy(starts[:-1].astype(np.int32))
    arrays["output"] = torch.tensor(output, dtype=torch.int32)
    arrays["start"] = torch.from_numpy(start.astype(np.float32))
    if sets:
        has = np.array([each is not None for tree in trees for each in tree["sets"]])
        arrays["place_set"] = torch.from_numpy(np.where(has, has.cumsum(), 0).astype(np.int32))
        arrays["sets"] = torch.from_numpy(np.stack([np.zeros(slots, bool), *sets]))
    model = shape.build()
    model.load_state_dict(arrays)
    return shape, model


def _settings(material: Material, seed: int) -> dict[str, Any]:
    many = len(material) >= _MANY
    return {
        "learning_rate": 0.06,
        "max_iter": 600 if many else 150,
        "max_leaf_nodes": 31 if many else 15,
        "min_samples_leaf": 20 if many else 10,
        "l2_regularization": 1.0,
        "early_stopping": many,
        "n_iter_no_change": 15,
        "categorical_features": _categorical(material),
        "random_state": key(seed, "boosting") & 0xFFFFFFFF,
    }


def _categorical(material: Material) -> list[int]:
    """The features that are places of names, if not too many."""
    maker = material.maker
    slots = maker.slots if isinstance(maker, RowFeatures) else ()
    return [place for place, count in enumerate(slots) if count <= _PLACES]


def _of_numbers(material: Material, features: NDArray[Any], targets: NDArray[Any], seed: int) -> Fitted:
    with few_threads(material):
        grown = [HistGradientBoostingRegressor(**_settings(material, seed)).fit(features, column) for column in targets.T]
    architecture, model = as_boosted(grown, list(range(material.outputs)), material)
    return Fitted.on(material, model, architecture)


def _outputs(met: NDArray[np.int64], outputs: int) -> list[int]:
    """The outputs of the trees of a round; of two classes only the second has one: the first one's is 0."""
    return [int(met[1])] if len(met) == 2 else [int(each) for each in met]


@contextmanager
def few_threads(material: Material) -> Iterator[None]:
    """One thread where there is little to do: of many small loops, threads wait for each other longer than they work."""
    with threadpool_limits(1 if material.features.numel() < MUCH else None, "openmp"):
        yield


def always(material: Material, met: NDArray[np.int64]) -> Fitted:
    """One class is all that there is."""
    start = np.full(material.outputs, _NEVER)
    start[met] = 0.0
    leaf = {name: np.zeros(1) for name in ("feature", "left", "right", "threshold", "value")}
    shape, model = together([{**leaf, "sets": np.array([None], object)}], [0], start, material)
    return Fitted.on(material, model, shape)


def _columns(grown: Any, width: int) -> tuple[list[int], list[NDArray[Any] | None]]:
    """Which of our features each of theirs is, for they put categories first; and the places that codes of categories mean."""
    known = grown.is_categorical_
    if known is None or not known.any():
        return list(range(width)), [None] * width
    theirs = [place for place in range(width) if known[place]] + [place for place in range(width) if not known[place]]
    codes = grown._preprocessor.named_transformers_["encoder"].categories_
    return theirs, [*codes, *[None] * (width - len(codes))]


def _tree(predictor: Any, columns: list[int], codes: list[NDArray[Any] | None]) -> dict[str, NDArray[Any]]:
    nodes, places = predictor.nodes, np.arange(len(predictor.nodes))
    ends = nodes["is_leaf"].astype(bool)
    sets = np.full(len(nodes), None, object)
    for place in np.flatnonzero(nodes["is_categorical"].astype(bool) & ~ends):
        sets[place] = _set(predictor, nodes[place], codes[nodes["feature_idx"][place]])
    return {
        "feature": np.where(ends, 0, np.asarray(columns)[np.where(ends, 0, nodes["feature_idx"])]),
        "threshold": np.where(ends, 0.0, nodes["num_threshold"]),
        "left": np.where(ends, places, nodes["left"]),
        "right": np.where(ends, places, nodes["right"]),
        "value": np.where(ends, nodes["value"], 0.0),
        "sets": sets,
    }


def _set(predictor: Any, node: Any, codes: NDArray[Any] | None) -> NDArray[np.bool_]:
    """Which places go to the left; those that were never met go where missing ones do."""
    assert codes is not None, "a set belongs to a category"
    words = predictor.raw_left_cat_bitsets[node["bitset_idx"]]
    left = np.full(_PLACES + 1, bool(node["missing_go_to_left"]))
    for code, place in enumerate(codes):
        if place == place:
            left[int(place)] = bool(words[code // 32] >> np.uint32(code % 32) & np.uint32(1))
    return left


def _depth(tree: dict[str, NDArray[Any]]) -> int:
    """How many questions lie between the root and the farthest leaf."""
    depth, level = 0, np.array([0])
    while True:
        inner = level[tree["left"].astype(np.int64)[level] != level]
        if not len(inner):
            return depth
        level = np.concatenate([tree["left"][inner], tree["right"][inner]]).astype(np.int64)
        depth += 1
