"""How exactly numbers are held while a network runs: float32, or half of it where that is faster."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, cast, final, get_args

import torch

from fledge.core.bfloat16 import bfloat16_gain
from fledge.core.errors import UnknownName, UsageError

Name = Literal["float32", "bfloat16", "float16"]
WORTHWHILE = 1.3
"""How many times faster bfloat16 has to be on a processor to be chosen there."""


@final
@dataclass(frozen=True)
class Precision:
    """A number format, and why it was chosen.

    >>> with choose_precision(torch.device("cpu"), "bfloat16").autocast(torch.device("cpu")):
    ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
    torch.bfloat16
    """

    name: Name
    reason: str

    @property
    def dtype(self) -> torch.dtype:
        dtype: torch.dtype = getattr(torch, self.name)
        return dtype

    @property
    def scaled(self) -> bool:
        """Whether gradients would vanish without a gradient scaler."""
        return self.name == "float16"

    def autocast(self, device: torch.device) -> AbstractContextManager[object]:
        """The context in which a model and its loss run."""
        return torch.autocast(device.type, dtype=self.dtype, enabled=self.name != "float32")

    def __str__(self) -> str:
        return f"{self.name} ({self.reason})"


def choose_precision(device: torch.device, precision: str = "auto") -> Precision:
    """The precision asked for where the device has it; with "auto" bfloat16 where it is fast, else float32."""
    if precision not in ("auto", *get_args(Name)):
        raise UnknownName("precision", precision, ("auto", *get_args(Name)))
    if precision == "auto":
        return _fitting(device)
    if fault := _fault(device, precision):
        raise UsageError(f"the precision {precision!r} can't be used on {device}: {fault}", hint='choose "float32" or "auto"')
    return Precision(cast(Name, precision), "asked for")


def _fitting(device: torch.device) -> Precision:
    if device.type == "cpu":
        gain = bfloat16_gain()
        name: Name = "bfloat16" if gain >= WORTHWHILE else "float32"
        return Precision(name, f"bfloat16 was measured {gain:.1f} times as fast here")
    if device.type != "cuda":
        return Precision("float32", f"bfloat16 is not chosen unasked on {device.type}")
    if fault := _fault(device, "bfloat16"):
        return Precision("float32", fault)
    return Precision("bfloat16", "the card computes in it")


def _fault(device: torch.device, precision: str) -> str | None:
    """Why this precision doesn't do on this device, or nothing."""
    if precision == "float16" and device.type not in ("cuda", "cpu"):
        return f"float16 needs a gradient scaler, which {device.type} devices lack"
    if precision == "bfloat16" and device.type == "cuda" and not _computes_bfloat16(device):
        return "bfloat16 needs a card of compute capability 8.0 or newer"
    return None


def _computes_bfloat16(device: torch.device) -> bool:
    with torch.cuda.device(device):
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
