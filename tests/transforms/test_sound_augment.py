"""A batch of sounds changed at random."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.geometry import Flip
from fledge.transforms.sound import Sound
from fledge.transforms.sound_augment import SoundPlan
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
    sound_transforms,
)
from fledge.transforms.spectrogram import Spectrogram
from tests.sounds import tone

SOUND = Sound(Spectrogram(8000, 40), seconds=0.25, mean=-40.0, std=15.0)


def sounds(count: int) -> Tensor:
    return (torch.randn(count, SOUND.samples, generator=torch.Generator().manual_seed(1)) * 2000).to(torch.int16)


def plan(changes: list[SoundChange], *items: int, epoch: int = 0) -> SoundPlan:
    return SoundPlan.of(changes, Draws(seed=3, epoch=epoch, items=np.array(items)))


@pytest.mark.parametrize("sound", [SOUND, replace(SOUND, span=60.0)])
def test_an_item_comes_out_the_same_bits_alone_and_in_any_batch(sound: Sound) -> None:
    batch, changes = sounds(6), sound_transforms(warp=0.15, tone=9.0)
    whole = sound.augment(batch, plan(changes, *range(6)))
    part = sound.augment(batch[[4, 1]], plan(changes, 4, 1))
    assert torch.equal(part, whole[[4, 1]])
    assert torch.equal(sound.augment(batch[2, None], plan(changes, 2))[0], whole[2])


def test_another_epoch_and_another_item_change_otherwise() -> None:
    batch = sounds(1).repeat(2, 1)
    now = SOUND.augment(batch, plan(sound_transforms(), 0, 1))
    later = SOUND.augment(batch, plan(sound_transforms(), 0, 1, epoch=1))
    assert not torch.equal(now[0], now[1])
    assert not torch.equal(now, later)


def test_without_changes_it_is_prepare() -> None:
    batch = sounds(3)
    assert torch.equal(SOUND.augment(batch, plan([], 0, 1, 2)), SOUND.prepare(batch))


def test_shifting_moves_samples_around_and_loses_none() -> None:
    batch = sounds(5)
    moved = plan([ShiftTime(0.5)], *range(5)).waves(batch)
    assert torch.equal(moved.sort(1).values, batch.float().sort(1).values)
    assert not torch.equal(moved, batch.float())


def test_another_speed_is_another_pitch_within_its_bounds() -> None:
    batch = torch.from_numpy((np.stack([tone(1000, 0.25)] * 20) * 32767).astype(np.int16))
    played = plan([ChangeSpeed(0.1, p=1.0)], *range(20)).waves(batch)
    pitches = 4 * torch.fft.rfft(played * torch.hann_window(2000)).abs().argmax(1)
    assert 896 <= int(pitches.min()) < 950 < 1050 < int(pitches.max()) <= 1104


def test_a_sound_of_few_samples_can_be_played_faster_and_slower() -> None:
    for count in (1, 2, 3, 5):
        played = plan([ChangeSpeed(0.9, p=1.0)], *range(20)).waves(torch.full((20, count), 7, dtype=torch.int16))
        assert torch.allclose(played, torch.tensor(7.0))


def test_gain_makes_the_whole_sound_louder_or_quieter_within_its_bounds() -> None:
    batch = sounds(50)
    factors = plan([Gain(6.0, p=1.0)], *range(50)).waves(batch) / batch.float().clamp_min(1)
    decibels = 20 * factors.amax(1).log10()
    assert -6.01 < float(decibels.min()) < -3 < 3 < float(decibels.max()) < 6.01


def test_noise_lies_as_far_below_the_sound_as_asked() -> None:
    batch = sounds(20)
    added = plan([AddNoise(20, 20, p=1.0)], *range(20)).waves(batch) - batch
    below = 10 * (batch.float().square().mean(1) / added.square().mean(1)).log10()
    assert torch.allclose(below, torch.tensor(20.0), atol=1.5)
    assert not torch.equal(added[0] / added[0].std(), added[1] / added[1].std())


def test_warped_frequencies_move_all_tones_within_their_bounds_and_nothing_in_time() -> None:
    clicked = np.concatenate([np.zeros(1000, np.float32), tone(1000, 0.125)])
    batch = torch.from_numpy((np.stack([clicked] * 40) * 32767).astype(np.int16))
    warped = plan([WarpFrequency(0.2, p=1.0)], *range(40)).warped(SOUND.spectrogram(batch), SOUND.spectrogram)
    highest = SOUND.spectrogram.centres[warped.amax(2).argmax(1)]
    assert 780 <= highest.min() < 900 < 1100 < highest.max() <= 1320
    plain = SOUND.spectrogram(batch).amax(1)
    assert torch.equal(warped.amax(1) > -40, plain > -40)


def test_warping_by_nothing_leaves_every_band_where_it_is() -> None:
    spectrograms = SOUND.spectrogram(sounds(3))
    warped = plan([WarpFrequency(0.0, p=1.0)], 0, 1, 2).warped(spectrograms.clone(), SOUND.spectrogram)
    assert torch.allclose(warped, spectrograms, atol=1e-3)


def test_another_tone_shifts_whole_bands_smoothly_within_its_bounds() -> None:
    changed = plan([ChangeTone(9.0, p=1.0)], *range(50)).toned(torch.zeros(50, 40, 7))
    assert torch.equal(changed, changed[:, :, :1].expand_as(changed))
    assert -9 <= float(changed.min()) < -6 < 6 < float(changed.max()) <= 9
    assert float(changed[:, :, 0].diff(dim=1).abs().max()) < 2 * 9 * 4 / 39 + 1e-4
    some = plan([ChangeTone(9.0, p=0.5)], *range(50)).toned(torch.zeros(50, 40, 7))
    assert 10 < int((some == 0).all(2).all(1).sum()) < 40


def test_masks_wipe_out_stretches_no_longer_than_asked() -> None:
    for change, dim in ((MaskTime(0.3, p=1.0), 1), (MaskFrequency(0.3, p=1.0), 2)):
        masked = plan([change], *range(30)).masked(torch.ones(30, 40, 40))
        hidden = (masked == 0).all(dim).sum(1)
        assert 8 <= int(hidden.max()) <= 12
        assert int((masked == 0).sum()) == int(hidden.sum()) * 40


def test_silence_stays_silence_and_finite() -> None:
    silent = torch.zeros(2, SOUND.samples, dtype=torch.int16)
    assert SOUND.augment(silent, plan([AddNoise(p=1.0), Gain(p=1.0)], 0, 1)).isfinite().all()


def test_a_change_of_pictures_is_refused() -> None:
    with pytest.raises(UsageError, match="no change of a sound"):
        SoundPlan.of([Flip()], Draws(1, 0, np.arange(1)))  # type: ignore[list-item]


def test_settings_out_of_bounds_are_refused() -> None:
    for wrong in (lambda: ShiftTime(2.0), lambda: Gain(-1.0), lambda: AddNoise(30, 10), lambda: MaskTime(0.1, p=2.0)):
        with pytest.raises(UsageError):
            wrong()
    for kind, most in ((WarpFrequency, 1.0), (ChangeTone, -1.0)):
        with pytest.raises(UsageError, match="most is"):
            kind(most)
