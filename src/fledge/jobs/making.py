"""How a model comes about: something simple is fitted, a network taught."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from fledge.classic.candidate import Candidate
from fledge.jobs.deadline import Allowance
from fledge.jobs.measuring import tuned
from fledge.jobs.medium import Network
from fledge.jobs.planning import Plan
from fledge.jobs.telling import Teller, TellTraining
from fledge.jobs.tried import Made
from fledge.predictor.card import Card
from fledge.predictor.predictor import Predictor
from fledge.training.asking import EXAMPLES
from fledge.training.checkpoint import checkpoints


def fitted(candidate: Candidate, plan: Plan) -> Made:
    """A simple thing fitted to the training part, as a predictor."""
    fitted = candidate.fit(plan.train, plan.settings.seed)
    card = Card.now(name=candidate.name, trained_on=plan.train.count, held_back=plan.valid.count, seed=plan.settings.seed)
    predictor = tuned(Predictor(plan.task, plan.codec, fitted.model, fitted.architecture, card), plan.valid)
    return Made(predictor.with_examples(list(plan.valid.samples.inputs[:EXAMPLES])), note=fitted.note)


def taught(network: Network, place: Path, allowance: Allowance, tell: Teller) -> Made | None:
    """A network taught from the start, or from where an earlier process left it; nothing if not an epoch fits into the time."""
    learner = network.learner(place, [TellTraining(tell, network.name)])
    # Once the features are there, a head takes seconds: cut short it would have been for nothing.
    deadline = [] if network.once else allowance.callbacks()
    with _threads(network.threads):
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
