"""Boosted trees by XGBoost, as arrays: the one place that knows of it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import xgboost
from numpy.typing import NDArray

from fledge.classic.boosting import MUCH, always, together
from fledge.classic.fitted import Fitted
from fledge.classic.material import Material
from fledge.core.seeds import generator, key
from fledge.data.parallel import usual_workers
from fledge.models.boosted import Boosted, BoostedNet

_MANY = 2000
"""From so many examples on, some are kept apart to find out when to stop."""
_APART = 0.1
_NEVER = -100.0


def extreme(material: Material, seed: int) -> Fitted:
    """Trees that are grown on second derivatives and kept small by penalties."""
    features, targets = material.features.numpy(), material.targets.numpy()
    if material.goal != "classes":
        columns = targets.reshape(len(targets), -1).T
        grown = [_grown(features, column, {"objective": "reg:squarederror"}, seed) for column in columns]
        outputs = [[place] for place in range(len(grown))]
        architecture, model = as_boosted(grown, outputs, np.zeros(material.outputs), material)
        return Fitted.on(material, model, architecture)
    met, codes = np.unique(targets, return_inverse=True)
    if len(met) < 2:
        return always(material, met)
    two = len(met) == 2
    objective = {"objective": "binary:logistic"} if two else {"objective": "multi:softprob", "num_class": len(met)}
    one = _grown(features, codes, objective, seed)
    start = np.full(material.outputs, _NEVER)
    start[met] = 0.0
    architecture, model = as_boosted([one], [[int(met[1])] if two else met.tolist()], start, material)
    return Fitted.on(material, model, architecture)


def as_boosted(
    grown: list[xgboost.Booster], outputs: list[list[int]], start: NDArray[np.float64], material: Material
) -> tuple[BoostedNet, Boosted]:
    """Boosters as one table of nodes; `outputs` says to which outputs the trees of each round add."""
    trees, output = [], []
    for each, own in zip(grown, outputs, strict=True):
        learner = json.loads(bytes(each.save_raw("json")))["learner"]
        start[own] += _margins(learner)
        model = learner["gradient_booster"]["model"]
        for tree, place in zip(model["trees"], model["tree_info"], strict=True):
            trees.append(_tree(tree))
            output.append(own[place])
    return together(trees, output, start, material)


def _grown(features: NDArray[Any], targets: NDArray[Any], objective: dict[str, Any], seed: int) -> xgboost.Booster:
    many = len(features) >= _MANY
    settings = {
        "eta": 0.06,
        "max_depth": 6 if many else 4,
        "min_child_weight": 2,
        "subsample": 0.8,
        "colsample_bytree": 0.7,
        "lambda": 2.0,
        "tree_method": "hist",
        "nthread": 1 if features.size < MUCH else usual_workers(),
        "seed": key(seed, "extreme") & 0x7FFFFFFF,
        "verbosity": 0,
        **objective,
    }
    if not many:
        return xgboost.train(settings, xgboost.DMatrix(features, targets), 250)
    apart = generator(seed, "extreme").random(len(features)) < _APART
    learned, held = (xgboost.DMatrix(features[side], targets[side]) for side in (~apart, apart))
    stopped = xgboost.train(settings, learned, 1000, evals=[(held, "held")], early_stopping_rounds=20, verbose_eval=False)
    return stopped[: stopped.best_iteration + 1]


def _margins(learner: dict[str, Any]) -> NDArray[np.float64]:
    """What the sums start from: the base score, as the objective sees it."""
    base = np.asarray(json.loads(_bracketed(learner["learner_model_param"]["base_score"])), np.float64)
    return np.log(base / (1 - base)) if learner["objective"]["name"] == "binary:logistic" else base


def _bracketed(text: str) -> str:
    return text if text.startswith("[") else f"[{text}]"


def _tree(tree: dict[str, Any]) -> dict[str, NDArray[Any]]:
    left, right = np.asarray(tree["left_children"]), np.asarray(tree["right_children"])
    ends, places = left < 0, np.arange(len(left))
    conditions = np.asarray(tree["split_conditions"], np.float32)
    return {
        "feature": np.where(ends, 0, np.asarray(tree["split_indices"])),
        # They go left below a threshold, and we do at most at one.
        "threshold": np.where(ends, 0, np.nextafter(conditions, np.float32(-np.inf))),
        "left": np.where(ends, places, left),
        "right": np.where(ends, places, right),
        "value": np.where(ends, conditions, 0),
        "sets": np.full(len(left), None, object),
    }
