"""Rules, classic models, networks: tried one after the other on the same held-back items."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter

import torch

from fledge.classic.candidate import Candidate
from fledge.core.errors import OutOfMemory, TrainingError, listed
from fledge.jobs.averaging import NAME, averaged, members
from fledge.jobs.board import heading, line
from fledge.jobs.deadline import Allowance
from fledge.jobs.medium import Network
from fledge.jobs.planning import Plan
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.telling import Teller, TellTraining
from fledge.jobs.tried import Made, Trials, Tried, best_of, simplest_good_enough
from fledge.predictor.card import Card
from fledge.predictor.predictor import Predictor
from fledge.training.asking import EXAMPLES
from fledge.training.checkpoint import checkpoints


def everything_tried(plan: Plan, folder: RunFolder, allowance: Allowance, tell: Teller) -> list[Tried]:
    """Rules, classic models, then networks from quick to slow, while they gain and there is time."""
    trials = Trials(folder, plan.valid)
    tried: list[Tried] = []
    tell("")
    tell(heading(plan.valid.count, plan.medium.noun, plan.task.metrics(plan.codec)[0].name))
    for candidate in plan.candidates:
        if tried and allowance.left <= 0:
            tell(f"  {candidate.name}: not tried, for the time is up (--time)")
            continue
        tried.append(trials.of(candidate.name, candidate.kind, partial(_fitted, candidate, plan)))
        tell(told(tried[-1]))
    for network in plan.networks:
        one = _network_tried(network, trials, allowance, tell)
        if one is None:
            continue
        tried.append(one)
        tell(told(one))
        if one.measured.perfect:
            break
    if plan.medium.averages and plan.settings.model is None and (best := members(tried)) and allowance.left > 0:
        tried.append(trials.of(NAME, "average", partial(averaged, best, plan)))
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


def _fitted(candidate: Candidate, plan: Plan) -> Made:
    """A simple thing fitted to the training part, as a predictor."""
    fitted = candidate.fit(plan.train, plan.settings.seed)
    card = Card.now(name=candidate.name, trained_on=plan.train.count, held_back=plan.valid.count, seed=plan.settings.seed)
    predictor = Predictor(plan.task, plan.codec, fitted.model, fitted.architecture, card)
    return Made(predictor.with_examples(list(plan.valid.samples.inputs[:EXAMPLES])), note=fitted.note)


def _network_tried(network: Network, trials: Trials, allowance: Allowance, tell: Teller) -> Tried | None:
    """One network, if there is time; one that fails is said, and the others go on."""
    place = trials.folder.checkpoint(network.name)
    tried = trials.kept(network.name)
    if tried is None:
        began = perf_counter()
        try:
            with _threads(network.threads):
                made = _taught(network, place, allowance, tell)
        except (TrainingError, OutOfMemory) as error:
            tell(f"  {network.name}: failed: {error.message}")
            return None
        if made is None:
            tell(f"  {network.name}: not tried, for {max(allowance.left, 0):.0f} s are too short for an epoch (--time)")
            return None
        tried = trials.added(network.name, "network", made, perf_counter() - began)
    shutil.rmtree(place, ignore_errors=True)  # only now, for until it is kept elsewhere it may have to go on from there
    return tried


def _taught(network: Network, place: Path, allowance: Allowance, tell: Teller) -> Made | None:
    """A network taught from the start, or from where an earlier process left it; nothing if not an epoch fits into the time."""
    learner = network.learner(place, [TellTraining(tell, network.name)])
    # Once the features are there, a head takes seconds: cut short it would have been for nothing.
    deadline = [] if network.once else allowance.callbacks()
    if checkpoints(place):
        learner.callbacks += deadline
        learner.resume()
    else:
        epochs = allowance.epochs(learner, network.epochs, passes=network.passes, once=network.once)
        if epochs < 1:
            return None
        learner.callbacks += deadline
        network.fit(learner, epochs)
    assert learner.run is not None, "a learner that was taught has had a run"
    return Made(learner.predictor(network.name), learner.history, learner.run.plan, learner.run.stopped or "")


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """Computes with so many threads for a while."""
    usual = torch.get_num_threads()
    torch.set_num_threads(count or usual)
    try:
        yield
    finally:
        torch.set_num_threads(usual)
