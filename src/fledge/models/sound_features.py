"""What a spectrogram is like on the whole, as a vector of a few hundred numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, final

import msgspec
import torch
from torch import Tensor, nn

from fledge.models.on_features import Features

_SMALL = 1e-6


@final
@dataclass(frozen=True)
class SoundFeatures(Features):
    """How loud each band is over time: on average, at its loudest, how much that varies, and how fast it changes.

    >>> SoundFeatures(bands=40).build()(torch.zeros(2, 1, 40, 101)).shape
    torch.Size([2, 160])
    """

    bands: Annotated[int, msgspec.Meta(ge=1, le=10_000)]

    @property
    def width(self) -> int:
        return 4 * self.bands

    @property
    def words(self) -> str:
        return "loudness of bands"

    def build(self) -> SoundFeaturesNet:
        return SoundFeaturesNet()


class SoundFeaturesNet(nn.Module):
    """Spectrograms (batch, 1, bands, moments) to features."""

    def forward(self, prepared: Tensor) -> Tensor:
        bands = prepared.float()[:, 0]  # (batch, bands, moments)
        mean, loudest = bands.mean(2), bands.amax(2)
        varies = (bands - mean[:, :, None]).square().mean(2).clamp_min(_SMALL).sqrt()
        later = torch.cat([bands[:, :, 1:], bands[:, :, -1:]], 2)
        return torch.cat([mean, loudest, varies, (later - bands).abs().mean(2)], 1)
