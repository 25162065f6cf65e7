"""What an exported model has in common, whatever its graph is run by; needs no torch."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from fledge.predictor.onnx_description import OnnxDescription
from fledge.tasks.answer import Answer
from fledge.tasks.saying import Saying
from fledge.transforms.reading import Array, Reading

_AT_ONCE = 1 << 21
"""Bytes of inputs that go through the graph together, for what it makes of more doesn't stay in a processor's cache."""


class Exported(ABC):
    """A graph that stands in a model's place: inputs are read before it, and answers said behind it, as is described."""

    described: OnnxDescription

    @property
    def input(self) -> Reading:
        """What reads its inputs."""
        return self.described.reading

    @property
    def target(self) -> Saying:
        """What its answers are made of."""
        return self.described.saying

    def read(self, given: Any) -> tuple[Array, ...]:
        """One input as the graph takes it: what `answers` takes."""
        return self.input.encode(given)

    def answers(self, read: Sequence[tuple[Array, ...]], first: int = 0) -> list[Answer]:
        """The answers to inputs that are `read` already; `first` is the number errors count from."""
        found: list[Answer] = []
        for batch in self.input.batches(read, _AT_ONCE):
            found += self.target.answers_to(self.outputs(batch, first + len(found)), batch, self.input)
        return found

    def outputs(self, batch: Sequence[Array], first: int = 0) -> Array:
        """What the graph gives for a batch and answers are made of, on the scale people read."""
        return self.run(batch, first)[0]

    @abstractmethod
    def run(self, batch: Sequence[Array], first: int = 0) -> list[Array]:
        """All that the graph gives for a batch, numbers that can be compared last."""
