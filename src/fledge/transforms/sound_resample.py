"""Sounds brought from one rate to another: a windowed sinc, in its polyphase form."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_CROSSINGS = 32
"""Zero crossings of the sinc on each side."""
_KEPT = 0.92
"""The middle of the filter's edge, as a share of the highest frequency there can be; it ends where that is reached."""
_BETA = 8.96
"""The Kaiser window's: what lies beyond the edge is 90 dB down."""
_FINEST = 1000
"""Rates in no ratio of small numbers are taken as the nearest one of these: at most 1 in 500 000 off."""
_ROW = 256
_PIECE = 1 << 22


def resampled(samples: Floats, rate: int, to: int) -> Floats:
    """Samples (count,) taken `rate` a second, as they would be `to` a second: (ceil(count * to / rate),).

    >>> resampled(np.ones(441, np.float32), 44100, 16000).shape
    (160,)
    """
    if rate == to:
        return samples
    ratio = _ratio(rate, to)
    up, down = ratio.numerator, ratio.denominator
    # Each row of the product is one or several periods of the pattern in which old and new samples meet.
    periods = max(1, _ROW // max(up, down))
    kernel = _kernel(up, down, periods)
    step, span = down * periods, len(kernel)
    count = math.ceil(len(samples) * ratio)
    rows = math.ceil(count / (up * periods))
    before = (span - step) // 2
    padded = np.pad(samples, (before, max(0, (rows - 1) * step + span - before - len(samples))))
    windows = sliding_window_view(padded, span)[::step][:rows]
    size = max(1, _PIECE // span)
    pieces = [np.ascontiguousarray(windows[start : start + size]) @ kernel for start in range(0, rows, size)]
    joined: Floats = np.concatenate(pieces).ravel()[:count]
    return joined


def _ratio(rate: int, to: int) -> Fraction:
    """New samples for each old one, in numbers that keep the kernel small."""
    if to > rate:
        return 1 / Fraction(rate, to).limit_denominator(_FINEST)
    return Fraction(to, rate).limit_denominator(_FINEST)


@lru_cache(maxsize=16)
def _kernel(up: int, down: int, periods: int) -> Floats:
    """(span, up * periods): how much each old sample around a row counts for each of its new ones."""
    cutoff = _KEPT * min(1.0, up / down)
    reach = math.ceil(_CROSSINGS / cutoff)
    old = np.arange(-reach, down * periods + reach)[:, None]
    new = np.arange(up * periods)[None] * (down / up)
    away = (old - new) * cutoff
    inside = np.clip(1 - (away / _CROSSINGS) ** 2, 0, None)
    window = np.where(np.abs(away) <= _CROSSINGS, np.i0(_BETA * np.sqrt(inside)) / np.i0(_BETA), 0.0)
    kernel = cutoff * np.sinc(away) * window
    # Sums of exactly one: silence with an offset stays what it is.
    scaled: Floats = (kernel / kernel.sum(0)).astype(np.float32)
    return scaled
