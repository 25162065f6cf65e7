"""Where sounds come from: the files of a folder, in an order that is the same everywhere."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fledge.data.sources import get_files

SOUND_SUFFIXES = (
    *(".wav", ".wave", ".flac", ".ogg", ".oga", ".opus", ".mp3"),
    *(".aif", ".aiff", ".aifc", ".au", ".snd", ".caf", ".w64"),
)
"""The endings of the sound formats that can be read."""


def get_sound_files(path: str | os.PathLike[str], recurse: bool = True, folders: Sequence[str] | None = None) -> list[Path]:
    """The sounds below `path`, by their endings, sorted folder by folder."""
    return get_files(path, SOUND_SUFFIXES, recurse, folders)
