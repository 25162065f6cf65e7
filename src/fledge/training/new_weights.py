"""New weights, the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from fledge.core.seeds import key


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """New weights depend on the seed alone, and the caller's random numbers go on as before."""
    with torch.random.fork_rng():
        torch.manual_seed(key(seed, "weights") & 0x7FFFFFFFFFFFFFFF)
        yield
