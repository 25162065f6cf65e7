"""One or several numbers for a row of a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, final

from torch import Tensor

from fledge.scoring.losses import Loss, SquaredError
from fledge.scoring.metrics import Metric, mae, r2, rmse
from fledge.tasks.answer import Answer
from fledge.tasks.saying import SayNumbers
from fledge.tasks.task import Task
from fledge.transforms.number import Number
from fledge.transforms.row import Row
from fledge.transforms.table_number import TableNumber
from fledge.transforms.transform import Codec

NumberCodec = Codec[Row, Number] | Codec[Row, TableNumber]


@final
@dataclass(frozen=True)
class TableRegression(Task[Codec[Any, Any]]):
    """How much of something a row stands for."""

    title: ClassVar[str] = "numbers for the rows of a table"

    @classmethod
    def fits(cls, codec: Codec[Any, Any]) -> bool:
        return isinstance(codec.input, Row) and isinstance(codec.target, Number | TableNumber)

    def outputs(self, codec: NumberCodec) -> int:
        return len(codec.target.mean)

    def loss(self, codec: NumberCodec) -> Loss:
        return SquaredError()

    def metrics(self, codec: NumberCodec) -> tuple[Metric, ...]:
        return (r2, rmse, mae)

    def probabilities(self, outputs: Tensor) -> Tensor:
        return outputs

    def in_units(self, values: Tensor, codec: NumberCodec) -> Tensor:
        return codec.target.unscaled(values)

    def says(self, codec: NumberCodec) -> SayNumbers:
        return SayNumbers(codec.target.names)

    def answers(self, outputs: Tensor, codec: NumberCodec) -> list[Answer]:
        return self.says(codec).answers(self.readable(outputs, codec).numpy())
