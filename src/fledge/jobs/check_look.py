"""One file, looked at: whether it can be read, how large it is, and what it looks like from afar."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from fledge.core.errors import UnreadableItem
from fledge.data.digests import content_digest
from fledge.jobs.track_options import TrackOptions
from fledge.transforms.jpeg import JpegHeader
from fledge.transforms.orientation import lies_on_side, upright
from fledge.transforms.picture_bytes import picture_bytes
from fledge.transforms.picture_file import decode_file
from fledge.transforms.picture_formats import sniffed

SIDE = 32
"""The side of the small grey pictures that pictures are compared by."""

_READ = 64
"""Pictures are read at no less than this: shrunk further, a picture and its copy of another size differ too much."""

_STORED = {6: 8, 8: 6}
"""The turn that undoes a turn; the others undo themselves."""


@final
@dataclass(frozen=True, eq=False)
class Look:
    """What is known of one file; `reason` says why it can't be read."""

    digest: bytes = b""
    bytes: int = 0
    form: str = ""
    size: tuple[float, ...] = ()
    """Width and height of a picture; of a sound its seconds, samples a second and channels; of a track its events."""
    small: NDArray[np.uint8] | None = None
    reason: str = ""
    said: str = ""
    """What had to be put right to read it."""


def look_at(kind: str, file: Any, tracks: TrackOptions | None = None) -> Look:
    """A look at one file of a kind that is known; of others, only whether it can be read at all.

    `tracks` is what was said of movements, which may also come out of a table.
    """
    try:
        if kind == "track":
            return _track(file, tracks or TrackOptions())
        return _LOOKS.get(kind, _plain)(file)
    except UnreadableItem as error:
        return Look(reason=error.message)


def _picture(file: Path) -> Look:
    """Decoded to its last byte, as in training, but at an eighth of its size where that leaves enough."""
    data = picture_bytes(file)
    grey = decode_file(data, channels=1, at_least=(_READ, _READ))
    form, width, height, turn = _header(data)
    return Look(content_digest(data), len(data), form, (width, height), _shrunk(grey[:, :, 0], (width, height), turn))


def _header(data: bytes) -> tuple[str, int, int, int]:
    """The format, the upright width and height, and how the file's pixels are to be turned."""
    if data.startswith(b"\xff\xd8\xff"):
        header = JpegHeader.of(data)
        width, height = header.width, header.height
        return "JPEG", *((height, width) if lies_on_side(header.turn) else (width, height)), header.turn
    kind = sniffed(data)
    return kind.name, *kind.decoder(BytesIO(data)).size, 1


def _shrunk(grey: NDArray[np.uint8], size: tuple[int, int], turn: int) -> NDArray[np.uint8]:
    """A picture's mean over each of 32 × 32 fields.

    Decoders that shrink round up and fill the last row and column; the field's borders are those of the true size, so
    that the same picture in two sizes gives the same fields.
    """
    stored = np.ascontiguousarray(upright(grey[:, :, None], _STORED.get(turn, turn))[:, :, 0])
    width, height = reversed(size) if lies_on_side(turn) else size
    by = max(1, round(width / stored.shape[1]), round(height / stored.shape[0]))
    box = (0, 0, min(stored.shape[1], width / by), min(stored.shape[0], height / by))
    small = Pillow.fromarray(stored).resize((SIDE, SIDE), Pillow.Resampling.BOX, box=box)
    return np.ascontiguousarray(upright(np.asarray(small)[:, :, None], turn)[:, :, 0])


def _sound(file: Path) -> Look:
    """Its header, and whether its end is there; the sound itself is not decoded."""
    import soundfile  # some 50 ms, and only for sounds

    from fledge.transforms.sound_formats import sniffed as sniffed_sound

    found = _regular(file)
    with file.open("rb") as opened:
        form = sniffed_sound(opened, found.st_size).name
    try:
        about = soundfile.info(os.fspath(file))
    except (soundfile.SoundFileError, TypeError, ValueError) as error:
        raise UnreadableItem(f"the {form} data is broken or cut short") from error
    if not about.frames:
        raise UnreadableItem("it holds no sound at all")
    return Look(content_digest(file), found.st_size, form, (about.duration, about.samplerate, about.channels))


def _track(track: Any, said: TrackOptions) -> Look:
    """Read whole, as in training."""
    from fledge.transforms.track_file import read_track  # polars, and only for tracks

    size = _regular(track).st_size if isinstance(track, Path) else 0
    try:
        read = read_track(track, said.named)
    except UnreadableItem as error:
        raise UnreadableItem(error.message.partition(" can't be read: ")[2] or error.message) from error
    if isinstance(track, Path):
        return Look(content_digest(track), size, track.suffix.lower(), (len(read.events),), said=read.said)
    return Look(content_digest(read.tobytes()), read.events.nbytes, "in a table", (len(read.events),), said=read.said)


def _plain(file: Path) -> Look:
    found = _regular(file)
    return Look(content_digest(file), found.st_size, file.suffix.lower())


def _regular(file: Path) -> os.stat_result:
    """What the system says of a file that can be opened and has a content."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableItem("it is no regular file")
        if not found.st_size:
            raise UnreadableItem("it is empty")
        file.open("rb").close()
    except OSError as error:
        raise UnreadableItem(error.strerror or str(error)) from error
    return found


_LOOKS: Mapping[str, Callable[[Path], Look]] = {"picture": _picture, "sound": _sound}
