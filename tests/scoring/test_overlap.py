"""What maps of classes are judged by."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from fledge.scoring.losses import CrossEntropy, Dice, Focal
from fledge.scoring.overlap import iou_for, mean_dice, mean_iou, pixel_accuracy
from tests.score_maps import maps


def test_shares_are_those_counted_by_hand() -> None:
    outputs, targets = maps()
    claimed = outputs.argmax(1)
    counted = targets != 255
    ious, dices = [], []
    for place in range(4):
        both = ((claimed == place) & (targets == place) & counted).sum().item()
        said, there = ((claimed == place) & counted).sum().item(), (targets == place).sum().item()
        if said + there:
            ious.append(both / (said + there - both))
            dices.append(2 * both / (said + there))
    assert mean_iou(255)(outputs, targets) == pytest.approx(np.mean(ious))
    assert mean_dice(255)(outputs, targets) == pytest.approx(np.mean(dices))
    assert iou_for(1, 255)(outputs, targets) == pytest.approx(ious[1])
    right = (claimed == targets)[counted].double().mean().item()
    assert pixel_accuracy(255)(outputs, targets) == pytest.approx(right)


def test_batches_add_up_to_the_whole_and_the_interval_holds_it() -> None:
    outputs, targets = maps()
    tally = mean_iou(255).start()
    for start in range(0, len(outputs), 3):
        tally.add(outputs[start : start + 3], targets[start : start + 3])
    figure = tally.figure()
    assert tally.value() == pytest.approx(mean_iou(255)(outputs, targets))
    assert figure.count == len(outputs)
    assert figure.share
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high
    assert len(tally.scores()) == len(outputs)


def test_what_is_all_right_is_one_and_says_how_sure() -> None:
    targets = torch.randint(0, 3, (5, 4, 4))
    tally = mean_iou(255).start()
    tally.add(F.one_hot(targets, 3).permute(0, 3, 1, 2).float(), targets)
    assert tally.value() == 1
    assert str(tally.figure()).startswith("100.0 % of 5 (above")


def test_pictures_in_which_nothing_counts_change_nothing() -> None:
    outputs, targets = maps()
    void = torch.full_like(targets[:1], 255)
    assert mean_iou(255)(torch.cat([outputs, outputs[:1]]), torch.cat([targets, void])) == mean_iou(255)(outputs, targets)
    for loss in (CrossEntropy(ignore_index=255), Dice(ignore_index=255), Focal(ignore_index=255)):
        assert float(loss(outputs[:1], void)) == 0
        assert torch.isfinite(loss.per_item(outputs, targets)).all()


def test_cross_entropy_of_maps_is_torchs_mean_over_what_counts() -> None:
    outputs, targets = maps()
    ours = CrossEntropy(ignore_index=255)(outputs, targets)
    assert torch.allclose(ours, F.cross_entropy(outputs, targets, ignore_index=255))


def test_focal_takes_weights_beside_void() -> None:
    outputs, targets = maps()
    assert torch.isfinite(Focal(weights=(1.0, 2.0, 1.0, 1.0), ignore_index=255)(outputs, targets))


def test_dice_falls_as_scores_come_nearer_and_has_slopes() -> None:
    outputs, targets = maps()
    right = 20 * F.one_hot(targets.clamp(max=3), 4).permute(0, 3, 1, 2).float()
    loss = Dice(entropy=0.5, ignore_index=255)
    assert float(loss(right, targets)) < 0.01 < float(loss(outputs, targets))
    outputs.requires_grad_()
    torch.autograd.backward(loss(outputs, targets))
    assert outputs.grad is not None
    assert outputs.grad.abs().sum() > 0
