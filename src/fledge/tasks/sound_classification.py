"""Which of the known classes a sound is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast, final

import torch
from torch import Tensor

from fledge.scoring.losses import CrossEntropy, Loss
from fledge.scoring.metrics import Metric, accuracy
from fledge.tasks.answer import Answer, Label
from fledge.tasks.saying import SayLabel
from fledge.tasks.task import Task
from fledge.tasks.timeline import Span, Timeline, stretches
from fledge.transforms.category import Category
from fledge.transforms.sound import Sound
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class SoundClassification(Task[Codec[Sound, Category]]):
    """One class for each sound."""

    title: ClassVar[str] = "sound classification"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Sound) and isinstance(codec.target, Category)

    def outputs(self, codec: Codec[Sound, Category]) -> int:
        return len(codec.target.names)

    def loss(self, codec: Codec[Sound, Category]) -> Loss:
        return CrossEntropy()

    def metrics(self, codec: Codec[Sound, Category]) -> tuple[Metric, ...]:
        return (accuracy,)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs.softmax(1)

    def says(self, codec: Codec[Sound, Category]) -> SayLabel:
        return SayLabel(codec.target.names)

    def answers(self, outputs: Tensor, codec: Codec[Sound, Category]) -> list[Answer]:
        return self.says(codec).answers(self.readable(outputs, codec).numpy())

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        """Probabilities are averaged, not scores: a view that is very sure doesn't outvote the others."""
        return torch.stack([self.probabilities(each) for each in outputs]).mean(0).log()

    def over_time(self, outputs: Tensor, spans: Sequence[Span], codec: Codec[Sound, Category]) -> Timeline:
        """The windows of one long recording as one answer: what it is, and what is heard when."""
        whole = self.answers(self.mean_outputs(outputs[:, None].unbind()), codec)[0]
        return Timeline(cast(Label, whole), stretches(self.probabilities(outputs), spans, codec.target.names))
