"""Reading a sound, wherever it comes from: the one way for training, calls, the command line and the server."""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, final

import numpy as np
import soundfile
from numpy.typing import NDArray

from fledge.core.errors import UnreadableItem, UsageError, shown
from fledge.core.tensors import is_tensor
from fledge.transforms.sound_formats import sniffed
from fledge.transforms.sound_resample import resampled

if TYPE_CHECKING:
    from torch import Tensor

_MAX_SAMPLES = 1 << 28
_BLOCK = 1 << 20
"""Samples decoded in one go, all channels together."""
_RATES = (100, 1_000_000)
LOUDEST = 32767
"""Full scale as a 16-bit sample."""


@final
@dataclass(frozen=True)
class SoundHeader:
    """What a file says of itself: samples a second, and how many seconds."""

    rate: int
    seconds: float


def read_sound(source: Any, rate: int) -> Tensor:
    """A sound as `read_samples` reads it, as a tensor.

    >>> read_sound({"array": np.full(800, 0.5), "sampling_rate": 8000}, 16000).shape
    torch.Size([1600])
    """
    import torch  # who reads without it takes the samples

    return torch.from_numpy(read_samples(source, rate))


def read_samples(source: Any, rate: int) -> NDArray[np.int16]:
    """A sound as 16-bit samples (count,), `rate` of them a second: channels averaged, resampled, at least one sample.

    `source` is a path, the bytes of a file, a binary file object, or samples: a numpy array (count[, channels]), a
    tensor ([channels,] count), or `{"array": ..., "sampling_rate": ...}`. Samples are uint8, int16, int32, or floats
    in -1..1, and come at `rate` where no other is named. What is louder than full scale is brought down to it.
    """
    try:
        samples, own_rate = _samples(source, rate)
        if not len(samples):
            raise UnreadableItem("it holds no sound: 0 samples")
        if not _RATES[0] <= own_rate <= _RATES[1]:
            raise UnreadableItem(f"it says it has {own_rate} samples a second; {_RATES[0]} to {_RATES[1]} are read")
        return _as_int16(resampled(_at_most_full_scale(samples), own_rate, rate))
    except UnreadableItem as error:
        raise UnreadableItem(f"{sound_name(source)} can't be read: {error.message}", hint=error.hint) from error.__cause__


def sound_header(source: Any, rate: int) -> SoundHeader:
    """The rate and length of a sound, files being opened but not decoded; bare samples come at `rate`."""
    try:
        if isinstance(source, np.ndarray | Mapping) or is_tensor(source) or hasattr(source, "read"):
            samples, own_rate = _samples(source, rate)
            return SoundHeader(own_rate, len(samples) / own_rate)
        with _opened(source) as file:
            return SoundHeader(file.samplerate, file.frames / file.samplerate)
    except UnreadableItem as error:
        raise UnreadableItem(f"{sound_name(source)} can't be read: {error.message}", hint=error.hint) from error.__cause__


def sound_name(source: Any) -> str:
    """What a source is called in a message.

    >>> sound_name(b"fLaC")
    'a sound of 4 bytes'
    """
    match source:
        case str() | Path():
            return shown(str(source), limit=300)
        case bytes() | bytearray() | memoryview():
            return f"a sound of {len(source)} bytes"
        case np.ndarray():
            return f"{type(source).__name__} {source.shape} of {source.dtype}"
    if is_tensor(source):
        return f"{type(source).__name__} {tuple(source.shape)} of {source.dtype}"
    named = getattr(source, "name", None)
    return shown(named, limit=300) if isinstance(named, str) and named else f"a {type(source).__name__}"


def max_samples() -> int:
    """The most samples a sound may have, all channels together: 268 million, or `FLEDGE_MAX_SAMPLES`."""
    told = os.environ.get("FLEDGE_MAX_SAMPLES", str(_MAX_SAMPLES))
    if not (told.isascii() and told.isdigit() and int(told)):
        raise UsageError(f"FLEDGE_MAX_SAMPLES is {shown(told)}, not a number of samples", hint="FLEDGE_MAX_SAMPLES=268435456")
    return int(told)


def _samples(source: Any, rate: int) -> tuple[NDArray[np.float32], int]:
    """One channel of floats, and how many there are a second."""
    match source:
        case np.ndarray():
            return _from_array(source), rate
        case {"array": array, "sampling_rate": int(own_rate)}:
            return _samples(array if is_tensor(array) else np.asarray(array), own_rate)
    if is_tensor(source):
        held = source.detach().cpu()
        return _from_array((held.float() if held.is_floating_point() else held).numpy().T), rate
    with _opened(source) as file:
        return _decoded(file), file.samplerate


@contextmanager
def _opened(source: Any) -> Iterator[soundfile.SoundFile]:
    """The opened file, once it is known to be a whole sound; whatever the decoder says becomes a refusal."""
    match source:
        case str() | Path():
            with _regular_file(source) as file:
                name = sniffed(file, os.fstat(file.fileno()).st_size).name
            # By its path, for then the decoder reads without holding the lock.
            target: Any = os.fspath(source)
        case _:
            data = _bytes_of(source)
            target = BytesIO(data)
            name = sniffed(target, len(data)).name
            target.seek(0)
    try:
        with soundfile.SoundFile(target) as sound:
            yield sound
    except (soundfile.SoundFileError, TypeError, ValueError) as error:
        said = str(getattr(error, "error_string", error)).removeprefix("Error : ").rstrip(".")
        raise UnreadableItem(f"the {name} data is broken or cut short ({said})") from error


@contextmanager
def _regular_file(path: str | Path) -> Iterator[BinaryIO]:
    """An opened file; whatever could block or never end is refused unopened."""
    try:
        kind = os.stat(path).st_mode  # noqa: PTH116
        if not stat.S_ISREG(kind):
            raise UnreadableItem("it is a folder, not a file" if stat.S_ISDIR(kind) else "it is no regular file")
        opened = open(path, "rb")  # noqa: PTH123, SIM115
    except FileNotFoundError as error:
        raise UnreadableItem("there is no such file") from error
    except (OSError, ValueError) as error:
        raise UnreadableItem(getattr(error, "strerror", None) or str(error)) from error
    with opened:
        yield opened


def _bytes_of(source: Any) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source)
    if not hasattr(source, "read"):
        raise UnreadableItem(
            f"it is a {type(source).__qualname__}, not a sound",
            hint='pass a path, bytes, a file object, an array, a tensor, or {"array": ..., "sampling_rate": ...}',
        )
    most = 4 * max_samples()
    data = source.read(most + 1)
    if not isinstance(data, bytes):
        raise UnreadableItem("the file object gives text, not bytes", hint='open it with open(path, "rb")')
    if len(data) > most:
        raise _too_long(len(data) // 4)
    return data


def _decoded(file: soundfile.SoundFile) -> NDArray[np.float32]:
    """The mean of a file's channels, decoded block by block."""
    if file.frames * file.channels > max_samples():
        raise _too_long(file.frames * file.channels)
    samples, count = np.empty(file.frames, np.float32), 0
    while len(block := file.read(max(1, _BLOCK // file.channels), dtype="float32", always_2d=True)):
        samples[count : count + len(block)] = _mean(block)
        count += len(block)
    # An MP3 file without a count of its frames has its length guessed.
    if count < file.frames and file.format != "MP3":
        raise UnreadableItem(f"it is cut short: {count} of {file.frames} samples are there")
    return samples[:count]


def _too_long(count: int) -> UnreadableItem:
    return UnreadableItem(
        f"it has {count / 1e6:.0f} million samples; at most {max_samples() / 1e6:.0f} million are read",
        hint=f"if it can be trusted, set FLEDGE_MAX_SAMPLES={count}",
    )


def _from_array(array: NDArray[Any]) -> NDArray[np.float32]:
    if array.ndim not in (1, 2):
        raise UnreadableItem(
            "samples stand in one row, or one row a channel",
            hint="arrays are (count,) or (count, channels), tensors (count,) or (channels, count)",
        )
    if array.ndim == 2 and array.shape[1] > 256:
        raise UnreadableItem(
            f"it has {array.shape[1]} channels", hint="arrays are (count, channels), tensors (channels, count): transpose it"
        )
    return _mean(_scaled(array))


def _mean(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean of the channels of samples (count[, channels])."""
    if samples.ndim == 1 or samples.shape[1] == 1:
        return samples.reshape(-1)
    with np.errstate(all="ignore"):  # what is no number any more is refused later
        mean: NDArray[np.float32] = samples.mean(1, dtype=np.float32)
    return mean


def _scaled(array: NDArray[Any]) -> NDArray[np.float32]:
    """Whole numbers brought to -1..1 by the range of their kind; floats as they are."""
    is_float = np.issubdtype(array.dtype, np.floating)
    if not is_float and array.dtype not in (np.uint8, np.int16, np.int32):
        raise UnreadableItem(f"its numbers are {array.dtype}", hint="pass uint8, int16, int32, or floats in -1..1")
    with np.errstate(all="ignore"):
        floats: NDArray[np.float32] = array.astype(np.float32)
    half = 2.0 ** (8 * array.itemsize - 1)
    if array.dtype == np.uint8:
        floats -= half
    if not is_float:
        floats /= half
    return floats


def _at_most_full_scale(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Samples as they are, or divided by the loudest where that is above 1; refused if any is not a number."""
    loudest = max(abs(float(samples.min())), abs(float(samples.max())))
    if not math.isfinite(loudest):
        raise UnreadableItem("it holds samples that are not finite numbers", hint="write it again from its source")
    return samples / np.float32(loudest) if loudest > 1 else samples


def _as_int16(samples: NDArray[np.float32]) -> NDArray[np.int16]:
    # Between two samples at full scale a new one may lie above it.
    whole: NDArray[np.int16] = np.rint(_at_most_full_scale(samples) * np.float32(LOUDEST)).astype(np.int16)
    return whole
