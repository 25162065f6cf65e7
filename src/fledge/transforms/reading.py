"""How the inputs of an exported model are read, without torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import UsageError

Array = NDArray[Any]


class Reading(ABC):
    """Reads a value as far as an exported graph takes it: frozen, and saved as its fields.

    It stands in a predictor where a transform stands in one with torch, so it has the name of one.
    """

    transform: ClassVar[str]
    """What the transform it stands for is called in `TRANSFORMS`."""

    names: tuple[str, ...]
    """What the graph calls its inputs."""
    shared: int = 0
    """How many of them, the last ones, are the same for all of a batch."""

    @abstractmethod
    def encode(self, value: Any) -> tuple[Array, ...]:
        """One value as the graph takes it: an array for each of its inputs."""

    def encode_all(self, values: Any) -> tuple[Array, ...]:
        """Several values as one batch."""
        return tuple(np.stack(each) for each in zip(*map(self.encode, values), strict=True))

    def batches(self, read: Sequence[tuple[Array, ...]], most: int) -> Iterator[tuple[Array, ...]]:
        """Values that are encoded, as batches of about so many bytes: those that follow each other and have the same sizes."""
        for _, same in groupby(read, key=self._alike):
            group = list(same)
            size = max(1, most // max(1, sum(part.nbytes for part in group[0])))
            for start in range(0, len(group), size):
                some = group[start : start + size]
                own = len(some[0]) - self.shared
                yield (*(np.stack(parts) for parts in zip(*(each[:own] for each in some), strict=True)), *some[0][own:])

    def _alike(self, encoded: tuple[Array, ...]) -> Any:
        """What values have in common that can be in one batch."""
        own = len(encoded) - self.shared
        return [part.shape for part in encoded], [part.tobytes() for part in encoded[own:]]

    def decode(self, encoded: Any) -> Any:
        """What a network sees of an input, as a picture: nothing, for that is worked out inside the graph."""
        return None

    def is_one(self, given: Any) -> bool:
        """Whether a list of things, or a frame, is one input, and not several."""
        return False

    def warnings(self, value: Any) -> tuple[str, ...]:
        """What about a value was never met in training."""
        return ()

    def windows(self, value: Any) -> Any:
        """Refused: one answer over many windows is worked out by torch."""
        raise UsageError("an exported model has no windows=True", hint="ask the model file it was made from")
