"""What is told to networks that learn side by side."""

from __future__ import annotations

import torch

from fledge.scoring.each_member import EachMember
from fledge.scoring.losses import CrossEntropy, SquaredError


def test_each_member_is_told_its_own_mistakes() -> None:
    outputs, targets = torch.tensor([[0.0], [1.0], [2.0], [3.0]]), torch.tensor([[1.0], [2.0]])
    loss = EachMember(SquaredError())
    assert loss(outputs, targets) == 1.0  # of both members, whose mean is right
    assert loss.per_item(outputs, targets).tolist() == [1.0, 1.0]


def test_once_they_answer_as_one_it_is_the_plain_loss() -> None:
    outputs, targets = torch.randn(4, 3), torch.tensor([0, 1, 2, 1])
    assert torch.equal(EachMember(CrossEntropy())(outputs, targets), CrossEntropy()(outputs, targets))


def test_shares_of_classes_are_told_to_each_member_too() -> None:
    outputs, shares = torch.randn(6, 3), torch.eye(3)[:2]
    alone = [CrossEntropy().per_item(each, shares) for each in outputs.view(3, 2, 3)]
    assert torch.allclose(EachMember(CrossEntropy()).per_item(outputs, shares), torch.stack(alone).mean(0))


def test_outputs_that_do_not_fit_are_named() -> None:
    assert EachMember(CrossEntropy()).misfit(torch.zeros(4, 2), torch.tensor([0, 3])) is not None
    assert EachMember(CrossEntropy()).misfit(torch.zeros(4, 4), torch.tensor([0, 3])) is None
