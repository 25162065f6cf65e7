"""The file formats a sound may come in, known by their content, and whether a file's end is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, final

from fledge.core.errors import UnreadableItem, shown

READABLE = "WAV, FLAC, OGG (Vorbis, Opus), MP3, AIFF, AU, CAF and W64"

_HEAD = 4096
_LARGEST_PAGE = 27 + 255 + 255 * 255
"""The bytes of the largest page an OGG file can have."""
_OPEN_ENDED = (0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""What programs that can't go back write where the length should stand."""


@final
@dataclass(frozen=True)
class Format:
    """One file format, and how much of a file its own words say is missing."""

    name: str
    whole: Callable[[BinaryIO, int], bool] = lambda file, size: True


def sniffed(file: BinaryIO, size: int) -> Format:
    """The format of a file of `size` bytes, whatever its name says; refused if it is no sound, or cut short.

    >>> from io import BytesIO
    >>> sniffed(BytesIO(b"%PDF-1.7"), 8)
    Traceback (most recent call last):
    fledge.core.errors.UnreadableItem: it is no sound: it seems to be a PDF
      what to do: fledge reads WAV, FLAC, OGG (Vorbis, Opus), MP3, AIFF, AU, CAF and W64; ffmpeg turns other formats into them
    """
    head = _at(file, 0, _HEAD)
    kind = next((kind for signature, kind in _FORMATS if signature.match(head)), None)
    if kind is None:
        raise UnreadableItem(
            f"it is no sound: it {_guess(head)}", hint=f"fledge reads {READABLE}; ffmpeg turns other formats into them"
        )
    if not kind.whole(file, size):
        raise UnreadableItem(f"the {kind.name} file is cut short")
    return kind


def _at(file: BinaryIO, place: int, count: int) -> bytes:
    file.seek(place)
    return file.read(count)


def _wav_is_whole(file: BinaryIO, size: int) -> bool:
    return _data_is_there(file, size, b"data", big=_at(file, 0, 4) == b"RIFX")


def _aiff_is_whole(file: BinaryIO, size: int) -> bool:
    return _data_is_there(file, size, b"SSND", big=True)


def _data_is_there(file: BinaryIO, size: int, name: bytes, *, big: bool) -> bool:
    """Walks chunk by chunk to that of the samples."""
    place = 12
    while place + 8 <= size:
        head = _at(file, place, 8)
        length = int.from_bytes(head[4:], "big" if big else "little")
        if head[:4] == name:
            return length in _OPEN_ENDED or place + 8 + length <= size
        place += 8 + length + length % 2
    return False


def _ogg_is_whole(file: BinaryIO, size: int) -> bool:
    """Whether the last page that begins also ends."""
    start = max(0, size - _LARGEST_PAGE)
    tail = _at(file, start, size - start)
    place = tail.rfind(b"OggS")
    segments = tail[place + 26 : place + 27]
    if place < 0 or not segments:
        return False
    sizes = tail[place + 27 : place + 27 + segments[0]]
    return len(sizes) == segments[0] and place + 27 + len(sizes) + sum(sizes) <= len(tail)


def _mp3_is_whole(file: BinaryIO, size: int) -> bool:
    """Whether there are as many bytes as the first frame announces, where it does."""
    tag = _at(file, 0, 10)
    start = 0
    if tag.startswith(b"ID3") and len(tag) == 10:
        start = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(tag[6:], (21, 14, 7, 0), strict=True))
    if start >= size:
        return False
    frame = _at(file, start, 256)
    place = next((found for mark in (b"Xing", b"Info") if (found := frame.find(mark)) > 0), None)
    if place is None or not frame[place + 7 : place + 8] or not frame[place + 7] & 2:
        return True
    has_frames = frame[place + 7] & 1
    at = place + 8 + 4 * has_frames
    return start + int.from_bytes(frame[at : at + 4], "big") <= size


_FORMATS = [
    (re.compile(rb"(RIFF|RIFX|RF64)....WAVE", re.DOTALL), Format("WAV", _wav_is_whole)),
    (re.compile(rb"fLaC"), Format("FLAC")),
    (re.compile(rb"OggS"), Format("OGG", _ogg_is_whole)),
    (re.compile(rb"FORM....AIF[FC]", re.DOTALL), Format("AIFF", _aiff_is_whole)),
    (re.compile(rb"\.snd|dns\."), Format("AU")),
    (re.compile(rb"caff"), Format("CAF")),
    (re.compile(rb"riff\x2e\x91\xcf\x11"), Format("W64")),
    # An ID3 tag, or a frame of layer II or III; other layers would be AAC, or a text in UTF-16.
    (re.compile(rb"ID3|\xff[\xe2-\xe5\xf2-\xf5\xfa-\xfd]"), Format("MP3", _mp3_is_whole)),
]

_GUESSES = [
    (rb"\Z", "is empty"),
    (rb"\0+\Z", "holds nothing but zeros"),
    (rb"\s*(<!--.*?-->\s*)*<(!doctype html|html|head|body)", "seems to be a web page"),
    (rb"\s*<\?xml", "seems to be XML"),
    (rb"%PDF", "seems to be a PDF"),
    (rb"PK\x03\x04", "seems to be a zip archive"),
    (rb"\x1f\x8b", "seems to be a gzip archive"),
    (rb"....ftyp(M4A|M4B|mp42|isom|iso)", "seems to be M4A (AAC), or a film, which are not among them"),
    (rb"....ftyp", "seems to be a film"),
    (rb"\xff[\xf0-\xf1\xf8-\xf9]", "seems to be AAC, which is not among them"),
    (rb"\x30\x26\xb2\x75", "seems to be WMA, which is not among them"),
    (rb"\x1a\x45\xdf\xa3", "seems to be WebM or Matroska, which is not among them"),
    (rb"#!AMR", "seems to be AMR, which is not among them"),
    (rb"MThd", "seems to be MIDI: notes, and no sound"),
    (rb"\xff\xd8\xff|\x89PNG|GIF8|RIFF....WEBP", "seems to be a picture"),
    (rb"version https://git-lfs", "is a Git LFS pointer: the file itself was not fetched"),
    (rb"[\x09\x0a\x0d\x20-\x7e]+\Z", "seems to be text"),
]


def _guess(head: bytes) -> str:
    for signature, words in _GUESSES:
        if re.match(signature, head, re.DOTALL | re.IGNORECASE):
            return words
    return f"begins with {shown(head[:12])}"
