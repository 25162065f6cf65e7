"""Which of the known classes a row of a table is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import torch
from torch import Tensor

from fledge.scoring.losses import CrossEntropy, Loss
from fledge.scoring.metrics import Metric, accuracy, roc_auc
from fledge.tasks.answer import Answer
from fledge.tasks.saying import SayLabel
from fledge.tasks.task import Task
from fledge.transforms.category import Category
from fledge.transforms.row import Row
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class TableClassification(Task[Codec[Row, Category]]):
    """One class for each row."""

    title: ClassVar[str] = "classes of the rows of a table"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Row) and isinstance(codec.target, Category)

    def outputs(self, codec: Codec[Row, Category]) -> int:
        return len(codec.target.names)

    def loss(self, codec: Codec[Row, Category]) -> Loss:
        return CrossEntropy()

    def metrics(self, codec: Codec[Row, Category]) -> tuple[Metric, ...]:
        return (accuracy, roc_auc)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs.softmax(1)

    def says(self, codec: Codec[Row, Category]) -> SayLabel:
        return SayLabel(codec.target.names)

    def answers(self, outputs: Tensor, codec: Codec[Row, Category]) -> list[Answer]:
        return self.says(codec).answers(self.readable(outputs, codec).numpy())

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        """Probabilities are averaged, not scores: a model that is very sure doesn't outvote the others."""
        return torch.stack([self.probabilities(each) for each in outputs]).mean(0).log()
