"""What a model said of many items."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.core.errors import UsageError
from fledge.insight.predictions import Predictions
from fledge.scoring.figure import Figure


def test_they_unpack_as_probabilities_and_targets() -> None:
    shares, truth = torch.tensor([[0.9, 0.1], [0.2, 0.8]]), torch.tensor([0, 1])
    probabilities, targets = Predictions(shares.log(), shares, truth)
    assert probabilities is shares
    assert targets is truth


def test_they_print_their_figures_and_not_their_tensors() -> None:
    text = repr(Predictions(torch.zeros(150, 3), torch.zeros(150, 3), figures={"accuracy": Figure.of_share(146, 150)}))
    assert text.splitlines() == [
        "Predictions for 150 items (3 outputs each, targets unknown)",
        "  accuracy: 97.3 % of 150 (93.3 to 99.0 %)",
    ]


def test_a_row_without_a_name_is_called_by_its_place_in_the_samples() -> None:
    rows = Predictions(torch.zeros(2), torch.zeros(2), items=np.array([7, 3]))
    assert (rows.place(1), rows.name(1)) == (3, "item 3")
    named = Predictions(torch.zeros(2), torch.zeros(2), names=("a.jpg", "b.jpg"))
    assert (named.place(1), named.name(1)) == (1, "b.jpg")


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="3 outputs and 2 targets"):
        Predictions(torch.zeros(3, 2), torch.zeros(3, 2), torch.tensor([0, 1]))
