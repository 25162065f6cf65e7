"""One or several numbers for a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from torch import Tensor

from fledge.scoring.losses import Loss, SquaredError
from fledge.scoring.metrics import Metric, mae, r2
from fledge.tasks.answer import Answer
from fledge.tasks.saying import SayNumbers
from fledge.tasks.task import Task
from fledge.transforms.image import Image
from fledge.transforms.number import Number
from fledge.transforms.transform import Codec


@final
@dataclass(frozen=True)
class ImageRegression(Task[Codec[Image, Number]]):
    """How much of something a picture shows."""

    title: ClassVar[str] = "numbers for each picture"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Image) and isinstance(codec.target, Number)

    def outputs(self, codec: Codec[Image, Number]) -> int:
        return len(codec.target.mean)

    def loss(self, codec: Codec[Image, Number]) -> Loss:
        return SquaredError()

    def metrics(self, codec: Codec[Image, Number]) -> tuple[Metric, ...]:
        return (r2, mae)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs

    def in_units(self, values: Tensor, codec: Codec[Image, Number]) -> Tensor:
        return codec.target.unscaled(values)

    def says(self, codec: Codec[Image, Number]) -> SayNumbers:
        return SayNumbers(codec.target.names)

    def answers(self, outputs: Tensor, codec: Codec[Image, Number]) -> list[Answer]:
        return self.says(codec).answers(self.readable(outputs, codec).numpy())
