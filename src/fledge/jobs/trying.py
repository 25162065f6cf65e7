"""Rules, classic models, networks: tried one after the other on the same held-back items."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import partial
from time import perf_counter

from fledge.core.errors import OutOfMemory, TrainingError, listed
from fledge.jobs.averaging import NAME, means, members
from fledge.jobs.board import heading, line
from fledge.jobs.deadline import Allowance
from fledge.jobs.making import fitted, taught
from fledge.jobs.medium import Network
from fledge.jobs.planning import Plan
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.telling import Teller
from fledge.jobs.tried import Made, Trials, Tried, best_of, simplest_good_enough


def everything_tried(plan: Plan, folder: RunFolder, allowance: Allowance, tell: Teller) -> list[Tried]:
    """Rules, classic models, then networks from quick to slow, while they gain and there is time.

    Where the plan has folds, each is tried on all of them.
    """
    plans = (plan, *plan.folds)
    trials = Trials(folder, [each.valid for each in plans])
    tried: list[Tried] = []
    tell("")
    tell(heading(plan.judged.count, plan.medium.noun, plan.task.metrics(plan.codec)[0].name))
    for place, candidate in enumerate(plan.candidates):
        if tried and allowance.left <= 0:
            tell(f"  {candidate.name}: not tried, for the time is up (--time)")
            continue
        tell.working(f"trying {candidate.name}")
        ways = [partial(fitted, each.candidates[place], each) for each in plans]
        tried.append(trials.of(candidate.name, candidate.kind, ways))
        tell(told(tried[-1]))
    for place in range(len(plan.networks)):
        one = _network_tried([each.networks[place] for each in plans], trials, allowance, tell)
        if one is None:
            continue
        tried.append(one)
        tell(told(one))
        if one.measured.perfect:
            break
    if plan.medium.averages and plan.settings.model is None and members(tried) and allowance.left > 0:
        tell.working(f"trying {NAME}")
        tried.append(trials.of(NAME, "average", means(tried, plans)))
        tell(told(tried[-1]))
    if not tried:
        raise TrainingError("nothing could be trained", hint="give it more time: --time")
    return tried


def chosen(tried: Sequence[Tried], model: str | None) -> Tried:
    """The one to recommend: the simplest within noise of the best, or the best network where one was asked for."""
    if model is None:
        return simplest_good_enough(tried)
    asked_for = [each for each in tried if each.kind == "network"]
    if not asked_for:
        names = listed([each.name for each in tried])
        raise TrainingError(f"{model} was not trained, only {names}", hint="give it more time: --time")
    return best_of(asked_for)


def told(tried: Tried) -> str:
    """A line of the leaderboard."""
    return line(tried.name, tried.measured.figure, tried.seconds, tried.note)


def _network_tried(networks: Sequence[Network], trials: Trials, allowance: Allowance, tell: Teller) -> Tried | None:
    """One network (for each fold, if there are any), if there is time; one that fails is said, and the others go on."""
    name = networks[0].name
    places = [trials.folder.checkpoint(name if not fold else f"{name} {fold + 1}") for fold in range(len(networks))]
    tried = trials.kept(name)
    if tried is None:
        began, made = perf_counter(), list[Made]()
        try:
            for network, place in zip(networks, places, strict=True):
                if (one := taught(network, place, allowance, tell)) is None:
                    tell(f"  {name}: not tried, for {max(allowance.left, 0):.0f} s are too short for an epoch (--time)")
                    return None
                made.append(one)
        except (TrainingError, OutOfMemory) as error:
            tell(f"  {name}: failed: {error.message}")
            return None
        tried = trials.added(name, "network", made, perf_counter() - began)
    for place in places:
        shutil.rmtree(place, ignore_errors=True)  # only now, for until it is kept elsewhere it may have to go on from there
    return tried
