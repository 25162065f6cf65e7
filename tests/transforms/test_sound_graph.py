"""Sounds inside a graph."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.transforms.sound import Sound
from fledge.transforms.spectrogram import Spectrogram


@pytest.mark.promise("F2")
@pytest.mark.parametrize("count", [1, 2, 100, 3999, 4000, 4001, 8003])
def test_sounds_of_any_length_become_what_the_transform_makes_of_them(count: int) -> None:
    sound = Sound(Spectrogram(rate=8000, mels=40), seconds=0.5).normalised((-40.0,), (15.0,))
    samples = np.random.default_rng(0).uniform(-1, 1, count).astype(np.float32)
    [read] = sound.reading(None).encode(samples)
    assert torch.allclose(sound.graph()(torch.from_numpy(read)[None]), sound.prepare(sound.encode(samples)[None]), atol=1e-5)


def test_silence_is_as_silent() -> None:
    sound = Sound(Spectrogram(rate=8000, mels=40), seconds=0.5)
    silence = torch.zeros(1, 4000, dtype=torch.int16)
    assert torch.allclose(sound.graph()(silence), sound.prepare(silence), atol=1e-4)


def test_an_encoded_sound_is_read_as_itself_again() -> None:
    sound = Sound(Spectrogram(rate=8000, mels=40), seconds=0.5)
    encoded = sound.encode(np.random.default_rng(0).uniform(-1, 1, 5000).astype(np.float32))
    assert torch.equal(sound.encode(sound.given_again(encoded)), encoded)
