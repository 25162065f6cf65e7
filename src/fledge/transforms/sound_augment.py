"""Random changes of a batch of sounds, drawn and then done."""

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
from fledge.transforms.sound_change import (
    AddNoise,
    ChangeSpeed,
    ChangeTone,
    Gain,
    MaskFrequency,
    MaskTime,
    ShiftTime,
    SoundChange,
    WarpFrequency,
)
from fledge.transforms.spectrogram import Spectrogram

_SPARE = 1 << 16
"""How much longer the stored noise is than a sound: so many places there are to begin at."""
_KNOTS = 5
"""At so many bands a tone is drawn; between them it is on a straight line."""
_SOME = 8
"""Every so many samples are looked at to tell how loud a sound is."""

Kind = TypeVar("Kind", bound=SoundChange)


@final
@dataclass(frozen=True)
class SoundPlan:
    """What happens to each sound of one batch; an item's part depends on its own draws only.

    >>> draws = Draws(seed=1, epoch=0, items=np.arange(4))
    >>> plan = SoundPlan.of([ShiftTime(), AddNoise()], draws)
    >>> plan.waves(torch.ones(4, 800, dtype=torch.int16)).shape
    torch.Size([4, 800])
    """

    changes: tuple[tuple[str, SoundChange], ...]
    """Each with the purpose its random numbers are drawn for."""
    draws: Draws

    @classmethod
    def of(cls, changes: Sequence[SoundChange], draws: Draws) -> Self:
        """The plan for a batch of the items in `draws`."""
        return cls(with_purposes(changes, SoundChange, "sound", "pass some of sound_transforms()"), draws)

    def waves(self, batch: Tensor) -> Tensor:
        """16-bit samples (count, samples) changed in time, loudness and noise: floats of the same range."""
        if len(batch) != len(self.draws):
            raise UsageError(f"the plan is for {len(self.draws)} sounds, the batch holds {len(batch)}")
        waves = self._moved(batch)
        for purpose, noise in self._each(AddNoise):
            below = drawn(self.draws, purpose, noise.p, noise.low, noise.high, otherwise=np.inf)
            # A part of them tells well enough; sums of whole numbers are the same in any order.
            some = batch[:, ::_SOME].int()
            loudness = (some.square().sum(1) / some.shape[1]).sqrt_()  # (count,)
            levels = loudness * _sent(10 ** (-below / 20), waves.device)
            waves.addcmul_(self._noise(purpose, batch), levels[:, None])
        for purpose, gain in self._each(Gain):
            decibels = drawn(self.draws, purpose, gain.p, -gain.most, gain.most, otherwise=0.0)
            waves.mul_(_sent(10 ** (decibels / 20), waves.device)[:, None])
        return waves

    @property
    def moves_bands(self) -> bool:
        """Whether bands change places or loudness."""
        return bool(self._each(WarpFrequency) or self._each(ChangeTone))

    def warped(self, spectrograms: Tensor, scale: Spectrogram) -> Tensor:
        """Spectrograms (count, bands, moments) in which all tones lie higher or lower; those at the ends are held on to."""
        for purpose, warp in self._each(WarpFrequency):
            factors = drawn(self.draws, purpose, warp.p, 1 - warp.most, 1 + warp.most, otherwise=1.0)
            places = _sent(scale.places(np.outer(factors, scale.centres)), spectrograms.device)  # (count, bands)
            before = places.floor().clamp_(0, scale.mels - 2)
            share = (places - before).clamp_(0, 1)[:, :, None]
            left = before.long()[:, :, None].expand_as(spectrograms)
            spectrograms = torch.lerp(spectrograms.gather(1, left), spectrograms.gather(1, left + 1), share)
        return spectrograms

    def toned(self, decibels: Tensor) -> Tensor:
        """Spectrograms (count, bands, moments) in decibels, some bands of which are louder and others quieter."""
        bands = np.linspace(0, _KNOTS - 1, decibels.shape[1])
        for purpose, tone in self._each(ChangeTone):
            happens = self.draws.chance(purpose, tone.p)
            knots = [self.draws.uniform(f"{purpose} {knot}", -tone.most, tone.most) for knot in range(_KNOTS)]
            each = [np.interp(bands, range(_KNOTS), levels) for levels in np.stack(knots, 1)]
            decibels += _sent(np.stack(each) * happens[:, None], decibels.device)[:, :, None]
        return decibels

    def masked(self, spectrograms: Tensor) -> Tensor:
        """Spectrograms (count, bands, moments), stretches of which are set to 0, their mean."""
        for purpose, change in self._each(MaskTime):
            spectrograms.masked_fill_(self._stretch(purpose, change, spectrograms.shape[2], spectrograms.device)[:, None], 0.0)
        for purpose, other in self._each(MaskFrequency):
            hidden = self._stretch(purpose, other, spectrograms.shape[1], spectrograms.device)
            spectrograms.masked_fill_(hidden[:, :, None], 0.0)
        return spectrograms

    def _each(self, kind: type[Kind]) -> list[tuple[str, Kind]]:
        return [(purpose, change) for purpose, change in self.changes if isinstance(change, kind)]

    def _moved(self, batch: Tensor) -> Tensor:
        """Samples taken from elsewhere in the sound, which goes on at its beginning where it ends."""
        count, length = batch.shape
        later, speeds = np.zeros(count), np.ones(count)
        for purpose, shift in self._each(ShiftTime):
            later += drawn(self.draws, purpose, shift.p, -shift.most, shift.most, otherwise=0.0)
        for purpose, speed in self._each(ChangeSpeed):
            speeds *= drawn(self.draws, purpose, speed.p, 1 - speed.most, 1 + speed.most, otherwise=1.0)
        waves = torch.empty(batch.shape, device=batch.device)
        for wave, before, start, factor in zip(waves, batch, np.rint(later * length).astype(int) % length, speeds, strict=True):
            wave[start:] = before[: length - start]
            wave[:start] = before[length - start :]
            if factor != 1:
                wave.copy_(_played(wave, factor))
        return waves

    def _noise(self, purpose: str, batch: Tensor) -> Tensor:
        """Noise (count, samples): each item's begins at a place of its own in one long, stored stretch."""
        stored = _white_noise(batch.shape[1], batch.device)
        places = self.draws.uniform(f"{purpose} place", 0, _SPARE).astype(int)
        return torch.stack([stored[place : place + batch.shape[1]] for place in places.tolist()])

    def _stretch(self, purpose: str, change: MaskTime | MaskFrequency, size: int, device: torch.device) -> Tensor:
        """Which of `size` places are hidden, (count, size)."""
        lengths = np.rint(drawn(self.draws, purpose, change.p, 0, change.most, otherwise=0.0) * size)
        starts = np.floor(self.draws.uniform(f"{purpose} place") * (size - lengths + 1))
        begins, ends = _sent(starts, device)[:, None], _sent(starts + lengths, device)[:, None]
        places = torch.arange(size, device=device)
        return (places >= begins) & (places < ends)


def _played(wave: Tensor, speed: float) -> Tensor:
    """Samples (count,) played at another speed around their middle, each on a straight line between two."""
    count = len(wave)
    places = torch.arange(count, dtype=torch.float32, device=wave.device).sub_(count / 2).mul_(speed).add_(count / 2)
    before = places.floor()
    share = places.sub_(before)
    # Three of them in a row are cheaper than wrapping each place around.
    row, left = wave.repeat(3), before.int().add_(count)
    return torch.lerp(row.index_select(0, left), row.index_select(0, left + 1), share)


@lru_cache(maxsize=4)
def _white_noise(length: int, device: torch.device) -> Tensor:
    numbers = generator("white noise").standard_normal(length + _SPARE, dtype=np.float32)
    return _sent(numbers, device)


def _sent(numbers: NDArray[np.floating], device: torch.device) -> Tensor:
    """Numbers as float32 on the device, without waiting for it."""
    return torch.from_numpy(numbers.astype(np.float32)).to(device, non_blocking=True)
