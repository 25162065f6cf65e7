"""Where the work is done: a device that was tried before it is chosen."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from typing import final

import torch
import torch.nn.functional as F

from fledge.core.errors import Unavailable, UnknownName, UsageError, shown

KINDS = ("cuda", "mps", "cpu")
"""The kinds of device that are tried, best first."""

_ABSENT = "there is none"


@final
@dataclass(frozen=True)
class Choice:
    """A device, and why it was chosen.

    >>> print(choose_device("cpu"))
    cpu (asked for)
    """

    device: torch.device
    reason: str

    def __str__(self) -> str:
        return f"{self.device} ({self.reason})"


def choose_device(device: str | torch.device = "auto") -> Choice:
    """The device asked for, or with "auto" `FLEDGE_DEVICE`, or the best one on which a small training step works."""
    if device != "auto":
        return _asked_for(device, "asked for")
    named = os.environ.get("FLEDGE_DEVICE") or "auto"
    return _best() if named == "auto" else _asked_for(named, "named in FLEDGE_DEVICE")


def _asked_for(device: str | torch.device, why: str) -> Choice:
    chosen = _parse(device)
    if fault := _fault(chosen):
        raise Unavailable(
            f"the device {shown(str(chosen))} can't be used: {fault}",
            hint='choose "cpu", or "auto" to have one chosen that works',
        )
    return Choice(chosen, why)


def _parse(device: str | torch.device) -> torch.device:
    kind, _, place = str(device).partition(":")
    if kind not in KINDS:
        raise UnknownName("device", str(device), ("auto", *KINDS))
    if place and not (place.isascii() and place.isdigit() and len(place) < 4):
        raise UsageError(f"device {shown(str(device))} has no number after the colon", hint=f'write device="{kind}:0"')
    return torch.device(str(device))


@cache
def _best() -> Choice:
    """The first kind that works; what the better ones lacked is said."""
    faults: list[str] = []
    for kind in KINDS[:-1]:
        if not (fault := _fault(torch.device(kind))):
            return Choice(torch.device(kind), ", ".join(["tried with a small training step", *faults]))
        faults.append(f"no {kind}" if fault == _ABSENT else f"{kind}: {fault}")
    return Choice(torch.device("cpu"), ", ".join(faults))


@cache
def _fault(device: torch.device) -> str | None:
    """What keeps a small training step from working on this device, or nothing."""
    if device.type == "cpu":
        return None
    if not _present(device):
        return _ABSENT
    try:
        _train_a_little(device)
    except (RuntimeError, NotImplementedError, AssertionError) as error:  # what torch raises for a device it can't drive
        return (str(error).strip().splitlines() or [type(error).__name__])[0]
    return None


def _present(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_available() and (device.index or 0) < torch.cuda.device_count()
    return torch.backends.mps.is_available() and not device.index


def _train_a_little(device: torch.device) -> None:
    """One convolution forwards and backwards and a product, read back: what every network needs."""
    with torch.enable_grad():
        kernel = torch.ones(4, 3, 3, 3, device=device, requires_grad=True)
        scores = F.conv2d(torch.ones(2, 3, 8, 8, device=device), kernel).flatten(1) @ torch.ones(144, 2, device=device)
        (gradient,) = torch.autograd.grad(scores.mean(), kernel)
    if not torch.isfinite(gradient).all().item():
        raise RuntimeError("a small training step gave no finite gradient")
