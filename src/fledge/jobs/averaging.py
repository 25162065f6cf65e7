"""The mean of the best models, tried last: for those who want the most and mind neither size nor time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from fledge.classic.material import goal_of
from fledge.core.errors import listed
from fledge.jobs.planning import Plan
from fledge.jobs.tried import Made, Tried
from fledge.models.average import Average, AverageNet
from fledge.predictor.card import Card
from fledge.predictor.predictor import Predictor
from fledge.training.asking import EXAMPLES

MEMBERS = 3
NAME = f"average of the best {MEMBERS}"


def members(tried: Sequence[Tried], without: slice = slice(0)) -> list[Tried]:
    """The best by what is held back, but for a stretch of it; rules are left out. None where there are too few for a mean."""
    looking = [each for each in tried if each.kind in ("classic", "network")]
    if len(looking) < MEMBERS:
        return []
    best = sorted(looking, key=lambda each: -np.delete(each.measured.scores, without).mean())[:MEMBERS]
    return sorted(best, key=looking.index)


def means(tried: Sequence[Tried], plans: Sequence[Plan]) -> list[Callable[[], Made]]:
    """A mean for each fold of those that do best on the others, so that no row helps to choose what it is told by.

    Where there is one held-back part alone, the best on it are taken: their mean's figure is a little too good.
    """
    found: list[Callable[[], Made]] = []
    start = 0
    for fold, plan in enumerate(plans):
        own = slice(start, start + plan.valid.count) if len(plans) > 1 else slice(0)
        best = members(tried, own)
        found.append(partial(averaged, [each.on_folds[fold] for each in best], [each.name for each in members(tried)], plan))
        start += plan.valid.count
    return found


def averaged(best: Sequence[Predictor], names: Sequence[str], plan: Plan) -> Made:
    """The mean of models as one model, kept in one file; `names` are those to be said of it."""
    goal = goal_of(plan.codec.target)
    assert goal is not None, "only what has a goal is averaged"
    architecture = AverageNet(tuple(each.architecture for each in best), goal)
    model = Average([each.model for each in best], goal)
    card = Card.now(name=NAME, trained_on=plan.train.count, held_back=plan.valid.count, seed=plan.settings.seed)
    predictor = Predictor(plan.task, plan.codec, model, architecture, card)
    return Made(predictor.with_examples(list(plan.valid.samples.inputs[:EXAMPLES])), note=listed(names))
