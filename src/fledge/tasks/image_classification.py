"""Which of the known classes a picture shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import torch
from torch import Tensor

from fledge.scoring.losses import CrossEntropy, Loss
from fledge.scoring.metrics import Metric, accuracy
from fledge.tasks.answer import Answer
from fledge.tasks.saying import SayLabel
from fledge.tasks.task import Task
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class ImageClassification(Task[Codec[Image, Category]]):
    """One class for each picture."""

    title: ClassVar[str] = "image classification"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Image) and isinstance(codec.target, Category)

    def outputs(self, codec: Codec[Image, Category]) -> int:
        return len(codec.target.names)

    def loss(self, codec: Codec[Image, Category]) -> Loss:
        return CrossEntropy()

    def metrics(self, codec: Codec[Image, Category]) -> tuple[Metric, ...]:
        return (accuracy,)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs.softmax(1)

    def says(self, codec: Codec[Image, Category]) -> SayLabel:
        return SayLabel(codec.target.names)

    def answers(self, outputs: Tensor, codec: Codec[Image, Category]) -> list[Answer]:
        return self.says(codec).answers(self.readable(outputs, codec).numpy())

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        """Probabilities are averaged, not scores: a view that is very sure doesn't outvote the others."""
        return torch.stack([self.probabilities(each) for each in outputs]).mean(0).log()


def class_answers(probabilities: Tensor, classes: Category) -> list[Answer]:
    """The most probable class of each row, with all of them beside it."""
    return SayLabel(classes.names).answers(probabilities.numpy())
