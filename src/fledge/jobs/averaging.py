"""The mean of the best models, tried last: for those who want the most and mind neither size nor time."""

from __future__ import annotations

from collections.abc import Sequence

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


def members(tried: Sequence[Tried]) -> list[Tried]:
    """The best, by the held-back part; rules are left out. None where there are too few for a mean to be of use."""
    looking = [each for each in tried if each.kind != "rule"]
    if len(looking) < MEMBERS:
        return []
    sign = -1 if looking[0].measured.metric.higher_is_better else 1
    best = sorted(looking, key=lambda each: sign * each.measured.figure.value)[:MEMBERS]
    return sorted(best, key=looking.index)


def averaged(best: Sequence[Tried], plan: Plan) -> Made:
    """Their mean as one model, kept in one file."""
    goal = goal_of(plan.codec.target)
    assert goal is not None, "only what has a goal is averaged"
    architecture = AverageNet(tuple(each.predictor.architecture for each in best), goal)
    model = Average([each.predictor.model for each in best], goal)
    card = Card.now(name=NAME, trained_on=plan.train.count, held_back=plan.valid.count, seed=plan.settings.seed)
    predictor = Predictor(plan.task, plan.codec, model, architecture, card)
    note = listed([each.name for each in best])
    return Made(predictor.with_examples(list(plan.valid.samples.inputs[:EXAMPLES])), note=note)
