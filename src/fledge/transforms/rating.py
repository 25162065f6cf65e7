"""How much somebody likes something, as a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Annotated, Any, Self, final

import msgspec
import torch
from torch import Tensor

from fledge.core.errors import DataError, UsageError
from fledge.transforms.number import number_table
from fledge.transforms.transform import Block, Transform

_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]


@final
@dataclass(frozen=True)
class Rating(Transform[float, Tensor]):
    """A number between the lowest and the highest that was given, in its own unit.

    >>> stars = Rating.learn([0.5, 4.0, 5.0], "stars")
    >>> stars.encode(4.0), stars.within(torch.tensor([5.7]))
    (tensor(4.), tensor([5.]))
    """

    low: float
    high: float
    column: _Line = "rating"

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high) and self.low <= self.high):
            raise UsageError(f"ratings from {self.low} to {self.high} can't be")

    @classmethod
    def learn(cls, values: Sequence[float], name: str = "rating") -> Self:
        """The range of the ratings given."""
        if not len(values):
            raise DataError("there are no ratings to learn from", hint="pass a table that has some")
        table = number_table(values, 1)
        return cls(float(table.min()), float(table.max()), name)

    @property
    def name(self) -> str:
        """What the number is called; a field of this name would be taken for the transform's own in a file."""
        return self.column

    def encode(self, value: float) -> Tensor:
        return self.encode_all([value])[0]

    def encode_all(self, values: Sequence[float]) -> Tensor:
        return torch.from_numpy(number_table(values, 1)[:, 0]).float()

    def decode(self, value: Tensor) -> float:
        return round(float(self.within(value.double().reshape(-1))[0]), 6)

    def within(self, values: Tensor) -> Tensor:
        """Numbers brought into the range: nobody gives more than the highest rating."""
        return values.clamp(self.low, self.high)


@final
@dataclass(frozen=True)
class RatingBlock(Block):
    """Ratings under the name of their column."""

    name: str = "rating"

    def learn(self, values: Sequence[float], steps: Sequence[Any] = ()) -> Rating:
        return Rating.learn(values, self.name)
