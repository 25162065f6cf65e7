"""Sounds inside an exported graph: from samples to the spectrograms that the network takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from fledge.transforms.spectrogram import tables

if TYPE_CHECKING:
    from fledge.transforms.sound import Sound


class SoundGraph(nn.Module):
    """Samples (batch, count) of any one length to prepared spectrograms (batch, 1, bands, moments)."""

    def __init__(self, sound: Sound) -> None:
        super().__init__()
        self.samples = sound.samples
        self.step = sound.spectrogram.step
        self.moments = sound.size[1]
        window, bands = tables(sound.spectrogram, torch.device("cpu"))
        self.register_buffer("window", window)
        self.register_buffer("bands", bands)
        self.window: Tensor
        self.bands: Tensor
        # The floor is a factor here: optimisers of graphs take the addition of so small a number for one of nothing.
        self.loudness = 10 ** (-sound.spectrogram.floor / 10)
        self.scale = 10 / sound.std
        self.shift = (sound.spectrogram.floor - sound.mean) / sound.std

    def forward(self, samples: Tensor) -> Tensor:
        length = len(self.window)
        padded = F.pad(self._middle(samples), (length // 2, length // 2))
        places = torch.arange(self.moments)[:, None] * self.step + torch.arange(length)
        spectra = torch.view_as_real(torch.fft.rfft(padded[:, places] * self.window)).flatten(-2)
        power = (spectra.square() @ self.bands).transpose(-1, -2)  # (batch, bands, moments)
        return ((power * self.loudness + 1).log10() * self.scale + self.shift)[:, None]

    def _middle(self, samples: Tensor) -> Tensor:
        """The middle of longer sounds, shorter ones in silence, as the transform has it."""
        count = torch.ones((), dtype=torch.int64) * samples.shape[1]
        spare = count - self.samples
        start = torch.where(spare > 0, spare // 2, -((-spare).clamp_min(0) // 2))
        places = torch.arange(self.samples) + start
        heard = samples.float()[:, torch.minimum(places.clamp_min(0), count - 1)]
        return torch.where((places >= 0) & (places < count), heard, 0.0)
