"""A batch: what the model sees at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


@final
class Batch:
    """Inputs and targets, and which of the loader's samples they are (`items`; None where a foreign loader made it).

    >>> inputs, targets = Batch(torch.zeros(2, 3), torch.tensor([0, 1]))
    >>> len(Batch(inputs, targets))
    2
    """

    __slots__ = ("inputs", "items", "targets")

    def __init__(self, inputs: Any, targets: Any, items: NDArray[np.int64] | None = None) -> None:
        self.inputs = inputs
        self.targets = targets
        self.items = items

    def __len__(self) -> int:
        return len(_first_tensor(self.inputs)) if self.items is None else len(self.items)

    def __iter__(self) -> Iterator[Any]:
        return iter((self.inputs, self.targets))

    def to(self, device: torch.device | str) -> Batch:
        """The batch on a device; the copy of pinned memory doesn't wait."""
        return Batch(_moved(self.inputs, device), _moved(self.targets, device), self.items)


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Every tensor of a tensor, or of tuples, lists and mappings of them."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from (tensor for each in value.values() for tensor in tensors_in(each))
    elif isinstance(value, list | tuple):
        yield from (tensor for each in value for tensor in tensors_in(each))


def _first_tensor(value: Any) -> Tensor:
    return next(tensors_in(value))


def _moved(value: Any, device: torch.device | str) -> Any:
    if isinstance(value, Tensor):
        return value.to(device, non_blocking=True)
    if isinstance(value, dict):
        return {name: _moved(each, device) for name, each in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_moved(each, device) for each in value))
    if isinstance(value, list | tuple):
        return type(value)(_moved(each, device) for each in value)
    return value
