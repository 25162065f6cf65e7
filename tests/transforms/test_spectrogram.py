"""Sounds as pictures of their frequencies."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.transforms.spectrogram import Spectrogram, mel_bands
from tests.sounds import tone


def waves(*hertz: float, seconds: float = 0.5, loudness: float = 1.0) -> Tensor:
    sines = [tone(each, seconds, 16000, loudness) for each in hertz]
    return torch.from_numpy((np.stack(sines) * 32767).astype(np.int16))


def plain(spectrogram: Spectrogram, batch: Tensor) -> Tensor:
    """The same by torch.stft, in double precision."""
    window = torch.hann_window(spectrogram.width, dtype=torch.float64)
    samples, length = batch.double() / 32768, spectrogram.length
    spectra = torch.stft(samples, length, spectrogram.step, spectrogram.width, window, pad_mode="constant", return_complex=True)
    power = (spectra.abs() * 2 / window.sum()) ** 2
    return 10 * torch.log10(mel_bands(spectrogram).T @ power + 10 ** (spectrogram.floor / 10))


@pytest.mark.parametrize("spectrogram", [Spectrogram(), Spectrogram(8000, 40, 0.032, 0.016), Spectrogram(22050, 128, 0.05)])
def test_it_is_what_torch_stft_gives(spectrogram: Spectrogram) -> None:
    batch = (torch.randn(3, 9000, generator=torch.Generator().manual_seed(0)) * 3000).to(torch.int16)
    assert torch.allclose(spectrogram(batch), plain(spectrogram, batch).float(), atol=2e-3)


def test_a_tone_lights_the_band_it_lies_in() -> None:
    bands = Spectrogram()(waves(250, 1000, 4000))[:, :, 15].argmax(1)
    centres = (mel_bands(Spectrogram()) * torch.arange(257)[:, None] * 16000 / 512).sum(0)
    assert torch.allclose(centres[bands].float(), torch.tensor([250.0, 1000.0, 4000.0]), rtol=0.06)


def test_silence_is_the_floor_and_half_as_loud_is_six_decibels_less() -> None:
    spectrogram = Spectrogram(floor=-90)
    assert (spectrogram(torch.zeros(1, 800, dtype=torch.int16)) == -90.0).all()
    loud, soft = (spectrogram(waves(1000, loudness=each)).max() for each in (1.0, 0.5))
    assert float(loud - soft) == pytest.approx(6.02, abs=0.05)
    assert -4 < float(loud) <= 0


def test_a_sound_comes_out_the_same_bits_alone_in_any_batch_and_under_autocast() -> None:
    batch = waves(*range(200, 7000, 100))
    together = Spectrogram()(batch)
    assert torch.equal(Spectrogram()(batch[:21]), together[:21])
    for item in range(len(batch)):
        with torch.autocast("cpu", torch.bfloat16):
            assert torch.equal(Spectrogram()(batch[item, None])[0], together[item])


@pytest.mark.parametrize(("mels", "rate"), [(4, 1000), (64, 8000), (256, 16000), (512, 8000)])
def test_no_band_is_deaf(mels: int, rate: int) -> None:
    bands = mel_bands(Spectrogram(rate, mels))
    assert torch.allclose(bands.sum(0), torch.ones(mels, dtype=torch.float64))


@pytest.mark.parametrize(
    "settings",
    [
        {"rate": 10},
        {"low": 9000.0},
        {"high": 9000.0},
        {"low": 500.0, "high": 400.0},
        {"hop": 0.0},
        {"window": 0.0},
        {"mels": 1},
    ],
    ids=str,
)
def test_settings_that_can_not_be_meant_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Spectrogram(**settings)  # type: ignore[arg-type]
