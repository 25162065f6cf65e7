"""Files broken by chance: a few bytes changed, cut short, or both one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def broken(whole: bytes, times: int, seed: int) -> Iterator[bytes]:
    """Three broken copies for each time."""
    draws = np.random.default_rng(seed)
    for _ in range(times):
        changed = bytearray(whole)
        for place in draws.integers(0, len(whole), 3):
            changed[place] = draws.integers(256)
        cut = int(draws.integers(0, len(whole)))
        yield from (bytes(changed), whole[:cut], whole[:cut] + bytes(changed))
