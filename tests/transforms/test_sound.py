"""Sounds as tensors, from the file to the model's input."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from fledge.core.errors import ModelFileError, UsageError
from fledge.core.record import pack, unpack
from fledge.core.seeds import Draws
from fledge.transforms.resize import Resize
from fledge.transforms.sound import Sound, SoundBlock
from fledge.transforms.spectrogram import Spectrogram
from fledge.transforms.table import TRANSFORMS
from tests.sounds import make_sounds, tone

SOUND = Sound(Spectrogram(8000, 40), seconds=0.5, mean=-40.0, std=15.0)


def draws(item: int, epoch: int = 0) -> Draws:
    return Draws(1, epoch, np.array([item]))


def test_encode_is_front_and_rest_without_randomness() -> None:
    front = SOUND.front(tone(seconds=2.0))
    assert front.shape == (16000,)
    assert torch.equal(SOUND.encode(tone(seconds=2.0)), SOUND.rest(front, None))
    assert torch.equal(SOUND.rest(front, None), front[6000:10000])


def test_a_short_sound_stands_in_the_middle_of_silence() -> None:
    encoded = SOUND.encode(tone(seconds=0.1))
    assert encoded.shape == (4000,)
    assert torch.equal(encoded[1600:2400], SOUND.front(tone(seconds=0.1)))
    assert encoded[:1600].count_nonzero() == encoded[2400:].count_nonzero() == 0


def test_in_training_a_long_sound_gives_any_stretch_by_its_own_numbers() -> None:
    front = torch.arange(16000, dtype=torch.int16)
    starts = {int(SOUND.rest(front, draws(item))[0]) for item in range(40)}
    assert len(starts) > 35
    assert min(starts) < 1500 < 10500 < max(starts) <= 12000
    assert torch.equal(SOUND.rest(front, draws(3)), SOUND.rest(front, draws(3)))
    assert not torch.equal(SOUND.rest(front, draws(3)), SOUND.rest(front, draws(3, epoch=1)))


def test_a_batch_is_prepared_to_normalised_channels_last_spectrograms() -> None:
    batch = SOUND.encode(tone())[None].repeat(3, 1)
    prepared = SOUND.prepare(batch)
    assert prepared.shape == (3, 1, 40, 32)
    assert prepared.is_contiguous(memory_format=torch.channels_last)
    assert torch.allclose(prepared[:, 0] * 15.0 - 40.0, SOUND.spectrogram(batch), atol=1e-3)


def test_an_encoded_and_a_prepared_sound_decode_to_the_same_picture() -> None:
    encoded = SOUND.encode(tone(1000))
    picture = SOUND.decode(encoded)
    assert picture.shape == (40, 32, 1)
    assert np.array_equal(picture, SOUND.decode(SOUND.prepare(encoded[None])[0]))
    assert picture.max() > 200
    low = SOUND.decode(SOUND.encode(tone(200)))
    assert low[:, 15, 0].argmax() > picture[:, 15, 0].argmax()  # low notes stand below


def test_it_goes_into_a_file_and_back_and_hostile_fields_are_refused() -> None:
    packed = pack(SOUND, TRANSFORMS)
    assert unpack(packed, TRANSFORMS, "$") == SOUND
    too_fine = {"spectrogram": {"rate": 384000, "hop": 1e-5, "mels": 512}, "seconds": 600}
    for wrong in ({"seconds": 1e9}, {"std": 0}, {"span": 0}, too_fine):
        with pytest.raises(ModelFileError):
            unpack({**packed, **wrong}, TRANSFORMS, "$")


def test_with_a_span_loudness_and_the_noise_far_below_make_no_difference() -> None:
    sound = Sound(Spectrogram(8000, 40), seconds=0.5, mean=-40.0, std=15.0, span=50.0)
    loud, soft = (sound.prepare(sound.encode(tone(440, loudness=each))[None]) for each in (0.5, 0.25))
    assert torch.allclose(loud, soft, atol=0.05)
    assert float(loud.max()) == pytest.approx(40 / 15, abs=1e-5)
    assert float(loud.min()) == pytest.approx(-10 / 15, abs=1e-5)
    noisy = tone(440) + np.random.default_rng(0).normal(0, 1e-5, 4000).astype(np.float32)
    assert torch.allclose(sound.prepare(sound.encode(noisy)[None]), loud, atol=0.05)


def test_next_to_silence_is_not_taken_for_noise() -> None:
    sound = Sound(Spectrogram(8000, 40), seconds=0.5, span=50.0)
    hiss = np.random.default_rng(0).normal(0, 5e-5, 4000).astype(np.float32)
    assert sound.prepare(sound.encode(hiss)[None]).max() < -10
    assert sound.prepare(sound.encode(np.zeros(4000, np.float32))[None]).max() <= -20
    assert sound.decode(sound.encode(tone(440))).max() == 255


def test_the_block_learns_length_top_mean_and_spread(tmp_path: Path) -> None:
    files = sorted(make_sounds(tmp_path / "sounds").rglob("*.wav"))
    sound = SoundBlock().learn(files)
    assert (sound.rate, sound.seconds, sound.spectrogram.high) == (16000, 0.5, 4000.0)
    prepared = sound.prepare(torch.stack([sound.encode(file) for file in files]))
    assert abs(float(prepared.mean())) < 0.05
    assert float(prepared.std()) == pytest.approx(1, abs=0.05)


def test_what_is_said_is_not_learned(tmp_path: Path) -> None:
    files = sorted(make_sounds(tmp_path / "sounds", each=2).rglob("*.wav"))
    sound = SoundBlock(rate=8000, seconds=1.5, mels=32, window=0.032, hop=0.016, low=100, high=3000).learn(files)
    assert sound.spectrogram == Spectrogram(8000, 32, 0.032, 0.016, 100, 3000)
    assert sound.seconds == 1.5


@pytest.mark.parametrize(("rate", "chosen"), [(8000, 8000), (22050, 22050), (44100, 22050), (48000, 24000), (192000, 24000)])
def test_a_block_like_the_files_has_the_rate_most_of_them_have(rate: int, chosen: int, tmp_path: Path) -> None:
    for index in range(3):
        soundfile.write(tmp_path / f"{index}.wav", tone(seconds=0.1, rate=rate), rate)
    soundfile.write(tmp_path / "other.wav", tone(seconds=0.1), 11025)
    (tmp_path / "broken.wav").write_bytes(b"nothing")
    assert SoundBlock.like(sorted(tmp_path.iterdir()), seconds=2.0) == SoundBlock(rate=chosen, seconds=2.0)


def test_silence_alone_is_learned_without_dividing_by_nothing() -> None:
    sound = SoundBlock(rate=8000).learn([np.zeros(4000)])
    assert sound.prepare(sound.encode(np.zeros(4000))[None]).abs().max() < 1e-3


def test_steps_for_pictures_are_refused() -> None:
    with pytest.raises(UsageError, match="item_tfms"):
        SoundBlock().reader([Resize(20)])


def test_the_settings_of_the_cache_tell_rates_apart_and_nothing_else() -> None:
    assert SOUND.front_settings() == Sound(Spectrogram(8000, 64), seconds=9.0).front_settings()
    assert SOUND.front_settings() != Sound(Spectrogram(16000)).front_settings()


def test_windows_cover_a_long_sound_to_its_end() -> None:
    windows = SOUND.windows(tone(seconds=1.3))
    assert [each.start for each in windows] == [0.0, 0.25, 0.5, 0.75, 0.8]
    assert windows[-1].end == 1.3
    assert all(each.encoded.shape == (4000,) for each in windows)
    assert torch.equal(windows[1].encoded, SOUND.front(tone(seconds=1.3))[2000:6000])
    [only] = SOUND.windows(tone(seconds=0.1))
    assert (only.start, only.end) == (0.0, 0.1)
    assert torch.equal(only.encoded, SOUND.encode(tone(seconds=0.1)))
