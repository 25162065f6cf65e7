"""Sounds inside the page, to be listened to."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from fledge.core.errors import FledgeError
from fledge.insight.interpretation import Interpretation
from fledge.report.html import Html, element
from fledge.transforms.sound import Sound
from fledge.transforms.sound_resample import resampled

LONGEST = 4.0
"""Seconds of a sound that a page holds: its middle, where it is longer."""
_LOW, _HIGH = 8_000, 16_000
"""Rates that every browser plays: the lower one for sounds that hold no more."""


def player(result: Interpretation, place: int) -> Html | None:
    """An item as the model heard it, with a button to play it; None for what is no sound or can't be read."""
    side = result.codec.input
    if result.samples is None or not isinstance(side, Sound):
        return None
    try:
        heard = side.encode(result.samples[place].input)
    except FledgeError:  # moved or changed since it was looked at: the page says so in words
        return None
    most = round(LONGEST * side.rate)
    start = max(0, len(heard) - most) // 2
    rate = _HIGH if side.rate > _LOW else _LOW
    samples = resampled((heard[start : start + most].float() / 32768).numpy(), side.rate, rate).clip(-1, 1)
    return element("audio", controls="controls", preload="none", src=_as_address(samples, rate))


def _as_address(samples: NDArray[np.float32], rate: int) -> str:
    file = BytesIO()
    soundfile.write(file, samples, rate, format="MP3")
    return f"data:audio/mpeg;base64,{b64encode(file.getvalue()).decode('ascii')}"
