"""Sounds over HTTP: how one is played."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import soundfile

from fledge.serve.files import file_input
from fledge.serve.kinds import File
from fledge.serve.pictures import seen

if TYPE_CHECKING:
    from torch import Tensor

    from fledge.transforms.sound import Sound

_LOUDEST = 32767


def _example(transform: Sound, encoded: Tensor) -> File:
    """An encoded sound as a WAV file of floats: no loss, so it gets the same answer."""
    file = BytesIO()
    soundfile.write(file, encoded.numpy() / _LOUDEST, transform.rate, format="WAV", subtype="FLOAT")
    return file.getvalue(), "audio/wav"


SOUNDS = file_input("sound", "audio/*", _example, seen=seen)
