"""Numbers for people and things out of an exported graph, as answers; needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

import msgspec
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.tasks.answer import Answer, Numbers
from fledge.tasks.recommending import suggestions
from fledge.tasks.saying import Saying
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.reading import Reading


@final
@dataclass(frozen=True)
class SayRating(Saying):
    """How a person would rate a thing, between the lowest and the highest that was given.

    >>> import numpy as np
    >>> print(*SayRating(0.5, 5.0).answers(np.array([[3.25], [7.0]])))
    3.25 5
    """

    transform: ClassVar[str] = "rating"
    output: ClassVar[str] = "scores"
    shares: ClassVar[bool] = False

    low: float
    high: float
    column: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)] = "rating"

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise UsageError(f"ratings from {self.low} to {self.high} can't be")

    @property
    def names(self) -> tuple[str]:
        """What the number is called."""
        return (self.column,)

    @property
    def name(self) -> str:
        """What the number is called."""
        return self.column

    @property
    def width(self) -> int:
        return 1

    @property
    def given(self) -> tuple[float, float]:
        """The range of what can be given."""
        return self.low, self.high

    def fits(self, shape: Sequence[Any]) -> bool:
        return len(shape) == 2

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        return [Numbers((value,), (self.column,)) for value in rows[:, 0].clip(self.low, self.high).tolist()]


@final
@dataclass(frozen=True)
class SayLiked(Saying):
    """The things that suit a person best of those they don't have."""

    transform: ClassVar[str] = "liked"
    output: ClassVar[str] = "scores"
    shares: ClassVar[bool] = False

    first: Annotated[int, msgspec.Meta(ge=1, le=1000)]

    @property
    def width(self) -> int:
        return 1

    @property
    def given(self) -> tuple[float, float]:
        """The range of what can be given: a like is a like."""
        return 1.0, 1.0

    def fits(self, shape: Sequence[Any]) -> bool:
        return len(shape) == 2

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        raise TypeError("which things are meant has to be known")

    def answers_to(self, rows: NDArray[Any], batch: Sequence[NDArray[Any]], reading: Reading) -> list[Answer]:
        catalogue: Catalogue = getattr(reading, "catalogue")  # noqa: B009 - of whoever is asked about likes
        people = batch[0][:, 0].tolist()
        return [
            suggestions(catalogue, row, catalogue.seen(person), self.first) for person, row in zip(people, rows, strict=True)
        ]
