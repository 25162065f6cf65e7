"""Numbers to predict, brought to a common scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any, Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import DataError, UsageError, shown
from fledge.transforms.transform import Block, Transform

Value = float | Sequence[float]
"""One number, or several."""

LARGEST = 3e38
"""The largest number a network's outputs (float32) can say."""


@final
@dataclass(frozen=True)
class Number(Transform[Value, Tensor]):
    """One or several numbers, less their mean and in units of their spread: what a network learns best.

    >>> age = Number.learn([20.0, 30.0, 40.0], names=["age"])
    >>> age.encode(30.0)
    tensor([0.])
    >>> round(age.decode(age.encode(40.0)), 3)
    40.0
    """

    mean: tuple[float, ...]
    std: tuple[float, ...]
    names: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.mean) == len(self.std) == len(self.names):
            raise UsageError(f"{len(self.mean)} means, {len(self.std)} spreads and {len(self.names)} names don't match")
        if not all(each > 0 for each in self.std):
            raise UsageError(f"a spread is above 0, not {min(self.std)}")

    @classmethod
    def learn(cls, values: Sequence[Value] | NDArray[np.float64], names: Sequence[str] | None = None) -> Self:
        """The mean and spread of each number; one that never varies keeps its scale."""
        if not len(values):
            raise DataError("there are no numbers to learn from", hint="check get_y: it is what gives each item its number")
        table = number_table(values)
        spread = table.std(0)
        spread[spread <= np.maximum(1e-12 * np.abs(table).max(0), 1e-30)] = 1.0  # what is left is rounding
        return cls(tuple(table.mean(0).tolist()), tuple(spread.tolist()), tuple(names or _usual_names(table.shape[1])))

    def encode(self, value: Value) -> Tensor:
        return self.encode_all([value])[0]

    def encode_all(self, values: Sequence[Value]) -> Tensor:
        scaled = (number_table(values, len(self.mean)) - self.mean) / self.std
        return torch.from_numpy(scaled.astype(np.float32))

    def decode(self, value: Tensor) -> float | tuple[float, ...]:
        numbers = tuple(self.unscaled(value.double().reshape(1, -1))[0].tolist())
        return numbers[0] if len(numbers) == 1 else numbers

    def unscaled(self, values: Tensor) -> Tensor:
        """Scaled numbers (batch, n) in their own units."""
        return values * values.new_tensor(self.std) + values.new_tensor(self.mean)


@final
@dataclass(frozen=True)
class NumberBlock(Block):
    """Numbers to predict: `n_out` for each item, or as many as the first item has.

    >>> NumberBlock(names=["width", "height"]).learn([(2.0, 4.0), (4.0, 4.0)])
    Number(mean=(3.0, 4.0), std=(1.0, 1.0), names=('width', 'height'))
    """

    n_out: int | None = None
    names: Sequence[str] | None = None

    def learn(self, values: Sequence[Value], steps: Sequence[Any] = ()) -> Number:
        number = Number.learn(values, self.names)
        if self.n_out not in (None, len(number.mean)):
            raise DataError(f"items have {len(number.mean)} numbers each, and n_out is {self.n_out}", hint="let n_out be found")
        return number


def number_table(values: Sequence[Any] | NDArray[Any], count: int | None = None) -> NDArray[np.float64]:
    """Values as (items, numbers): all finite, as many for each item. Text is never read as a number.

    >>> number_table([1, 2.5])
    array([[1. ],
           [2.5]])
    """
    try:
        table = np.asarray(values)
    except ValueError:  # items with more and fewer numbers
        table = np.empty(0, object)
    if table.dtype.kind not in "fiub" or table.ndim not in (1, 2) or not (np.abs(table) <= LARGEST).all():
        raise _refused(values)
    table = table.reshape(len(values), -1 if len(values) else count or 1).astype(np.float64)
    if count is not None and table.shape[1] != count:
        raise DataError(f"{count} numbers are needed for each item, not {shown(values[0])}", hint="give each item as many")
    return table


def _refused(values: Sequence[Any] | NDArray[Any]) -> DataError:
    """What is wrong with the first value that isn't as it should be."""
    for value in values:
        parts = np.asarray(value, object).ravel().tolist()
        if not parts or any(not isinstance(part, Real) or not abs(float(part)) <= LARGEST for part in parts):
            return DataError(
                f"a number to predict has to be a finite number, not {shown(value)}",
                hint="read the column as numbers, and set items without one aside",
            )
    return DataError(f"items have more and fewer numbers, such as {shown(values[0])}", hint="give each item as many")


def _usual_names(count: int) -> tuple[str, ...]:
    return ("number",) if count == 1 else tuple(f"number {place}" for place in range(1, count + 1))
