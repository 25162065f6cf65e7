"""Which of the known people, or classes, a movement is from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast, final

import torch
from torch import Tensor

from fledge.scoring.losses import CrossEntropy, Loss
from fledge.scoring.metrics import Metric, accuracy
from fledge.tasks.answer import Answer, Label
from fledge.tasks.image_classification import class_answers
from fledge.tasks.saying import SayLabel
from fledge.tasks.task import Task
from fledge.tasks.timeline import Span, Timeline, stretches
from fledge.transforms.category import Category
from fledge.transforms.track import Track
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class TrackClassification(Task[Codec[Track, Category]]):
    """One class for each movement; its pieces answer together, so its metrics count whole movements, not pieces."""

    title: ClassVar[str] = "movement classification"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Track) and isinstance(codec.target, Category)

    def outputs(self, codec: Codec[Track, Category]) -> int:
        return len(codec.target.names)

    def loss(self, codec: Codec[Track, Category]) -> Loss:
        return CrossEntropy()

    def metrics(self, codec: Codec[Track, Category]) -> tuple[Metric, ...]:
        return (accuracy,)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs.softmax(1)

    def says(self, codec: Codec[Track, Category]) -> SayLabel:
        return SayLabel(codec.target.names)

    def answers(self, outputs: Tensor, codec: Codec[Track, Category]) -> list[Answer]:
        return class_answers(self.probabilities(outputs), codec.target)

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        """Probabilities are averaged, not scores: a view that is very sure doesn't outvote the others."""
        return torch.stack([self.probabilities(each) for each in outputs]).mean(0).log()

    def over_time(self, outputs: Tensor, spans: Sequence[Span], codec: Codec[Track, Category]) -> Timeline:
        """The pieces of one long movement as one answer: whose it is, and who it seems to be when."""
        whole = self.answers(self.mean_outputs(outputs[:, None].unbind()), codec)[0]
        return Timeline(cast(Label, whole), stretches(self.probabilities(outputs), spans, codec.target.names))
