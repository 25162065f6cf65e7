"""A loss that doesn't go with the data is found before the first step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.scoring.loss_check import check_loss
from fledge.scoring.losses import AbsoluteError, BinaryCrossEntropy, CrossEntropy, Focal, SquaredError

SCORES = torch.randn(4, 3)
CLASSES = torch.tensor([0, 2, 1, 1])
TAGS = torch.tensor([[0.0, 1.0, 1.0]]).expand(4, 3)
NUMBERS = torch.tensor([[0.5, -1.0, 2.0]]).expand(4, 3)

type_of_loss = Callable[[Tensor, Tensor], Tensor]


@pytest.mark.parametrize(
    ("loss", "targets"),
    [
        (CrossEntropy(), CLASSES),
        (CrossEntropy(), F.one_hot(CLASSES, 3).float()),
        (CrossEntropy((1.0, 2.0, 3.0)), CLASSES),
        (Focal(), CLASSES),
        (BinaryCrossEntropy(), TAGS),
        (SquaredError(), NUMBERS),
        (AbsoluteError(), NUMBERS.reshape(4, 1, 3)),
        (nn.CrossEntropyLoss(ignore_index=9), torch.tensor([0, 9, 2, 1])),
        (F.cross_entropy, CLASSES),
        (nn.BCEWithLogitsLoss(), TAGS),
        (nn.MSELoss(), NUMBERS),
        (partial(F.cross_entropy, label_smoothing=0.1), CLASSES),
        (lambda outputs, targets: (outputs.argmax(1) == targets).float().mean(), CLASSES),
    ],
)
def test_a_loss_that_goes_with_its_targets_passes(loss: type_of_loss, targets: Tensor) -> None:
    check_loss(loss, SCORES, targets)


@pytest.mark.parametrize(
    ("loss", "targets", "advice"),
    [
        (BinaryCrossEntropy(), CLASSES, "loss=CrossEntropy()"),
        (nn.BCEWithLogitsLoss(), CLASSES, "loss=CrossEntropy()"),
        (SquaredError(), CLASSES, "loss=CrossEntropy()"),
        (nn.MSELoss(), CLASSES, "loss=CrossEntropy()"),
        (F.l1_loss, CLASSES, "loss=CrossEntropy()"),
        (CrossEntropy(), TAGS, "loss=BinaryCrossEntropy()"),
        (nn.CrossEntropyLoss(), TAGS, "loss=BinaryCrossEntropy()"),
        (Focal(), TAGS, "loss=BinaryCrossEntropy()"),
        (F.cross_entropy, NUMBERS, "loss=SquaredError()"),
        (BinaryCrossEntropy(), NUMBERS, "loss=SquaredError()"),
        (nn.NLLLoss(), NUMBERS, "loss=SquaredError()"),
        (partial(F.binary_cross_entropy_with_logits), CLASSES, "loss=CrossEntropy()"),
    ],
)
def test_a_loss_that_does_not_is_refused_with_the_one_that_does(loss: type_of_loss, targets: Tensor, advice: str) -> None:
    with pytest.raises(UsageError, match="doesn't go with this data") as caught:
        check_loss(loss, SCORES, targets)
    assert advice in (caught.value.hint or "")


@pytest.mark.parametrize("loss", [CrossEntropy(), nn.CrossEntropyLoss(), F.cross_entropy, Focal()])
def test_more_classes_than_the_model_has_outputs_are_found_before_a_gpu_would_stop_on_them(loss: type_of_loss) -> None:
    with pytest.raises(UsageError, match="the model gives 3 scores") as caught:
        check_loss(loss, SCORES, torch.tensor([0, 1, 2, 7]))
    assert "at least 8 outputs" in (caught.value.hint or "")


@pytest.mark.parametrize("loss", [nn.MSELoss(), F.mse_loss, nn.SmoothL1Loss(), nn.HuberLoss()])
def test_targets_that_torch_would_stretch_over_the_outputs_are_refused(loss: type_of_loss) -> None:
    with pytest.raises(UsageError):
        check_loss(loss, SCORES, torch.zeros(3))
    with pytest.raises(UsageError, match="give the model 1 outputs"):
        check_loss(loss, SCORES, torch.full((4, 1), 0.5))


def test_weights_for_another_number_of_classes_are_refused() -> None:
    with pytest.raises(UsageError, match="2 weights, and the model gives 3 scores"):
        check_loss(CrossEntropy((1.0, 2.0)), SCORES, CLASSES)


def test_a_loss_that_does_not_give_one_number_is_refused() -> None:
    with pytest.raises(UsageError, match=r"gives a tensor of shape \(4,\)"):
        check_loss(partial(F.cross_entropy, reduction="none"), SCORES, CLASSES)
    with pytest.raises(UsageError, match="gives float"):
        check_loss(lambda outputs, targets: 0.5, SCORES, CLASSES)  # type: ignore[arg-type,return-value]


def test_a_mistake_in_a_person_s_own_loss_is_theirs_to_see() -> None:
    def broken(outputs: Tensor, targets: Tensor) -> Tensor:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        check_loss(broken, SCORES, CLASSES)


def test_checking_leaves_no_gradient_behind() -> None:
    outputs = SCORES.clone().requires_grad_()
    check_loss(CrossEntropy(), outputs, CLASSES)
    assert outputs.grad is None
