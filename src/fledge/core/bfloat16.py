"""How much faster this processor is in bfloat16: measured once, and remembered."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import perf_counter

import torch
import torch.nn.functional as F
from torch import Tensor

from fledge.core.home import home

_ROUNDS = 5


@cache
def bfloat16_gain() -> float:
    """How many times faster a small convolution step is in bfloat16 than in float32, on the processor.

    Remembered in `home()/probe.json` for this processor, this torch and this number of threads. What can't be
    read or written there is measured again.
    """
    file, name = home() / "probe.json", f"{_processor()} | torch {torch.__version__} | {torch.get_num_threads()} threads"
    known = _read(file)
    if name in known:
        return known[name]
    gain = round(_measured(), 2)
    _write(file, {**known, name: gain})
    return gain


def _measured() -> float:
    """The fastest of several rounds each, taken in turn so that other work on the machine slows both alike."""
    whole, half = _step(torch.float32), _step(torch.bfloat16)
    whole()
    if _seconds(half) > 10 * max(_seconds(whole), 0.002):  # emulated: one round says enough
        return 0.1
    rounds = [(_seconds(whole), _seconds(half)) for _ in range(_ROUNDS)]
    return min(first for first, _ in rounds) / min(second for _, second in rounds)


def _step(dtype: torch.dtype) -> Callable[[], Tensor]:
    """A convolution and a product, forwards and backwards, of the sizes a small network has."""
    pictures = torch.ones(16, 64, 28, 28).to(memory_format=torch.channels_last)
    kernel = torch.ones(64, 64, 3, 3).to(memory_format=torch.channels_last).requires_grad_()
    table = torch.ones(64 * 49, 128, requires_grad=True)

    def step() -> Tensor:
        with torch.enable_grad(), torch.autocast("cpu", dtype=dtype, enabled=dtype != torch.float32):
            maps = F.relu(F.conv2d(pictures, kernel, padding=1))
            loss = (F.avg_pool2d(maps, 4).flatten(1) @ table).float().mean()
        return torch.autograd.grad(loss, kernel)[0]

    return step


def _seconds(work: Callable[[], Tensor]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _processor() -> str:
    """The processor's model name; all this machine says where there is none."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, f"{platform.machine()} {platform.processor()}".strip())


def _read(file: Path) -> dict[str, float]:
    try:
        kept = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {name: gain for name, gain in kept.items() if isinstance(gain, float) and 0 < gain < 1000}


def _write(file: Path, gains: dict[str, float]) -> None:
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(gains, indent=1), encoding="utf-8")
        beside.replace(file)
    except OSError:  # nothing is lost: the next process measures again
        with suppress(OSError):
            beside.unlink()
