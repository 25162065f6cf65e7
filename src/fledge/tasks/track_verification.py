"""Whether a movement is the owner's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self, final

import msgspec
import torch
from torch import Tensor

from fledge.scoring.losses import CrossEntropy, Loss
from fledge.scoring.measures import equal_error
from fledge.scoring.metrics import Metric, accuracy, equal_error_rate, roc_auc
from fledge.tasks.answer import Answer
from fledge.tasks.saying import SayVerified
from fledge.tasks.task import Task
from fledge.transforms.owner import Owner
from fledge.transforms.track import Track
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class TrackVerification(Task[Codec[Track, Owner]]):
    """One person against all others: a score from 0 to 1, and from `threshold` on it is taken to be them.

    The threshold is chosen on the held-back part so that strangers let in are as rare as owners turned away.
    """

    title: ClassVar[str] = "movement verification"
    tunes: ClassVar[bool] = True

    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.5

    @property
    def thresholds(self) -> tuple[float, ...]:
        """As of all tasks that have some."""
        return (self.threshold,)

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Track) and isinstance(codec.target, Owner)

    def outputs(self, codec: Codec[Track, Owner]) -> int:
        return 2

    def loss(self, codec: Codec[Track, Owner]) -> Loss:
        return CrossEntropy()

    def metrics(self, codec: Codec[Track, Owner]) -> tuple[Metric, ...]:
        return (roc_auc, equal_error_rate, accuracy)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs.softmax(1)

    def says(self, codec: Codec[Track, Owner]) -> SayVerified:
        return SayVerified(codec.target.owner, self.threshold)

    def answers(self, outputs: Tensor, codec: Codec[Track, Owner]) -> list[Answer]:
        return self.says(codec).answers(self.probabilities(outputs).numpy())

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        return torch.stack([self.probabilities(each) for each in outputs]).mean(0).log()

    def tuned(self, outputs: Tensor, targets: Tensor) -> Self:
        """With the threshold of equal error on the held-back part; as before where that holds only owners, or none."""
        _, threshold = equal_error(self.probabilities(outputs)[:, 1].double(), targets == 1)
        return self if threshold is None else replace(self, threshold=round(threshold, 6))
