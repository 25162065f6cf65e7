"""The mistakes a model was surest of."""

from __future__ import annotations

from fledge.core.errors import UsageError
from fledge.insight.interpretation import Interpretation, TopLoss
from fledge.transforms.owner import OneClass


def confident_mistakes(result: Interpretation, k: int = 12) -> list[TopLoss]:
    """Up to `k` items of which the wrong class was predicted, the surest first."""
    predictions, target = result.predictions, result.codec.target
    if predictions.targets is None or predictions.losses is None or not isinstance(target, OneClass):
        raise UsageError("a confident mistake is a wrong class, and these predictions have no classes to compare")
    actual, losses = predictions.targets.cpu(), predictions.losses.detach().float().cpu()
    said = result.said()
    sure = predictions.probabilities.detach().float().cpu().gather(1, said[:, None])[:, 0]
    wrong = (said != actual).nonzero()[:, 0]
    surest = wrong[sure[wrong].argsort(descending=True, stable=True)][:k]
    return [
        TopLoss(
            item_name(result, row),
            target.decode(int(actual[row])),
            target.decode(int(said[row])),
            float(sure[row]),
            float(losses[row]),
            predictions.place(row),
        )
        for row in surest.tolist()
    ]


def item_name(result: Interpretation, row: int) -> str:
    """What a row's item is called: by the predictions, else by the samples."""
    predictions, samples = result.predictions, result.samples
    return predictions.name(row) if predictions.names or samples is None else samples.name(predictions.place(row))
