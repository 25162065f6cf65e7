"""Random changes of a batch of movements, drawn and then done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self, TypeVar, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws, generator
from fledge.transforms.change import drawn, with_purposes
from fledge.transforms.track_change import DropEvents, JitterPlaces, ScalePlaces, ScaleTime, TrackChange
from fledge.transforms.track_states import NOTHING

_TICKS = 1_000_000
"""Parts of a second."""
_SPARE = 1 << 15
"""How many places there are to begin at in the stored numbers."""

Kind = TypeVar("Kind", bound=TrackChange)


@final
@dataclass(frozen=True)
class TrackPlan:
    """What happens to each movement of one batch; an item's part depends on its own draws only.

    >>> draws = Draws(seed=1, epoch=0, items=np.arange(2))
    >>> TrackPlan.of([ScaleTime()], draws).changed(torch.ones(2, 1, 8, 4)).shape
    torch.Size([2, 1, 8, 4])
    """

    changes: tuple[tuple[str, TrackChange], ...]
    """Each with the purpose its random numbers are drawn for."""
    draws: Draws

    @classmethod
    def of(cls, changes: Sequence[TrackChange], draws: Draws) -> Self:
        """The plan for a batch of the items in `draws`."""
        return cls(with_purposes(changes, TrackChange, "movement", "pass some of track_transforms()"), draws)

    def changed(self, batch: Tensor) -> Tensor:
        """Encoded movements (count, pieces, events, 4) with their changes."""
        if len(batch) != len(self.draws):
            raise UsageError(f"the plan is for {len(self.draws)} movements, the batch holds {len(batch)}")
        batch = batch.clone()
        for purpose, drop in self._each(DropEvents):
            batch = self._thinned(purpose, drop, batch)
        for purpose, jitter in self._each(JitterPlaces):
            off = drawn(self.draws, purpose, jitter.p, 0, jitter.most, otherwise=0.0)
            noise = self._numbers(purpose, batch[..., :2]) * 2 - 1
            batch[..., :2] += noise * _sent(off, batch)[:, None, None, None]
        for purpose, places in self._each(ScalePlaces):
            for axis, name in enumerate("xy"):
                off = drawn(self.draws, f"{purpose} {name}", places.p, -places.most, places.most, otherwise=0.0)
                batch[..., axis] *= _sent(1 + off, batch)[:, None, None]
        for purpose, time in self._each(ScaleTime):
            off = drawn(self.draws, purpose, time.p, -time.most, time.most, otherwise=0.0)
            batch[..., 2] *= _sent(1 + off, batch)[:, None, None]
        return batch

    def _thinned(self, purpose: str, drop: DropEvents, batch: Tensor) -> Tensor:
        """Some events left out, the others moved up; each piece keeps its first, and where there are but two, both."""
        share = _sent(drawn(self.draws, purpose, drop.p, 0, drop.most, otherwise=0.0), batch)
        gone = self._numbers(purpose, batch[..., 0]) < share[:, None, None]
        gone[..., :2] = False
        passed = (batch[..., 2].double() * _TICKS).round().long().cumsum(-1)  # whole numbers: the same sums on any device
        order = gone.byte().argsort(dim=-1, stable=True)
        kept = batch.gather(-2, order[..., None].expand(-1, -1, -1, batch.shape[-1]))
        passed = passed.gather(-1, order)
        kept[..., 1:, 2] = passed.diff(dim=-1) / _TICKS
        left = gone.gather(-1, order) | (kept[..., 3] < 0)
        kept[..., 3].masked_fill_(left, NOTHING)
        kept[..., :3].masked_fill_(left[..., None], 0.0)
        return kept

    def _each(self, kind: type[Kind]) -> list[tuple[str, Kind]]:
        return [(purpose, change) for purpose, change in self.changes if isinstance(change, kind)]

    def _numbers(self, purpose: str, like: Tensor) -> Tensor:
        """Numbers from 0 to 1 for each value of a batch: each item's begin at a place of its own in one stored stretch."""
        many = like[0].numel()
        stored = _uniform(many, like.device)
        places = self.draws.uniform(f"{purpose} place", 0, _SPARE).astype(int)
        return torch.stack([stored[place : place + many].view(like.shape[1:]) for place in places.tolist()])


def _sent(values: NDArray[np.float64], like: Tensor) -> Tensor:
    return torch.from_numpy(values.astype(np.float32)).to(like.device, non_blocking=True)


@lru_cache(maxsize=4)
def _uniform(many: int, device: torch.device) -> Tensor:
    """Stored random numbers, the same on every machine."""
    with torch.inference_mode(False):
        numbers = generator("events").random(many + _SPARE, np.float32)
        return torch.from_numpy(numbers).to(device)
