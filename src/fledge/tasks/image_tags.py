"""Which of the known tags apply to a picture: none, one or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self, final

import torch
from torch import Tensor

from fledge.scoring.losses import BinaryCrossEntropy, Loss
from fledge.scoring.metrics import Metric, accuracy_multi, f1_multi
from fledge.tasks.answer import Answer
from fledge.tasks.saying import SayLabels
from fledge.tasks.task import Task
from fledge.transforms.image import Image
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class ImageTags(Task[Codec[Image, MultiCategory]]):
    """A yes or no for each tag; a tag applies from its threshold on."""

    tunes: ClassVar[bool] = True
    title: ClassVar[str] = "several labels for each picture"

    thresholds: tuple[float, ...] = ()
    """One for each tag, tuned on the held-back part; a half for each where nothing was tuned."""

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Image) and isinstance(codec.target, MultiCategory)

    def outputs(self, codec: Codec[Image, MultiCategory]) -> int:
        return len(codec.target.names)

    def loss(self, codec: Codec[Image, MultiCategory]) -> Loss:
        return BinaryCrossEntropy()

    def metrics(self, codec: Codec[Image, MultiCategory]) -> tuple[Metric, ...]:
        return (accuracy_multi(), f1_multi())

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs.sigmoid()

    def says(self, codec: Codec[Image, MultiCategory]) -> SayLabels:
        return SayLabels(codec.target.names, self.thresholds or (0.5,) * len(codec.target.names))

    def answers(self, outputs: Tensor, codec: Codec[Image, MultiCategory]) -> list[Answer]:
        return self.says(codec).answers(self.readable(outputs, codec).numpy())

    def mean_outputs(self, outputs: Sequence[Tensor]) -> Tensor:
        return torch.stack([each.sigmoid() for each in outputs]).mean(0).logit()

    def tuned(self, outputs: Tensor, targets: Tensor) -> Self:
        """Each tag with the threshold at which its F1 on the held-back part is best."""
        columns = zip(self.probabilities(outputs).T, targets.T, strict=True)
        return replace(self, thresholds=tuple(best_threshold(p, t) for p, t in columns))


def best_threshold(probabilities: Tensor, present: Tensor) -> float:
    """The cut with the best F1: half-way between two neighbouring probabilities, a half if the tag never occurs.

    >>> best_threshold(torch.tensor([0.1, 0.2, 0.3, 0.4]), torch.tensor([0.0, 0.0, 1.0, 1.0]))
    0.25
    """
    if not present.any():
        return 0.5
    probability, order = probabilities.double().sort(descending=True)
    right = present[order].double().cumsum(0)
    claimed = torch.arange(1, len(order) + 1, dtype=torch.float64)
    f1 = 2 * right / (claimed + present.sum())
    # Equal probabilities fall on the same side, so only the last of each run can be a cut.
    below = torch.cat([probability[1:], probability.new_zeros(1)])
    cut = int(torch.where(probability > below, f1, -1.0).argmax())
    return round(float(probability[cut] + below[cut]) / 2, 6)
