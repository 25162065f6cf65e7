"""Sounds over HTTP: how one is played."""

from __future__ import annotations

from io import BytesIO

import soundfile
from torch import Tensor

from fledge.serve.kinds import FileInput
from fledge.transforms.sound import Sound

_LOUDEST = 32767


def _example(transform: Sound, encoded: Tensor) -> tuple[bytes, str]:
    """An encoded sound as a WAV file of floats: no loss, so it gets the same answer."""
    file = BytesIO()
    soundfile.write(file, encoded.numpy() / _LOUDEST, transform.rate, format="WAV", subtype="FLOAT")
    return file.getvalue(), "audio/wav"


SOUNDS = FileInput("sound", "audio/*", _example)
