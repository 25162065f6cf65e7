"""What training makes small."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.scoring.losses import AbsoluteError, BinaryCrossEntropy, CrossEntropy, Focal, Loss, SquaredError
from fledge.scoring.table import LOSSES

SCORES = torch.randn(6, 3, generator=torch.Generator().manual_seed(0))
CLASSES = torch.tensor([0, 2, 1, 1, 0, 2])
TAGS = F.one_hot(CLASSES, 3).float()

PAIRS: dict[str, tuple[Loss, Tensor, Tensor]] = {
    "cross_entropy": (CrossEntropy(), SCORES, CLASSES),
    "smoothed": (CrossEntropy(smoothing=0.1), SCORES, CLASSES),
    "shares": (CrossEntropy(), SCORES, TAGS),
    "focal": (Focal(), SCORES, CLASSES),
    "binary_cross_entropy": (BinaryCrossEntropy((1.0, 2.0, 3.0)), SCORES, TAGS),
    "squared_error": (SquaredError(), SCORES, TAGS),
    "absolute_error": (AbsoluteError(), SCORES, TAGS),
}
each_loss = pytest.mark.parametrize(("loss", "outputs", "targets"), PAIRS.values(), ids=PAIRS)


@each_loss
def test_the_loss_of_a_batch_is_the_mean_over_its_items(loss: Loss, outputs: Tensor, targets: Tensor) -> None:
    each = loss.per_item(outputs, targets)
    assert each.shape == (6,)
    torch.testing.assert_close(loss(outputs, targets), each.mean())


@each_loss
def test_an_item_s_loss_does_not_depend_on_its_neighbours(loss: Loss, outputs: Tensor, targets: Tensor) -> None:
    torch.testing.assert_close(loss.per_item(outputs, targets)[2:3], loss.per_item(outputs[2:3], targets[2:3]))


@each_loss
def test_going_down_the_slope_makes_the_loss_smaller(loss: Loss, outputs: Tensor, targets: Tensor) -> None:
    values = outputs.clone().requires_grad_()
    before = loss(values, targets)
    before.backward()  # type: ignore[no-untyped-call]
    assert values.grad is not None
    assert loss(outputs - 0.1 * values.grad, targets) < before


@each_loss
def test_outputs_of_lower_precision_are_taken_to_float32(loss: Loss, outputs: Tensor, targets: Tensor) -> None:
    assert loss(outputs.bfloat16(), targets).dtype == torch.float32


def test_cross_entropy_is_torch_s_own_with_weights_smoothing_and_ignored_targets() -> None:
    targets = torch.tensor([0, 2, 1, 9, 0, 9])
    ours = CrossEntropy(weights=(1.0, 2.0, 0.5), smoothing=0.1, ignore_index=9)(SCORES, targets)
    weight = torch.tensor([1.0, 2.0, 0.5])
    torch.testing.assert_close(ours, F.cross_entropy(SCORES, targets, weight, ignore_index=9, label_smoothing=0.1))


def test_focal_without_focus_is_cross_entropy() -> None:
    torch.testing.assert_close(Focal(gamma=0.0)(SCORES, CLASSES), CrossEntropy()(SCORES, CLASSES))


def test_focal_counts_what_is_already_right_for_little() -> None:
    sure_and_right, wrong = torch.tensor([[5.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    target = torch.tensor([0])
    kept = [Focal()(scores, target) / CrossEntropy()(scores, target) for scores in (sure_and_right, wrong)]
    assert float(kept[0]) < 1e-3
    assert float(kept[1]) > 0.5


def test_focal_has_a_finite_slope_where_an_item_is_exactly_right() -> None:
    scores = torch.tensor([[100.0, 0.0]], requires_grad=True)
    Focal(gamma=0.5)(scores, torch.tensor([0])).backward()  # type: ignore[no-untyped-call]
    assert scores.grad is not None
    assert scores.grad.isfinite().all()


def test_a_rarer_class_can_be_given_more_weight() -> None:
    for plain, weighted in ((CrossEntropy(), CrossEntropy((1.0, 1.0, 5.0))), (Focal(), Focal(weights=(1.0, 1.0, 5.0)))):
        ratio = weighted.per_item(SCORES, CLASSES) / plain.per_item(SCORES, CLASSES)
        torch.testing.assert_close(ratio, torch.tensor([1.0, 5.0, 1.0, 1.0, 1.0, 5.0]))


def test_a_map_of_classes_has_one_loss_for_each_item_over_the_places_that_count() -> None:
    outputs, targets = torch.randn(2, 3, 4, 5), torch.zeros(2, 4, 5, dtype=torch.int64)
    targets[0, 0] = 255
    each = CrossEntropy(ignore_index=255).per_item(outputs, targets)
    torch.testing.assert_close(each[0], F.cross_entropy(outputs[:1], targets[:1], ignore_index=255))


def test_weights_first_used_while_predicting_can_be_trained_with() -> None:
    loss = CrossEntropy((1.0, 1.25, 1.5))
    with torch.inference_mode():
        loss(SCORES, CLASSES)
    loss(SCORES.clone().requires_grad_(), CLASSES).backward()  # type: ignore[no-untyped-call]


def test_numbers_are_compared_one_by_one_and_never_stretched() -> None:
    assert SquaredError()(torch.zeros(4, 1), torch.arange(4.0)) == pytest.approx((0 + 1 + 4 + 9) / 4)
    assert AbsoluteError()(torch.zeros(2, 4), torch.ones(2, 2, 2)) == 1
    with pytest.raises(UsageError, match="don't match"):
        SquaredError()(torch.zeros(4, 3), torch.zeros(4, 1))


def test_settings_that_can_not_be_meant_are_refused() -> None:
    for wrong in (lambda: CrossEntropy(smoothing=1.5), lambda: Focal(gamma=-1.0), lambda: CrossEntropy((1.0, -1.0))):
        with pytest.raises(UsageError):
            wrong()


def test_every_loss_is_found_under_its_name() -> None:
    assert all(isinstance(kind(), Loss) and LOSSES.name_of(kind) == name for name, kind in LOSSES.items())
