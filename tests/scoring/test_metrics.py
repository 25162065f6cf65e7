"""What held-back results are judged by, against scikit-learn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import isnan

import pytest
import sklearn.metrics as theirs
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError
from fledge.scoring import metrics as ours
from fledge.scoring.measures import equal_error
from fledge.scoring.metrics import ItemMetric, Metric, WholeMetric, as_metric

RANDOM = torch.Generator().manual_seed(7)
CLASSES = torch.randint(5, (300,), generator=RANDOM)
SCORES = torch.randn(300, 5, generator=RANDOM).round(decimals=1) + torch.nn.functional.one_hot(CLASSES, 5)
DISTINCT = torch.randn(300, 5, generator=RANDOM)
BEST = SCORES.argmax(1)
TAGS = (torch.rand(300, 5, generator=RANDOM) < 0.3).float()
GIVEN = SCORES.sigmoid() >= 0.6
NUMBERS = torch.randn(300, 2, generator=RANDOM)
NEAR = NUMBERS + 0.5 * torch.randn(300, 2, generator=RANDOM)
macro = {"average": "macro"}

PARITY: dict[str, tuple[Metric, Tensor, Tensor, Callable[[], float]]] = {
    "accuracy": (ours.accuracy, SCORES, CLASSES, lambda: theirs.accuracy_score(CLASSES, BEST)),
    "error_rate": (ours.error_rate, SCORES, CLASSES, lambda: 1 - theirs.accuracy_score(CLASSES, BEST)),
    "top_3": (ours.top_k_accuracy(3), DISTINCT, CLASSES, lambda: theirs.top_k_accuracy_score(CLASSES, DISTINCT, k=3)),
    "f1": (ours.f1, SCORES, CLASSES, lambda: theirs.f1_score(CLASSES, BEST, **macro)),
    "precision": (ours.precision, SCORES, CLASSES, lambda: theirs.precision_score(CLASSES, BEST, **macro)),
    "recall": (ours.recall, SCORES, CLASSES, lambda: theirs.recall_score(CLASSES, BEST, **macro)),
    "f1_for": (ours.f1_for(2), SCORES, CLASSES, lambda: theirs.f1_score(CLASSES == 2, BEST == 2)),
    "precision_for": (ours.precision_for(2), SCORES, CLASSES, lambda: theirs.precision_score(CLASSES == 2, BEST == 2)),
    "recall_for": (ours.recall_for(2), SCORES, CLASSES, lambda: theirs.recall_score(CLASSES == 2, BEST == 2)),
    "roc_auc": (
        ours.roc_auc,
        SCORES,
        CLASSES,
        lambda: theirs.roc_auc_score(CLASSES, SCORES.double().softmax(1), multi_class="ovr"),
    ),
    "roc_auc_two": (
        ours.roc_auc,
        SCORES[:, :2],
        (CLASSES > 1).long(),
        lambda: theirs.roc_auc_score(CLASSES > 1, SCORES[:, 1] - SCORES[:, 0]),
    ),
    "roc_auc_tags": (ours.roc_auc, SCORES, TAGS, lambda: theirs.roc_auc_score(TAGS, SCORES, **macro)),
    "accuracy_multi": (ours.accuracy_multi(0.6), SCORES, TAGS, lambda: 1 - theirs.hamming_loss(TAGS, GIVEN)),
    "f1_multi": (ours.f1_multi(0.6), SCORES, TAGS, lambda: theirs.f1_score(TAGS, GIVEN, **macro)),
    "mse": (ours.mse, NEAR, NUMBERS, lambda: theirs.mean_squared_error(NUMBERS, NEAR)),
    "rmse": (ours.rmse, NEAR, NUMBERS, lambda: theirs.mean_squared_error(NUMBERS, NEAR) ** 0.5),
    "mae": (ours.mae, NEAR, NUMBERS, lambda: theirs.mean_absolute_error(NUMBERS, NEAR)),
    "r2": (ours.r2, NEAR, NUMBERS, lambda: theirs.r2_score(NUMBERS, NEAR)),
}
each_metric = pytest.mark.parametrize(("metric", "outputs", "targets", "expected"), PARITY.values(), ids=PARITY)


@each_metric
def test_the_metric_is_scikit_learn_s(metric: Metric, outputs: Tensor, targets: Tensor, expected: Callable[[], float]) -> None:
    assert metric(outputs, targets) == pytest.approx(expected(), rel=1e-5)


@each_metric
def test_batches_of_any_size_give_the_same_figure(
    metric: Metric, outputs: Tensor, targets: Tensor, expected: Callable[[], float]
) -> None:
    tally = metric.start()
    for start in range(0, 300, 77):
        tally.add(outputs[start : start + 77], targets[start : start + 77])
    assert tally.value() == pytest.approx(metric(outputs, targets), rel=1e-6)


@each_metric
def test_the_figure_holds_the_value_and_its_count(
    metric: Metric, outputs: Tensor, targets: Tensor, expected: Callable[[], float]
) -> None:
    tally = metric.start()
    tally.add(outputs[:80].requires_grad_(), targets[:80])
    figure = tally.figure()
    assert figure.count == 80
    assert figure.value == pytest.approx(tally.value())
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < figure.value < figure.high


@each_metric
def test_a_better_model_moves_the_metric_the_way_it_says(
    metric: Metric, outputs: Tensor, targets: Tensor, expected: Callable[[], float]
) -> None:
    perfect = targets if targets.is_floating_point() else torch.nn.functional.one_hot(targets, outputs.shape[1]).float()
    better = outputs + 0.8 * (perfect - outputs) if targets is NUMBERS else outputs + 6 * perfect - 3
    gain = metric(better, targets) - metric(outputs, targets)
    assert gain > 0 if metric.higher_is_better else gain < 0


@each_metric
def test_nothing_added_is_no_figure(metric: Metric, outputs: Tensor, targets: Tensor, expected: Callable[[], float]) -> None:
    tally = metric.start()
    assert isnan(tally.value())
    with pytest.raises(DataError, match="no held-back examples"):
        tally.figure()


def test_each_item_s_score_is_kept_in_order_for_comparing_models() -> None:
    tally = ours.accuracy.start()
    tally.add(SCORES[:100], CLASSES[:100])
    tally.add(SCORES[100:], CLASSES[100:])
    assert torch.equal(tally.scores(), (BEST == CLASSES).double())


def test_a_perfect_score_is_not_certainty_for_whole_metrics_either() -> None:
    tally = ours.f1.start()
    tally.add(torch.eye(3).repeat(20, 1), torch.arange(3).repeat(20))
    figure = tally.figure()
    assert (figure.value, figure.high) == (1.0, 1.0)
    assert figure.low is not None
    assert 0.9 < figure.low < 0.95


def test_classes_neither_given_nor_there_do_not_pull_the_mean_down() -> None:
    outputs, targets = torch.eye(4)[[0, 1, 1]], torch.tensor([0, 1, 1])
    assert ours.f1(outputs, targets) == ours.recall(outputs, targets) == ours.precision(outputs, targets) == 1.0


def test_a_map_of_classes_is_scored_by_its_share_of_right_places() -> None:
    targets = torch.zeros(2, 4, 4, dtype=torch.int64)
    outputs = torch.zeros(2, 3, 4, 4)
    outputs[1, 2] = 1.0
    assert ours.accuracy(outputs, targets) == 0.5


def test_the_area_under_roc_of_one_class_alone_is_not_known() -> None:
    assert isnan(ours.roc_auc(torch.randn(4, 2), torch.ones(4, dtype=torch.int64)))


def test_targets_that_never_vary_leave_nothing_to_explain() -> None:
    assert ours.r2(torch.ones(3), torch.ones(3)) == 1.0
    assert ours.r2(torch.tensor([1.0, 2.0, 1.0]), torch.ones(3)) == 0.0


def test_numbers_of_points_are_compared_one_by_one() -> None:
    assert ours.mae(torch.zeros(3, 4), torch.ones(3, 2, 2)) == 1.0


def test_a_plain_function_is_called_once_on_everything_and_bears_its_name() -> None:
    calls = []

    def spread(outputs: Tensor, targets: Tensor) -> Tensor:
        calls.append(len(outputs))
        return (outputs - targets).max()

    tally = as_metric(spread, higher_is_better=False).start()
    tally.add(torch.zeros(3), torch.zeros(3))
    tally.add(torch.full((2,), 4.0), torch.zeros(2))
    assert (tally.value(), calls) == (4.0, [5])
    assert as_metric(spread).name == as_metric(partial(spread)).name == "spread"


def test_a_metric_is_left_as_it_is() -> None:
    assert as_metric(ours.accuracy) is ours.accuracy


def test_a_function_that_gives_one_value_an_item_is_pointed_to_item_metric() -> None:
    with pytest.raises(UsageError, match="gave 5 values for 5 items") as caught:
        as_metric(torch.sub)(torch.zeros(5), torch.zeros(5))
    assert "ItemMetric('sub', sub)" in str(caught.value)


def test_what_is_no_function_is_refused() -> None:
    with pytest.raises(UsageError, match="not 'accuracy'"):
        as_metric("accuracy")  # type: ignore[arg-type]


def test_thresholds_outside_0_to_1_are_refused() -> None:
    for make in (ours.accuracy_multi, ours.f1_multi):
        with pytest.raises(UsageError, match="threshold"):
            make(thresh=1.0)


def test_own_metrics_are_made_in_a_line() -> None:
    off = ItemMetric("off", lambda outputs, targets: (outputs - targets).abs(), higher_is_better=False)
    largest = WholeMetric("largest", lambda outputs, targets: outputs.max())
    assert off(torch.tensor([1.0, 3.0]), torch.zeros(2)) == 2.0
    assert largest(torch.tensor([1.0, 3.0]), torch.zeros(2)) == 3.0


@pytest.mark.parametrize("count", [200, 20_000])
def test_drawing_the_items_anew_finds_the_interval_that_theory_knows(count: int) -> None:
    numbers = torch.randn(count, 1, generator=torch.Generator().manual_seed(0))
    tallies = [ours.mae.start(), as_metric(lambda outputs, targets: (outputs - targets).abs().mean()).start()]
    for tally in tallies:
        tally.add(numbers, torch.zeros(count, 1))
    known, drawn = (tally.figure() for tally in tallies)
    assert known.low is not None
    assert drawn.low is not None
    assert known.value - known.low == pytest.approx(drawn.value - drawn.low, rel=0.25)


def test_the_equal_error_rate_is_where_strangers_let_in_are_as_many_as_owners_turned_away() -> None:
    scores = torch.tensor([0.9, 0.8, 0.7, 0.6, 0.4, 0.3, 0.2, 0.1])
    owner = torch.tensor([1, 1, 1, 0, 1, 0, 0, 0]) == 1
    assert equal_error(scores, owner) == pytest.approx((0.25, 0.5))
    assert equal_error(scores, scores > 0.5)[0] == 0
    assert equal_error(-scores, scores > 0.5)[0] == 1
    assert equal_error(torch.ones(8), owner)[0] == pytest.approx(0.5)
    assert isnan(equal_error(scores, torch.ones(8, dtype=torch.bool))[0])


def test_the_equal_error_rate_agrees_with_scikit_learns_curve() -> None:
    numbers = torch.Generator().manual_seed(0)
    for _ in range(20):
        there = torch.rand(60, generator=numbers) > 0.4
        scores = (torch.rand(60, generator=numbers) + 0.3 * there).mul(20).round() / 20
        let_in, found, _ = theirs.roc_curve(there.numpy(), scores.numpy(), drop_intermediate=False)
        nearest = abs(1 - found - let_in).argmin()
        assert equal_error(scores, there)[0] == pytest.approx((1 - found[nearest] + let_in[nearest]) / 2)
    outputs = torch.stack([torch.zeros(60), scores], 1)
    assert ours.equal_error_rate(outputs, there.long()) == pytest.approx(equal_error(scores, there)[0])
