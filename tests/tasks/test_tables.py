"""The tasks of tables."""

from __future__ import annotations

import pytest
import torch

from fledge.tasks.table import task_for
from fledge.tasks.table_classification import TableClassification
from fledge.tasks.table_regression import TableRegression
from fledge.transforms.category import Category
from fledge.transforms.number import Number
from fledge.transforms.row import Row
from fledge.transforms.row_columns import NumberColumn
from fledge.transforms.table_number import TableNumber
from fledge.transforms.transform import Codec

ROW = Row(numbers=(NumberColumn("age", (0.0, 1.0), 0.5),))


def test_a_task_is_known_by_what_is_told() -> None:
    assert isinstance(task_for(Codec(ROW, Category(("a", "b")))), TableClassification)
    assert isinstance(task_for(Codec(ROW, Number((0.0,), (1.0,), ("n",)))), TableRegression)
    assert isinstance(task_for(Codec(ROW, TableNumber((0.0,), (1.0,), ("n",), (True,)))), TableRegression)


def test_classes_are_answered_with_their_probabilities() -> None:
    answer = TableClassification().answers(torch.tensor([[0.0, 2.0]]), Codec(ROW, Category(("a", "b"))))[0]
    assert str(answer) == "b (88.1 %)"


def test_numbers_are_answered_and_judged_in_their_own_units() -> None:
    codec = Codec(ROW, TableNumber((0.0,), (2.0,), ("price",), (True,)))
    assert float(TableRegression().answers(torch.tensor([[1.0]]), codec)[0]) == pytest.approx(7.389, rel=1e-3)  # type: ignore[arg-type]
    assert TableRegression().in_units(torch.zeros(1, 1), codec).item() == 1.0
