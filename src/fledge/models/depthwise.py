"""Strided depthwise convolutions, whose slopes a processor works out many times faster in float32."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class _InFloat32:
    """Before a convolution: what autocast would run in bfloat16 runs in float32 where gradients will be asked for.

    torch has no fast way back through a depthwise convolution with a stride in bfloat16 on processors: for 96 channels of
    96 × 96 it takes 174 ms, and 31 ms in float32. Answering needs no slopes, and stays as it is.
    """

    def forward(self, x: Tensor) -> Tensor:
        given: Tensor
        if x.device.type == "cpu" and torch.is_grad_enabled() and torch.is_autocast_enabled("cpu"):
            with torch.autocast("cpu", enabled=False):
                given = super().forward(x.float())  # type: ignore[misc]
                return given.to(x.dtype)
        given = super().forward(x)  # type: ignore[misc]
        return given


def hasten(model: nn.Module) -> None:
    """Lets a network's strided depthwise convolutions learn in float32; names, weights and answers stay what they were.

    >>> net = nn.Sequential(nn.Conv2d(4, 4, 3, stride=2, groups=4), nn.Conv2d(4, 8, 1))
    >>> hasten(net)
    >>> [type(layer).__name__ for layer in net]
    ['Conv2dInFloat32', 'Conv2d']
    """
    for module in model.modules():
        depthwise = isinstance(module, nn.Conv2d) and module.groups == module.in_channels > 1 and max(module.stride) > 1
        if depthwise and not isinstance(module, _InFloat32):
            module.__class__ = _in_float32(type(module))


def _in_float32(kind: type[Any]) -> type[Any]:
    if kind not in _KINDS:
        _KINDS[kind] = type(f"{kind.__name__}InFloat32", (_InFloat32, kind), {})
    return _KINDS[kind]


_KINDS: dict[type[Any], type[Any]] = {}
