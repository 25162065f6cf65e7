"""Sounds at another rate, against what scipy and the tones themselves say."""

from __future__ import annotations

from math import gcd

import numpy as np
import pytest
from scipy.signal import resample_poly

from fledge.transforms.sound_resample import resampled
from tests.sounds import tone

RATES = [(44100, 16000), (48000, 16000), (8000, 16000), (22050, 16000), (16000, 44100), (192000, 8000), (16000, 11025)]


@pytest.mark.parametrize(("rate", "to"), RATES)
def test_low_tones_come_out_as_scipy_has_them(rate: int, to: int) -> None:
    samples = sum(tone(share * min(rate, to), rate=rate, loudness=0.3) for share in (0.01, 0.1, 0.25))
    ours = resampled(np.asarray(samples), rate, to)
    common = gcd(rate, to)
    theirs = resample_poly(np.asarray(samples), to // common, rate // common)
    assert len(ours) == len(theirs)
    inside = slice(to // 20, -to // 20)  # at the ends both see silence, each its own way
    assert np.abs(ours - theirs)[inside].max() < 5e-3  # scipy's own ripple; against the tones ours is far nearer


@pytest.mark.parametrize(("rate", "to"), [*RATES, (44101, 16000), (7999, 44100)])
def test_a_tone_stays_the_tone_it_was(rate: int, to: int) -> None:
    hertz = 0.05 * min(rate, to)
    ours = resampled(tone(hertz, rate=rate), rate, to)
    due = tone(hertz, seconds=1.0, rate=to)[: len(ours)]
    inside = slice(to // 20, -to // 20)
    assert np.abs(ours - due)[inside].max() < 5e-3


@pytest.mark.parametrize(("rate", "to"), [pair for pair in RATES if pair[0] > pair[1]])
def test_what_is_too_high_for_the_new_rate_is_gone(rate: int, to: int) -> None:
    high = resampled(tone(0.52 * to, rate=rate), rate, to)
    assert np.abs(high[to // 20 : -to // 20]).max() < 1e-4


@pytest.mark.parametrize("count", [1, 2, 3, 100, 4801])
def test_any_length_becomes_the_length_it_lasts(count: int) -> None:
    for rate, to in RATES:
        assert len(resampled(np.zeros(count, np.float32), rate, to)) == -(-count * to // rate)


def test_an_offset_stays_what_it_is() -> None:
    assert np.allclose(resampled(np.full(9000, 0.25, np.float32), 44100, 16000)[300:-300], 0.25, atol=1e-6)
