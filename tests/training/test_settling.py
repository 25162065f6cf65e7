"""Batch norms that know nothing yet."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn

from fledge.training.settling import settling, unsettled
from tests.training.small import photo_learner


def test_the_first_batches_make_a_plain_mean() -> None:
    norm, batches = nn.BatchNorm1d(3), [5 + torch.randn(64, 3) for _ in range(4)]
    new = unsettled(norm, [])
    for batch in batches:
        with settling(new):
            norm(batch)
    mean = torch.stack([batch.mean(0) for batch in batches]).mean(0)
    assert norm.running_mean is not None
    assert torch.allclose(norm.running_mean, mean, atol=1e-5)
    assert norm.momentum == 0.1


def test_after_ten_batches_a_norm_has_settled() -> None:
    norm = nn.BatchNorm1d(3)
    new = unsettled(norm, [])
    for _ in range(10):
        assert new == [norm]
        with settling(new):
            norm(torch.randn(8, 3))
    assert new == [] == unsettled(norm, [])


def test_statistics_from_pretraining_are_left_as_they_are() -> None:
    norm = nn.BatchNorm1d(3)
    assert norm.running_mean is not None
    norm.running_mean.fill_(0.3)
    assert unsettled(norm, []) == []


def test_a_norm_without_statistics_or_with_its_own_mean_is_left_alone() -> None:
    assert unsettled(nn.Sequential(nn.BatchNorm1d(3, track_running_stats=False), nn.BatchNorm1d(3, momentum=None)), []) == []


def test_a_few_steps_are_enough_to_answer_well(photos: Path) -> None:
    """Without settling, the held-back half of one class is taken for the other for many epochs."""
    learner = photo_learner(photos)
    learner.fit_one_cycle(3, 3e-3)
    assert learner.validate()["accuracy"].value == 1.0
