"""What a learner's model says of data, while it is still being taught."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from fledge.core.errors import UnknownName, UsageError
from fledge.data.batch import Batch
from fledge.data.fingerprint import AnyLoader
from fledge.data.loader import Loader
from fledge.insight.interpretation import Interpretation
from fledge.insight.predictions import Predictions
from fledge.predictor.card import MOST_REMARKS, Card
from fledge.predictor.predictor import Predictor
from fledge.scoring.figure import Figure
from fledge.training.evaluate import Evaluation, evaluate, resting

if TYPE_CHECKING:
    from fledge.training.learner import Learner

EXAMPLES = 4
"""How many held-back inputs a model carries as its self-test."""


def loader_of(learner: Learner, dl: AnyLoader | str) -> AnyLoader:
    """A part of the data by name, or a loader as it is."""
    if not isinstance(dl, str):
        return dl
    if dl not in learner.dls.parts:
        raise UnknownName("part of the data", dl, learner.dls.parts)
    return learner.dls.parts[dl]


def looked(learner: Learner, loader: AnyLoader, *, views: Sequence[Iterator[Batch]] = (), exactly: bool = False) -> Evaluation:
    """One look at all items of a loader, averaged over `views`; `exactly` in float32, as an exported model computes."""
    if not len(loader):
        raise UsageError("there are no items to look at")
    found = evaluate(learner, learner.model, loader, nullcontext if exactly else learner.autocast, views=views)
    assert found is not None, "nothing stops this look"
    return found


def predictions_of(learner: Learner, loader: AnyLoader) -> Predictions:
    """Outputs, probabilities, targets and losses of every item."""
    return _as_predictions(learner, loader, looked(learner, loader))


def over_views(learner: Learner, loader: AnyLoader, n: int) -> Predictions:
    """The mean of what the model says of the items as they are and of `n` random views."""
    if n < 1:
        raise UsageError(f"n={n}: averaging takes at least one view", hint="tta(n=4)")
    if not isinstance(loader, Loader) or learner.task is None:
        raise UsageError("views can be made of loaders that a DataBlock built, and these are not")
    viewed = replace(loader, changes=learner.task.views(loader.changes or _training_changes(learner)))
    views = [viewed.epoch(view, train=True, shuffle=False) for view in range(n)]
    return _as_predictions(learner, loader, looked(learner, loader, views=views))


def figures_of(learner: Learner, loader: AnyLoader) -> dict[str, Figure]:
    """Loss and metrics, each with count and interval."""
    return _figures(looked(learner, loader))


def interpretation_of(learner: Learner, loader: AnyLoader) -> Interpretation:
    """Predictions held against what is true."""
    samples = loader.samples if isinstance(loader, Loader) else None
    if learner.dls.codec is None:
        raise UsageError("these loaders came without a codec, so nothing is known of what their numbers mean")
    return Interpretation(predictions_of(learner, loader), learner.dls.codec, samples)


@contextmanager
def as_predictor(learner: Learner) -> Iterator[Predictor]:
    """The model as a function for a while, on the learner's device; afterwards it trains on as before."""
    trained = [each for each in learner.model.parameters() if each.requires_grad]
    with resting(learner.model):
        try:
            yield _predictor(learner, copied=False)
        finally:
            for each in trained:
                each.requires_grad_(True)


def predictor_of(learner: Learner, name: str) -> Predictor:
    """The model as a function of its own: thresholds tuned on the held-back part, figures on its card, a self-test inside."""
    made = _predictor(learner, copied=True)
    dls = learner.dls
    held_back = looked(learner, dls.valid, exactly=True) if len(dls.valid) else None
    if held_back is not None and held_back.targets is not None:
        made = replace(made, task=made.task.tuned(held_back.outputs, held_back.targets))
    known = {} if held_back is None else _figures(held_back)
    card = Card.now(
        name=name,
        trained_on=dls.train.count,
        held_back=dls.valid.count,
        figures={name: each for name, each in known.items() if math.isfinite(each.value)},
        seed=learner.seed,
        remarks=tuple(learner.remarks[-MOST_REMARKS:]),
    )
    made = replace(made, card=card)
    if isinstance(dls.valid, Loader) and dls.valid.count:
        return made.with_examples(list(dls.valid.samples.inputs[:EXAMPLES]))
    return made


def _predictor(learner: Learner, *, copied: bool) -> Predictor:
    if learner.task is None or learner.dls.codec is None:
        raise UsageError(
            "nothing says how inputs are read and what outputs mean, so the model can't be called or exported",
            hint="pass loaders with a codec: DataLoaders.from_loaders(train, valid, codec=Codec(input, target))",
        )
    model = copy.deepcopy(learner.model) if copied else learner.model
    return Predictor(learner.task, learner.dls.codec, model, learner.architecture, device=learner.device)


def _as_predictions(learner: Learner, loader: AnyLoader, found: Evaluation) -> Predictions:
    task = learner.task
    names: Sequence[str] = ()
    if isinstance(loader, Loader) and found.items is not None:
        names = loader.samples.names(found.items)
    return Predictions(
        found.outputs,
        found.outputs if task is None else task.probabilities(found.outputs),
        found.targets,
        found.losses,
        found.items,
        found.figures(),
        names,
    )


def _figures(found: Evaluation) -> dict[str, Figure]:
    if found.losses is None:
        raise UsageError("nobody knows what is true of these items, so they have no figures", hint="use get_preds")
    spread = float(found.losses.std(correction=min(1, len(found.losses) - 1)))
    return {"valid_loss": Figure.of_mean(float(found.losses.mean()), spread, len(found.losses)), **found.figures()}


def _training_changes(learner: Learner) -> tuple[object, ...]:
    train = learner.dls.train
    return train.changes if isinstance(train, Loader) else ()
