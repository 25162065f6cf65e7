"""Numbers of a table to predict: scaled, and on a logarithmic scale where they are skewed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import DataError, UsageError
from fledge.core.log import log
from fledge.transforms.number import Number, Value, number_table
from fledge.transforms.transform import Block, Transform

_SKEWED = 1.0
_MOST = 80.0
"""e to this power is still a number that an answer can say."""


@final
@dataclass(frozen=True)
class TableNumber(Transform[Value, Tensor]):
    """One or several numbers, some of them by their logarithm, less their mean and in units of their spread.

    Prices and counts differ by factors, so a network learns their logarithm better; answers are in their own unit.

    >>> price = TableNumber.learn([1.0, 10.0, 100.0, 1000.0, 10000.0], names=["price"])
    >>> price.logs, round(price.decode(price.encode(10.0)), 3)
    ((True,), 10.0)
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    names: tuple[str, ...]
    logs: tuple[bool, ...]

    def __post_init__(self) -> None:
        Number(self.mean, self.std, self.names)  # which checks them
        if len(self.logs) != len(self.mean):
            raise UsageError(f"{len(self.logs)} logs and {len(self.mean)} numbers don't match")

    @classmethod
    def learn(
        cls, values: Sequence[Value], names: Sequence[str] | None = None, *, log_scale: bool | Literal["auto"] = "auto"
    ) -> Self:
        """Mean and spread of each number; "auto" takes logarithms where all are positive and far less skewed so."""
        if not len(values):
            raise DataError("there are no numbers to learn from", hint="check that the target column holds some")
        table = number_table(values)
        logs = tuple(_wants_log(column) if log_scale == "auto" else bool(log_scale) for column in table.T)
        scaled = Number.learn(_logged(table, logs), names)
        for name, chosen in zip(scaled.names, logs, strict=True):
            if chosen:
                log.info("%s is skewed and positive: its logarithm is learned", name)
        return cls(scaled.mean, scaled.std, scaled.names, logs)

    def encode(self, value: Value) -> Tensor:
        return self.encode_all([value])[0]

    def encode_all(self, values: Sequence[Value]) -> Tensor:
        scaled = (_logged(number_table(values, len(self.mean)), self.logs) - self.mean) / self.std
        return torch.from_numpy(scaled.astype(np.float32))

    def decode(self, value: Tensor) -> float | tuple[float, ...]:
        numbers = tuple(self.unscaled(value.double().reshape(1, -1))[0].tolist())
        return numbers[0] if len(numbers) == 1 else numbers

    def unscaled(self, values: Tensor) -> Tensor:
        """Scaled numbers (batch, n) in their own units."""
        plain = values * values.new_tensor(self.std) + values.new_tensor(self.mean)
        logs = torch.tensor(self.logs, device=values.device)
        return torch.where(logs, plain.clamp(max=_MOST).exp(), plain)


@final
@dataclass(frozen=True)
class TableNumberBlock(Block):
    """Numbers of a table to predict; `log_scale` decides whether by their logarithm.

    >>> TableNumberBlock(names=["age"], log_scale=False).learn([2.0, 4.0])
    TableNumber(mean=(3.0,), std=(1.0,), names=('age',), logs=(False,))
    """

    names: Sequence[str] | None = None
    log_scale: bool | Literal["auto"] = "auto"

    def learn(self, values: Sequence[Value], steps: Sequence[Any] = ()) -> TableNumber:
        return TableNumber.learn(values, self.names, log_scale=self.log_scale)


def _logged(table: NDArray[np.float64], logs: Sequence[bool]) -> NDArray[np.float64]:
    if (table[:, np.asarray(logs)] <= 0).any():
        raise DataError(
            f"a number of {table[:, np.asarray(logs)].min():g} has no logarithm", hint="train without: log_scale=False"
        )
    return np.where(logs, np.log(np.where(logs, table, 1.0)), table)


def _wants_log(column: NDArray[np.float64]) -> bool:
    return bool(column.min() > 0 and _skew(column) > _SKEWED and abs(_skew(np.log(column))) < _skew(column) / 2)


def _skew(column: NDArray[np.float64]) -> float:
    """How much longer the upper tail is than the lower one; 0 where both are alike."""
    off = column - column.mean()
    spread = off.std()
    return float((off**3).mean() / spread**3) if spread > 0 else 0.0
