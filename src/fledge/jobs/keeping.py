"""The model that is kept: the one that was chosen, which where it was judged by folds learns once more, from everything."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace

from fledge.core.errors import TrainingError
from fledge.jobs.averaging import averaged, members
from fledge.jobs.deadline import Allowance
from fledge.jobs.making import fitted, taught
from fledge.jobs.planning import Plan
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.telling import Teller
from fledge.jobs.tried import Made, Tried
from fledge.predictor.predictor import Predictor


def kept_model(plan: Plan, tried: Sequence[Tried], winner: Tried, folder: RunFolder, tell: Teller) -> Predictor:
    """The model that was chosen; where there are folds, made again of all that there is to learn from."""
    if plan.whole is None:
        return winner.predictor
    if winner.kind == "average":
        best = members(tried)
        parts = [_made(plan, plan.whole, each, folder, tell).predictor for each in best]
        predictor = averaged(parts, [each.name for each in best], plan.whole).predictor
    else:
        predictor = _made(plan, plan.whole, winner, folder, tell).predictor
    judged = (
        f"judged in {len(plan.folds) + 1} folds, each told by a model that learned from the others; this one learned from all"
    )
    card = replace(predictor.card, held_back=plan.judged.count, remarks=(*predictor.card.remarks, judged))
    return replace(predictor, card=card)


def _made(plan: Plan, whole: Plan, one: Tried, folder: RunFolder, tell: Teller) -> Made:
    """One of the things that were tried, made of everything."""
    tell.working(f"{one.name} learns from everything")
    names = [each.name for each in plan.candidates]
    if one.name in names:
        return fitted(whole.candidates[names.index(one.name)], whole)
    network = next(each for each in whole.networks if each.name == one.name)
    place = folder.checkpoint(f"{one.name} whole")
    made = taught(network, place, Allowance(None), tell)
    if made is None:
        raise TrainingError(f"{one.name} had no time to learn from everything", hint="leave --time out")
    shutil.rmtree(place, ignore_errors=True)
    return made
