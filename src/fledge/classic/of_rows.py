"""The simple things to try on the rows of a table, from quick to slow."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from importlib.util import find_spec
from typing import Any

from fledge.classic.boosting import boosting
from fledge.classic.candidate import Candidate, of_features
from fledge.classic.fitted import Fitted
from fledge.classic.forest import forest
from fledge.classic.linear import linear
from fledge.classic.material import Material
from fledge.classic.naive_bayes import naive_bayes
from fledge.classic.neighbours import neighbours
from fledge.classic.one_rule import ONE_RULE, one_rule
from fledge.classic.svm import svm
from fledge.data.loader import Loader
from fledge.models.goal import Goal
from fledge.models.row_features import Form, RowFeatures
from fledge.transforms.row import Row
from fledge.transforms.transform import Codec

Fit = Callable[[Material, int], Fitted]


def row_features(row: Row, form: Form) -> RowFeatures:
    """What makes features of rows that this transform encodes."""
    return RowFeatures(row.slots, row.steps, len(row.flagged), form)


def of_rows(codec: Codec[Row, Any], outputs: int, goal: Goal) -> list[Candidate]:
    """Each model on the form of the features that it does well with; what several share is made once."""
    makers: dict[Form, Callable[[Loader, int], Material]] = {}
    for form in ("plain", "bends", "points", "cells"):
        makers[form] = _material(row_features(codec.input, form), outputs)
    return [Candidate(name, "classic", of_features(fit, makers[form])) for name, form, fit in _models(codec, goal)]


def _material(maker: RowFeatures, outputs: int) -> Callable[[Loader, int], Material]:
    return lru_cache(maxsize=1)(lambda loader, seed: Material.of(loader, outputs, maker, seed, most=maker.most))


def _models(codec: Codec[Row, Any], goal: Goal) -> list[tuple[str, Form, Fit]]:
    regression = "ridge regression" if goal == "numbers" else "logistic regression"
    found: list[tuple[str, Form, Fit]] = [
        (ONE_RULE, "plain", lambda material, _: one_rule(material, codec)),
        (regression, "bends", linear),
        ("naive Bayes", "cells", naive_bayes),
        ("nearest neighbours", "points", partial(neighbours, nearest=15)),
        ("support vectors", "points", svm),
        ("random forest", "plain", forest),
        ("boosted trees", "plain", boosting),
    ]
    if goal == "numbers":
        found = [each for each in found if each[0] != "naive Bayes"]
    if find_spec("xgboost") is not None:
        from fledge.classic.extreme import extreme

        found.append(("XGBoost", "plain", extreme))
    return found
