"""Networks without memory for their weights: their shapes are all there, their numbers come later or never."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

_FILLING: frozenset[object] = frozenset(
    {Tensor.normal_, Tensor.uniform_, Tensor.random_, Tensor.bernoulli_, Tensor.exponential_, Tensor.log_normal_}
)


@contextmanager
def without_memory() -> Iterator[None]:
    """What is built in here has shapes and no numbers.

    >>> with without_memory():
    ...     layer = torch.nn.Linear(10**6, 10**6)
    >>> layer.weight.shape, layer.weight.is_meta
    (torch.Size([1000000, 1000000]), True)
    """
    with torch.device("meta"), _Unfilled():
        yield


class _Unfilled(TorchFunctionMode):
    """Leaves out drawing numbers for tensors that can't hold any: torch would load its compiler's parts to do nothing."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = kwargs or {}
        if func in _FILLING or getattr(func, "__module__", None) == "torch.nn.init":
            filled: Tensor = args[0] if args else named["tensor"]
            if filled.is_meta:
                return filled
        return func(*args, **named)
