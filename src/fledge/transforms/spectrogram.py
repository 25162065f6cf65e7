"""Sounds as pictures: how loud each band of frequencies is at each moment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Self, final

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UsageError

Rate = Annotated[int, msgspec.Meta(ge=1000, le=384_000)]
Hertz = Annotated[float, msgspec.Meta(ge=0, le=192_000)]

_FULL_SCALE = 32768
_MOST_WINDOW = 1 << 16
_AT_ONCE = 1 << 18
"""Samples in the windows of so many sounds as are worked on together: a megabyte."""


@final
@dataclass(frozen=True)
class Spectrogram:
    """How a sound becomes a log-mel spectrogram: `mels` bands from `low` to `high` hertz, every `hop` seconds.

    Bands are as far apart as they sound (the mel scale). Values are decibels, 0 for the loudest tone there can be; what
    is far below `floor` comes out as the floor.

    >>> a_second = torch.zeros(2, 16000, dtype=torch.int16)
    >>> Spectrogram(mels=40)(a_second).shape
    torch.Size([2, 40, 63])
    """

    rate: Rate = 16_000
    mels: Annotated[int, msgspec.Meta(ge=4, le=512)] = 64
    window: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.032
    hop: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.016
    low: Hertz = 20.0
    high: Hertz | None = None
    """Half the rate, above which there is nothing, where no other is given."""
    floor: Annotated[float, msgspec.Meta(ge=-200, le=0)] = -80.0

    def __post_init__(self) -> None:
        if not 1000 <= self.rate <= 384_000:
            raise UsageError(f"rate={self.rate}: 1000 to 384000 samples a second are known", hint="rate=16000")
        if not 0 <= self.low < self.top <= self.rate / 2:
            raise UsageError(
                f"bands from {self.low:g} to {self.top:g} Hz can't be told apart at {self.rate} samples a second",
                hint=f"0 <= low < high <= {self.rate / 2:g}",
            )
        if self.step < 1 or self.width < 2 or self.width > _MOST_WINDOW:
            raise UsageError(
                f"window={self.window:g} and hop={self.hop:g} seconds are {self.width} and {self.step} samples",
                hint="window=0.032, hop=0.016",
            )
        if self.mels < 4:
            raise UsageError(f"mels={self.mels}: at least 4 bands", hint="mels=64")

    @property
    def top(self) -> float:
        """The highest frequency, in hertz."""
        return self.rate / 2 if self.high is None else self.high

    @property
    def width(self) -> int:
        """Samples in a window."""
        return round(self.window * self.rate)

    @property
    def step(self) -> int:
        """Samples from one window to the next."""
        return round(self.hop * self.rate)

    @property
    def length(self) -> int:
        """Samples of one Fourier transform: the window, filled up to a power of two."""
        return 1 << (self.width - 1).bit_length()

    @property
    def centres(self) -> NDArray[np.float64]:
        """The middle of each band, in hertz."""
        low, high = _mel(np.array([self.low, self.top]))
        return _hertz(np.linspace(low, high, self.mels + 2)[1:-1])

    def places(self, hertz: NDArray[np.float64]) -> NDArray[np.float64]:
        """At which band frequencies lie, 0 for the middle of the first."""
        low, high = _mel(np.array([self.low, self.top]))
        places: NDArray[np.float64] = (_mel(hertz) - low) / (high - low) * (self.mels + 1) - 1
        return places

    def size(self, samples: int) -> tuple[int, int]:
        """Bands and moments of so many samples."""
        return self.mels, 1 + samples // self.step

    def __call__(self, waves: Tensor) -> Tensor:
        """The spectrograms (count, mels, moments) of 16-bit samples (count, samples), or of floats of that range."""
        return self.scaled(waves, 0.0, 1.0)

    def scaled(self, waves: Tensor, mean: float, std: float) -> Tensor:
        """The same, as (decibels - mean) / std, in one pass; where autocast is on, in full precision all the same."""
        window, bands = tables(self, waves.device)
        with torch.autocast(waves.device.type, enabled=False):
            if waves.device.type == "cpu":
                # A few at a time, they stay in the processor's cache, and are worth the call.
                result = torch.empty((len(waves), *self.size(waves.shape[1])))
                few = max(1, _AT_ONCE // (result.shape[2] * self.length))
                for some, power in zip(torch.split(waves, few), torch.split(result, few), strict=True):
                    power.copy_(_power(some, window, bands, self.step))
            else:
                result = _power(waves, window, bands, self.step).contiguous()
        result += 10 ** (self.floor / 10)
        return result.log10_().mul_(10 / std).sub_(mean / std)

    def up_to(self, high: float) -> Self:
        """The same, with bands up to this frequency at most."""
        return replace(self, high=high) if self.low < high < self.top else self


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    mels: NDArray[np.float64] = 2595 * np.log10(1 + hertz / 700)
    return mels


def _hertz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    hertz: NDArray[np.float64] = 700 * (10 ** (mels / 2595) - 1)
    return hertz


def _power(waves: Tensor, window: Tensor, bands: Tensor, step: int) -> Tensor:
    """The power (count, mels, moments) in each band of samples (count, samples)."""
    half = len(window) // 2
    windows = F.pad(waves.float(), (half, half)).unfold(-1, len(window), step) * window  # (count, moments, length)
    spectra = torch.view_as_real(torch.fft.rfft(windows)).flatten(-2)  # (count, moments, length + 2)
    # Squares of real and imaginary parts are summed by the product itself; one product for each sound, so that it comes
    # out the same bits alone and in any batch.
    return torch.bmm(spectra.square_(), bands.expand(len(waves), -1, -1)).transpose(1, 2)


@lru_cache(maxsize=8)
def tables(spectrogram: Spectrogram, device: torch.device) -> tuple[Tensor, Tensor]:
    """The window, and how much each part of a Fourier transform counts for each band."""
    with torch.inference_mode(False), torch.no_grad():
        window = torch.hann_window(spectrogram.width, dtype=torch.float64)
        # So scaled, the loudest tone has a power of 1.
        window *= 2 / (window.sum() * _FULL_SCALE)
        before = (spectrogram.length - spectrogram.width) // 2
        padded = F.pad(window, (before, spectrogram.length - spectrogram.width - before))
        bands = mel_bands(spectrogram).repeat_interleave(2, 0)
        return padded.float().to(device), bands.float().to(device)


def mel_bands(spectrogram: Spectrogram) -> Tensor:
    """(frequencies, mels): triangles on the mel scale, each adding up to 1, none narrower than the frequencies lie apart."""
    apart = spectrogram.rate / spectrogram.length
    frequencies = torch.arange(spectrogram.length // 2 + 1, dtype=torch.float64)[:, None] * apart
    ends = torch.tensor([spectrogram.low, spectrogram.top], dtype=torch.float64)
    low, high = (2595 * torch.log10(1 + ends / 700)).tolist()
    edges = 700 * (10 ** (torch.linspace(low, high, spectrogram.mels + 2, dtype=torch.float64) / 2595) - 1)
    left, centre, right = edges[:-2], edges[1:-1], edges[2:]
    rising = 1 - (centre - frequencies) / (centre - left).clamp_min(apart)
    falling = 1 - (frequencies - centre) / (right - centre).clamp_min(apart)
    bands = torch.minimum(rising, falling).clamp_min(0)
    return bands / bands.sum(0)
