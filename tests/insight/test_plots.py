"""Numbers of a training as pictures."""

from __future__ import annotations

import numpy as np
import pytest

from fledge.core.errors import UsageError
from fledge.insight.plots import Row, plot_confusion, plot_history, plot_rates

HISTORY: list[Row] = [
    {"epoch": 1, "train_loss": 1.5, "valid_loss": 1.2, "accuracy": 0.5, "seconds": 3.1},
    {"epoch": 2, "train_loss": 0.8, "valid_loss": None, "accuracy": 0.75, "seconds": 3.0},
]


def test_a_history_shows_the_losses_together_and_each_metric_apart() -> None:
    losses, accuracy = plot_history(HISTORY).axes
    assert [line.get_label() for line in losses.lines] == ["train_loss", "valid_loss"]
    assert np.asarray(accuracy.lines[0].get_xdata()).tolist() == [1, 2]
    assert np.asarray(accuracy.lines[0].get_ydata()).tolist() == [0.5, 0.75]
    assert accuracy.get_title() == "accuracy"


def test_an_epoch_without_a_figure_is_left_open() -> None:
    assert np.isnan(np.asarray(plot_history(HISTORY).axes[0].lines[1].get_ydata(), float)).tolist() == [False, True]


def test_no_history_is_refused() -> None:
    with pytest.raises(UsageError, match="no epoch"):
        plot_history([])
    with pytest.raises(UsageError, match="neither a loss nor a metric"):
        plot_history([{"epoch": 1, "seconds": 2.0}])


def test_rates_stand_on_a_logarithmic_scale_with_what_is_suggested() -> None:
    cell = plot_rates([1e-4, 1e-3, 1e-2], [2.0, 1.0, 3.0], {"valley": 8e-4}).axes[0]
    assert cell.get_xscale() == "log"
    assert np.asarray(cell.lines[1].get_xdata()).tolist() == [8e-4, 8e-4]
    assert cell.lines[1].get_label() == "valley: 8.0e-04"


def test_rates_and_losses_have_to_match() -> None:
    with pytest.raises(UsageError, match="as many of each"):
        plot_rates([1e-3, 1e-2], [1.0], {})


def test_many_classes_are_drawn_without_counts() -> None:
    names = [f"class {number}" for number in range(40)]
    figure = plot_confusion(np.eye(40, dtype=int), names)
    assert not figure.axes[0].texts
    assert figure._repr_png_().startswith(b"\x89PNG")
