"""Logistic regression and ridge regression, by scikit-learn, as a linear layer."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, RidgeCV
from torch import Tensor, nn

from fledge.classic.fitted import Fitted
from fledge.classic.material import Material
from fledge.models.goal import Goal
from fledge.models.linear import LinearNet

Floats = NDArray[Any]

_STRENGTH = 0.01
"""How much the examples count against small weights: little, for features are many and examples few."""
_WORK = 2e11
"""Multiplications that a fit may take, half a minute or so."""
_PENALTIES = np.logspace(0, 6, 13)
_NEVER = -100.0
"""The score of a class that no example has."""
_CONSTANT = 1e-4


@final
@dataclass(frozen=True, eq=False)
class Scaling:
    """The mean and spread of each feature; one that never varies keeps its scale."""

    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, features: Floats, named: int = 0) -> Self:
        """What brings these features to mean 0 and spread 1; the first `named` of them are ones and zeros, and stay so."""
        mean, spread = features.mean(0, dtype=np.float64), features.std(0, dtype=np.float64)
        spread[spread < _CONSTANT] = 1.0
        mean[:named], spread[:named] = 0.0, 1.0
        return cls(mean, spread)

    def __call__(self, features: Floats) -> Floats:
        scaled: Floats = ((features - self.mean) / self.spread).astype(np.float32)
        return scaled


def linear(material: Material, _: int) -> Fitted:
    """Logistic regression for classes and tags, ridge regression for numbers, as one linear layer on the features."""
    outputs = material.outputs
    features = material.features.numpy()
    scaling = Scaling.of(features)
    weights, bias, note = weights_of(scaling(features), material.targets.numpy(), material.goal, outputs)
    architecture = LinearNet(features.shape[1], outputs)
    layer = architecture.build()
    # The scaling is folded into the weights.
    folded = weights / scaling.spread
    fill(layer, folded, bias - folded @ scaling.mean)
    return Fitted.on(material, layer, architecture, note)


def weights_of(scaled: Floats, targets: Floats, goal: Goal, outputs: int) -> tuple[Floats, Floats, str]:
    """Weights (outputs, features) and bias (outputs) for scaled features, and what is to be said of them."""
    match goal:
        case "classes":
            return _class_weights(scaled, targets, outputs)
        case "tags":
            found = [_tag_weights(scaled, tag) for tag in targets.T]
            return np.stack([each[0] for each in found]), np.array([each[1] for each in found]), _joined(found)
        case "numbers" if len(targets) == 1:  # there is nothing to compare it with
            return np.zeros((outputs, scaled.shape[1])), targets[0], ""
        case "numbers":
            ridge = RidgeCV(_PENALTIES, alpha_per_target=True).fit(scaled.astype(np.float64), targets.astype(np.float64))
            return np.atleast_2d(ridge.coef_), np.atleast_1d(ridge.intercept_), ""


def fill(layer: nn.Linear, weights: Floats, bias: Floats) -> None:
    """Puts weights and bias into a linear layer."""
    layer.load_state_dict({"weight": _tensor(weights), "bias": _tensor(bias)})


def _class_weights(scaled: Floats, targets: Floats, outputs: int) -> tuple[Floats, Floats, str]:
    met, weights, bias = np.unique(targets), np.zeros((outputs, scaled.shape[1])), np.full(outputs, _NEVER)
    if len(met) == 1:
        bias[met] = 0.0
        return weights, bias, ""
    found, note = _regressed(scaled, targets, len(met))
    coefficients, intercepts = found.coef_, found.intercept_
    if len(met) == 2:  # only the difference is learned: each takes half of it
        coefficients, intercepts = (np.concatenate([-each, each]) / 2 for each in (coefficients, intercepts))
    weights[met], bias[met] = coefficients, intercepts
    return weights, bias, note


def _tag_weights(scaled: Floats, present: Floats) -> tuple[Floats, float, str]:
    if present.min() == present.max():
        return np.zeros(scaled.shape[1]), -_NEVER if present[0] else _NEVER, ""
    found, note = _regressed(scaled, present, 2)
    return found.coef_[0], float(found.intercept_[0]), note


def _regressed(scaled: Floats, targets: Floats, classes: int) -> tuple[LogisticRegression, str]:
    steps = int(np.clip(_WORK / (4 * scaled.size * classes), 20, 500))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # said in the note
        found = LogisticRegression(C=_STRENGTH, tol=1e-3, max_iter=steps).fit(scaled, targets)
    return found, f"stopped after {steps} steps" if found.n_iter_.max() >= steps else ""


def _joined(found: list[tuple[Floats, float, str]]) -> str:
    return next((note for *_, note in found if note), "")


def _tensor(values: Floats) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
