"""Answers out of numbers on the scale people read, without torch: the one way for a network and for its export."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

import msgspec
from numpy.typing import NDArray

from fledge.core.errors import UsageError
from fledge.tasks.answer import Answer, Label, Labels, Numbers, Points, Verified
from fledge.transforms.reading import Reading


class Saying(ABC):
    """What kind of answer a model gives, and the words it needs for it: frozen, and saved as its fields."""

    transform: ClassVar[str]
    """What the target's transform is called in `TRANSFORMS`."""
    output: ClassVar[str]
    """What an exported graph calls its output."""
    beside: ClassVar[tuple[str, ...]] = ()
    """What else the graph gives: the numbers behind an answer that is none itself."""
    shares: ClassVar[bool] = True
    """Whether its numbers are shares of one, and not in units of their own."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many numbers there are of each input."""

    def fits(self, shape: Sequence[Any]) -> bool:
        """Whether answers can be made of what has this shape; a dimension that may have any size has a name."""
        return list(shape[1:]) == [self.width]

    @abstractmethod
    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        """The answer to each row of numbers (count, width)."""

    def answers_to(self, rows: NDArray[Any], batch: Sequence[NDArray[Any]], reading: Reading) -> list[Answer]:
        """`answers`, where what is said also depends on who or what was asked about."""
        return self.answers(rows)


@final
@dataclass(frozen=True)
class SayLabel(Saying):
    """The most probable of several classes, with all of them beside it.

    >>> import numpy as np
    >>> print(*SayLabel(("bird", "forest")).answers(np.array([[0.25, 0.75]])))
    forest (75.0 %)
    """

    transform: ClassVar[str] = "category"
    output: ClassVar[str] = "probabilities"

    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]

    @property
    def width(self) -> int:
        return len(self.names)

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        best = rows.argmax(1).tolist()
        return [
            Label(self.names[place], row[place], dict(zip(self.names, row, strict=True)))
            for place, row in zip(best, rows.tolist(), strict=True)
        ]


@final
@dataclass(frozen=True)
class SayLabels(Saying):
    """Each tag whose probability reaches its threshold.

    >>> import numpy as np
    >>> print(*SayLabels(("sea", "sky"), (0.5, 0.5)).answers(np.array([[0.25, 0.75]])))
    sky (75.0 %)
    """

    transform: ClassVar[str] = "multi_category"
    output: ClassVar[str] = "probabilities"

    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    thresholds: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.thresholds) != len(self.names):
            raise UsageError(f"{len(self.names)} tags and {len(self.thresholds)} thresholds don't match")

    @property
    def width(self) -> int:
        return len(self.names)

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        return [
            Labels(
                tuple(name for name, p, least in zip(self.names, row, self.thresholds, strict=True) if p >= least),
                dict(zip(self.names, row, strict=True)),
                dict(zip(self.names, self.thresholds, strict=True)),
            )
            for row in rows.tolist()
        ]


@final
@dataclass(frozen=True)
class SayVerified(Saying):
    """Whether something is one person's: from the threshold on it is taken to be.

    >>> import numpy as np
    >>> print(*SayVerified("ann", 0.7).answers(np.array([[0.25, 0.75]])))
    ann (score 0.75, from 0.70 on)
    """

    transform: ClassVar[str] = "owner"
    output: ClassVar[str] = "probabilities"

    owner: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    threshold: Annotated[float, msgspec.Meta(ge=0, le=1)]

    @property
    def names(self) -> tuple[str, str]:
        """Both answers, the owner's last."""
        return f"not {self.owner}", self.owner

    @property
    def width(self) -> int:
        return 2

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        return [Verified(score >= self.threshold, score, self.threshold, self.owner) for score in rows[:, 1].tolist()]


@final
@dataclass(frozen=True)
class SayNumbers(Saying):
    """Numbers in their own units.

    >>> import numpy as np
    >>> print(*SayNumbers(("age",)).answers(np.array([[4.25]])))
    4.25
    """

    transform: ClassVar[str] = "number"
    output: ClassVar[str] = "numbers"
    shares: ClassVar[bool] = False

    names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]

    @property
    def width(self) -> int:
        return len(self.names)

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        return [Numbers(tuple(row), self.names) for row in rows.tolist()]


@final
@dataclass(frozen=True)
class SayPoints(Saying):
    """Places in a picture.

    >>> import numpy as np
    >>> print(*SayPoints(1).answers(np.array([[0.25, 0.5]])))
    (0.250, 0.500)
    """

    transform: ClassVar[str] = "points"
    output: ClassVar[str] = "points"

    count: Annotated[int, msgspec.Meta(ge=1, le=10_000)]

    @property
    def width(self) -> int:
        return 2 * self.count

    def answers(self, rows: NDArray[Any]) -> list[Answer]:
        return [Points(tuple((x, y) for x, y in row)) for row in rows.reshape(len(rows), self.count, 2).tolist()]
