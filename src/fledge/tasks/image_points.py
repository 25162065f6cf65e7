"""Where given points lie in a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from torch import Tensor

from fledge.scoring.losses import Loss, SquaredError
from fledge.scoring.metrics import Metric, mae
from fledge.tasks.answer import Answer
from fledge.tasks.saying import SayPoints
from fledge.tasks.task import Task
from fledge.transforms.image import Image
from fledge.transforms.points import Points
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class ImagePoints(Task[Codec[Image, Points]]):
    """The same points (an eye, a beak) found in each picture."""

    title: ClassVar[str] = "points in each picture"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Image) and isinstance(codec.target, Points)

    def outputs(self, codec: Codec[Image, Points]) -> int:
        return 2 * codec.target.count

    def loss(self, codec: Codec[Image, Points]) -> Loss:
        return SquaredError()

    def metrics(self, codec: Codec[Image, Points]) -> tuple[Metric, ...]:
        return (mae,)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs

    def readable(self, outputs: Tensor, codec: Codec[Image, Points]) -> Tensor:
        return (outputs.double() + 1) / 2

    def says(self, codec: Codec[Image, Points]) -> SayPoints:
        return SayPoints(codec.target.count)

    def answers(self, outputs: Tensor, codec: Codec[Image, Points]) -> list[Answer]:
        return self.says(codec).answers(self.readable(outputs, codec).numpy())
