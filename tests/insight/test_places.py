"""Where masks are right and wrong."""

from __future__ import annotations

import pytest
import torch

from fledge.insight.places import Places
from fledge.scoring.overlap import iou_for, mean_iou
from tests.report.small import masks


def test_figures_by_class_are_those_of_the_metrics() -> None:
    result = masks()
    predictions = result.predictions
    assert predictions.targets is not None
    scores = torch.nn.functional.one_hot(predictions.probabilities.long(), 3).permute(0, 3, 1, 2).float()
    targets = predictions.targets.long()
    found = Places.of(result).per_class()
    for place, each in enumerate(found):
        assert each.iou is not None
        assert each.iou.value == pytest.approx(iou_for(place, 255)(scores, targets))
        assert each.iou.count == len(predictions)
    assert sum(each.share for each in found) == pytest.approx(1)
    alone = [mean_iou(255)(scores[row : row + 1], targets[row : row + 1]) for row in range(len(targets))]
    assert Places.of(result).scores().tolist() == pytest.approx(alone)


def test_the_worst_pictures_come_first() -> None:
    places = Places.of(masks())
    scores = places.scores()
    worst = places.worst(3)
    assert [float(scores[row]) for row in worst] == sorted(scores.tolist())[:3]
    wrong = places.counts[:, 1, 1] + places.counts[:, 1, 2] - 2 * places.counts[:, 1, 0]
    assert int(wrong[places.worst_of(1, 1)[0]]) == int(wrong.max())


def test_void_places_count_for_nothing() -> None:
    result = masks()
    assert result.predictions.targets is not None
    counted = (result.predictions.targets != 255).sum()
    assert int(Places.of(result).confusion.sum()) == int(counted) < result.predictions.targets.numel()
