"""How good a model is on items it never saw, and whether one is better than another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.data.loader import Loader
from fledge.insight.interpretation import Interpretation
from fledge.insight.predictions import Predictions
from fledge.models.pieces import in_pieces
from fledge.predictor.predictor import Predictor
from fledge.scoring.difference import Difference, difference
from fledge.scoring.figure import Figure
from fledge.scoring.metrics import Metric
from fledge.scoring.tally import CountTally, ItemTally


@final
@dataclass(frozen=True, eq=False)
class Measured:
    """A model's results on a part of the data, in float32, as whoever calls it gets them."""

    predictions: Predictions
    metric: Metric
    scores: NDArray[np.float64]
    """One number an item by which two models are compared: the higher, the better."""

    @property
    def figure(self) -> Figure:
        """The headline."""
        return self.predictions.figures[self.metric.name]

    @property
    def perfect(self) -> bool:
        """Whether nothing is left to gain."""
        return self.figure.share and self.figure.value == (1.0 if self.metric.higher_is_better else 0.0)

    def better_by(self, other: Measured) -> Difference:
        """How much better than the other on the same items."""
        return difference(self.scores, other.scores)


def measured(parts: Sequence[tuple[Predictor, Loader]]) -> Measured:
    """What a model says of every item of a part, held against what is true; or several, each of its own fold.

    Folds share the target's transform. Their items count on from one to the next.
    """
    task, codec = parts[0][0].task, parts[0][0].codec
    metrics, loss = task.metrics(codec), task.loss(codec)
    kept, targets, items, losses_of = [], [], [], []
    tallies = {metric.name: metric.start() for metric in metrics}
    with torch.inference_mode():
        for outputs, true_of, of in _answered(parts):
            targets.append(task.kept_targets(true_of))
            items.append(of)
            losses_of.append(loss.per_item(outputs, true_of))
            for tally in tallies.values():
                tally.add(task.in_units(outputs, codec), task.in_units(true_of, codec))
            kept.append(task.kept(outputs))
    given, true, losses, places = torch.cat(kept), torch.cat(targets), torch.cat(losses_of), np.concatenate(items)
    first = tallies[metrics[0].name]
    if isinstance(first, ItemTally | CountTally):
        scores = first.scores().numpy() * (1 if metrics[0].higher_is_better else -1)
    else:
        scores = -losses.double().numpy()
    found = Predictions(
        given,
        task.probabilities(given),
        true,
        losses,
        places,
        {name: tally.figure() for name, tally in tallies.items()},
        _names(parts, places),
    )
    return Measured(found, metrics[0], scores)


def tuned(predictor: Predictor, loader: Loader) -> Predictor:
    """With what its kind of problem tunes on held-back items, such as a threshold."""
    if not predictor.task.tunes:
        return predictor
    found = measured([(predictor, loader)]).predictions
    assert found.targets is not None, "what is held back has labels"
    return replace(predictor, task=predictor.task.tuned(found.outputs, found.targets))


def _answered(parts: Sequence[tuple[Predictor, Loader]]) -> Iterator[tuple[Tensor, Tensor, NDArray[np.int64]]]:
    """Batch by batch what a model said, what is true, and where the items stand among all."""
    before = 0
    for predictor, loader in parts:
        for batch in loader.with_codec(predictor.codec).epoch(0, train=False):
            outputs = in_pieces(predictor.model, batch.inputs.to(predictor.device)).float().cpu()
            places = batch.items if batch.items is not None else np.arange(len(batch))
            yield outputs, batch.targets.cpu(), before + places
        before += loader.count


def _names(parts: Sequence[tuple[Predictor, Loader]], places: NDArray[np.int64]) -> Sequence[str]:
    """What the items are called; of folds, which are small, written out."""
    loaders = [loader for _, loader in parts]
    if len(loaders) == 1:
        return loaders[0].samples.names(places)
    return [name for loader in loaders for name in loader.samples.names(np.arange(loader.count))]


def interpreted(predictor: Predictor, found: Measured, loader: Loader) -> Interpretation:
    """The results with their samples, to look at."""
    return Interpretation(found.predictions, predictor.codec, loader.samples, getattr(predictor.task, "threshold", None))


def answer_seconds(predictor: Predictor, item: Any) -> float:
    """How long one answer takes, from the input as people have it: the median of some calls after a first one."""
    predictor(item)
    times = []
    for _ in range(5):
        began = perf_counter()
        predictor(item)
        times.append(perf_counter() - began)
    return median(times)
