"""Values to tensors and back."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.reading import Reading

Value = TypeVar("Value")
"""What people have: a path, a label, a number."""

Encoded = TypeVar("Encoded")
"""What one value becomes before it is put in a batch."""


class Transform(ABC, Generic[Value, Encoded]):
    """A kind of value that has learned what it needs: frozen, and saved as its fields.

    A value goes `front` (deterministic, slow, kept in the cache) -> `rest` (cheap; random while training)
    -> stacked into a batch -> `prepare` on the device (or `augment`, which is `prepare` with random changes).
    `encode` is front and rest without randomness: what training's held-back part, calls, the command line
    and the server all use.
    """

    eager: ClassVar[bool] = True
    """Whether a whole column is encoded at once and held in memory, rather than item by item as it is read."""

    @abstractmethod
    def encode(self, value: Value) -> Encoded:
        """One value as the network's side knows it."""

    @abstractmethod
    def decode(self, value: Any) -> Any:
        """The way back, for people to look at."""

    def encode_all(self, values: Sequence[Value]) -> Tensor:
        """A whole column as one tensor, first dimension the items."""
        return stack([self.encode(value) for value in values])

    def front(self, value: Value) -> Encoded:
        """The deterministic, costly part of encode; its result may be kept as bytes."""
        return self.encode(value)

    def rest(self, front: Any, draws: Draws | None) -> Encoded:
        """What follows front for one item; `draws` holds its random numbers while training, else nothing."""
        encoded: Encoded = front
        return encoded

    def to_kept(self, front: Any) -> NDArray[Any]:
        """A front that is a tensor as an array for the cache."""
        return np.ascontiguousarray(front.numpy())

    def from_kept(self, kept: NDArray[Any]) -> Any:
        """The way back; the array may be written into."""
        return torch.from_numpy(kept)

    def front_settings(self) -> str:
        """Everything front's result depends on besides the value, as text."""
        return repr(self)

    def prepare(self, batch: Tensor) -> Tensor:
        """A stacked batch, on its device, as the model takes it."""
        return batch

    def count_pieces(self, front: Any) -> int:
        """How many examples to learn from a value is cut into: a long one may give many, each with its label."""
        return 1

    def piece(self, front: Any, number: int, draws: Draws | None) -> Encoded:
        """What follows front for one such example."""
        return self.rest(front, draws)

    def warnings(self, value: Value) -> tuple[str, ...]:
        """What about a value was never met in training, and makes an answer less sure."""
        return ()

    def is_one(self, value: Any) -> bool:
        """Whether a tuple is one value of this kind, such as a pair, or a frame, where it would else be taken for several."""
        return False

    def windows(self, value: Value) -> Sequence[Any]:
        """A long value cut in stretches of time: each with `start` and `end` in seconds, and `encoded`."""
        raise UsageError(f"{type(self).__name__} has no time to cut in windows", hint="windows=True is for recordings")

    def sized(self, size: tuple[int, int]) -> Transform[Value, Encoded]:
        """The same, with prepared batches of this height and width, where values lie in pictures."""
        return self

    def plan(self, changes: Sequence[Any], draws: Draws, batch: Tensor) -> Any:
        """The random changes of one batch of inputs, drawn; targets that must move along are handed the same plan."""
        raise TypeError(f"{type(self).__name__} knows no random changes of a batch, so batch_tfms can't be used with it")

    def augment(self, batch: Tensor, plan: Any) -> Tensor:
        """`prepare`, with the plan's random changes."""
        return self.prepare(batch)

    def reading(self, examples: Tensor | None) -> Reading:
        """How the inputs of an exported model are read without torch; `examples` are some that are encoded."""
        raise UsageError(
            f"a model that takes a {type(self).__name__} can't be exported as a graph, to ONNX or torch",
            hint="its own file works wherever torch does, and --to app makes a server of it",
        )

    def graph(self) -> nn.Module:
        """What stands before the network in an exported graph: from what `reading` gives to what `prepare` gives."""
        raise TypeError(f"{type(self).__name__} has a reading without a graph")

    def given_again(self, encoded: Tensor) -> Any:
        """A value that is encoded as this one was."""
        raise TypeError(f"{type(self).__name__} has a reading without a way back")


InputTransform = TypeVar("InputTransform", bound=Transform[Any, Any])
TargetTransform = TypeVar("TargetTransform", bound=Transform[Any, Any])


@dataclass(frozen=True)
class Codec(Generic[InputTransform, TargetTransform]):
    """The transforms of both sides: all that is needed to read an input and to say an answer."""

    input: InputTransform
    target: TargetTransform


class Block(ABC):
    """A kind of value, before anything was learned about it."""

    checks_pairs: ClassVar[bool] = False
    """Whether a target of this kind may not fit its own input, which `misfit` then tells."""

    @abstractmethod
    def learn(self, values: Sequence[Any], steps: Sequence[Any] = ()) -> Transform[Any, Any]:
        """The transform fitted to the training values; `steps` are the item transforms asked for."""

    def reader(self, steps: Sequence[Any] = ()) -> Transform[Any, Any] | None:
        """The transform that shows whether an item can be read, for kinds whose reading can fail."""
        return None

    def misfit(self, given: Any, target: Any, steps: Sequence[Any]) -> str | None:
        """Why a target can't be that of the input given with it."""
        return None


def is_interleaved(encoded: Any) -> bool:
    """Whether this is a tensor (channels, height, width) whose channels lie side by side in memory; batches of such do too.

    >>> is_interleaved(torch.zeros(4, 5, 3).permute(2, 0, 1)), is_interleaved(torch.zeros(3, 4, 5))
    (True, False)
    """
    return isinstance(encoded, Tensor) and encoded.ndim == 3 and encoded.permute(1, 2, 0).is_contiguous()


def stack(encoded: Sequence[Any]) -> Tensor:
    """Encoded values as one batch."""
    first = encoded[0]
    if isinstance(first, Tensor):
        if is_interleaved(first):
            return torch.stack([each.permute(1, 2, 0) for each in encoded]).permute(0, 3, 1, 2)
        return torch.stack(list(encoded))
    if isinstance(first, np.ndarray):
        return torch.from_numpy(np.stack(encoded))
    return torch.tensor(encoded)
