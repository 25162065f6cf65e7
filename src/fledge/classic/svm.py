"""A support vector machine by scikit-learn, as the examples it keeps and their weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC, SVR

from fledge.classic.fitted import Fitted
from fledge.classic.linear import Scaling
from fledge.classic.material import Material, named
from fledge.core.seeds import generator
from fledge.models.kernel import KernelNet

Floats = NDArray[Any]

_MOST = 4000
"""Examples that one machine is fitted to: the time it takes grows with the square of their number."""
_APART = 4
"""One example in so many is kept apart, to find out how sure the machine may be."""


def svm(material: Material, seed: int) -> Fitted:
    """A machine for each output; for classes, how far an input lies from the border is turned into a probability."""
    machines = material.outputs if material.outputs > 2 or material.goal == "numbers" else 1
    count = min(len(material), max(500, int(_MOST / machines**0.5)))
    kept = np.sort(generator(seed, "svm").choice(len(material), count, replace=False))
    scaling = Scaling.of(material.features.numpy()[kept], named=named(material))
    features, targets = scaling(material.features.numpy()[kept]), material.targets.numpy()[kept]
    gamma = 1.0 / max(1, features.shape[1])
    fit = _classes if material.goal == "classes" else _numbers
    weights, bias = fit(features, targets, material.outputs, gamma)
    used = np.flatnonzero((weights != 0).any(0))
    used = used if len(used) else np.array([0])
    architecture = KernelNet(features.shape[1], material.outputs, len(used))
    model = architecture.build()
    state = {
        "mean": scaling.mean,
        "spread": scaling.spread,
        "gamma": np.asarray(gamma),
        "examples": features[used],
        "weights": weights[:, used],
        "bias": bias,
    }
    model.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(each, np.float32)) for name, each in state.items()})
    return Fitted.on(material, model, architecture, f"of {count:,}" if count < len(material) else "")


def _classes(features: Floats, targets: Floats, outputs: int, gamma: float) -> tuple[Floats, Floats]:
    """Weights of all examples (outputs, examples) and bias; of two classes only the difference is learned."""
    weights, bias = np.zeros((outputs, len(features))), np.zeros(outputs)
    for place in [1] if outputs == 2 else range(outputs):
        coefficients, intercept = _machine(features, targets == place, gamma)
        weights[place], bias[place] = coefficients, intercept
    return weights, bias


def _machine(features: Floats, yes: NDArray[np.bool_], gamma: float) -> tuple[Floats, float]:
    """One class against the rest, on the scale of logarithms of odds."""
    if yes.all() or not yes.any():
        return np.zeros(len(features)), 20.0 if yes.all() else -20.0
    apart = np.arange(len(features)) % _APART == 0
    slope, shift = _odds(features, yes, apart, gamma)
    fitted = SVC(gamma=gamma).fit(features, yes)
    coefficients = np.zeros(len(features))
    coefficients[fitted.support_] = fitted.dual_coef_[0]
    return slope * coefficients, slope * float(fitted.intercept_[0]) + shift


def _odds(features: Floats, yes: NDArray[np.bool_], apart: NDArray[np.bool_], gamma: float) -> tuple[float, float]:
    """Which line makes odds of distances, by examples the machine was not fitted to."""
    if len(set(yes[apart])) < 2 or len(set(yes[~apart])) < 2:
        return 1.0, 0.0
    said = SVC(gamma=gamma).fit(features[~apart], yes[~apart]).decision_function(features[apart])
    line = LogisticRegression().fit(said[:, None], yes[apart])
    return max(float(line.coef_[0, 0]), 1e-3), float(line.intercept_[0])


def _numbers(features: Floats, targets: Floats, outputs: int, gamma: float) -> tuple[Floats, Floats]:
    weights, bias = np.zeros((outputs, len(features))), np.zeros(outputs)
    for place, column in enumerate(targets.reshape(len(targets), -1).T):
        fitted = SVR(gamma=gamma).fit(features, column)
        weights[place, fitted.support_], bias[place] = fitted.dual_coef_[0], float(fitted.intercept_[0])
    return weights, bias
