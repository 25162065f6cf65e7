"""Sounds as tensors."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Self, final

import msgspec
import numpy as np
import soundfile
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UnreadableItem, UsageError, shown
from fledge.core.seeds import Draws
from fledge.transforms.sound_augment import SoundPlan
from fledge.transforms.sound_file import LOUDEST, SoundHeader, read_sound, sound_header
from fledge.transforms.sound_graph import SoundGraph
from fledge.transforms.sound_reading import SoundReading
from fledge.transforms.spectrogram import Spectrogram
from fledge.transforms.transform import Block, Transform

Seconds = Annotated[float, msgspec.Meta(gt=0, le=600)]
Decibels = Annotated[float, msgspec.Meta(ge=-1000, le=1000)]
Span = Annotated[float, msgspec.Meta(gt=0, le=200)]
Deviation = Annotated[float, msgspec.Meta(gt=0, le=1000)]

_READING = 2
"""Goes up when the same file gives other samples than before, so that no cache of old ones is taken for new."""
_LOOKED_AT = 500
"""Headers looked at to learn how long sounds are."""
_HEARD = 64
"""Sounds heard to learn how loud they are."""
_SHORTEST, _LONGEST = 0.25, 10.0
"""Seconds that are chosen where none are asked for."""
_SILENT = -60.0
"""Decibels of a sound that is hardly there."""
_LEAST_RATE, _MOST_RATE = 1000, 24_000


_LARGEST = 1 << 24
"""Values of a spectrogram, which bounds the memory that a model file can ask for."""


@final
@dataclass(frozen=True)
class Window:
    """A stretch of a long sound: from when to when, in seconds, and its samples as `encode` would give them."""

    start: float
    end: float
    encoded: Tensor


@final
@dataclass(frozen=True)
class Sound(Transform[Any, Tensor]):
    """A sound as 16-bit samples of one length; in a batch on its device as normalised log-mel spectrograms.

    Longer sounds give their middle, in training any stretch of them; shorter ones stand in silence.

    >>> sound = Sound(Spectrogram(rate=8000, mels=40), seconds=0.5)
    >>> encoded = sound.encode(np.zeros(2000))
    >>> encoded.shape, sound.prepare(encoded[None]).shape
    (torch.Size([4000]), torch.Size([1, 1, 40, 32]))
    """

    eager: ClassVar[bool] = False

    spectrogram: Spectrogram = field(default_factory=Spectrogram)
    seconds: Seconds = 1.0
    mean: Decibels = 0.0
    std: Deviation = 1.0
    span: Span | None = None
    """So many decibels below its own loudest moment are kept of a sound, which is measured from there: nothing is learned
    from how loud, or with what noise behind it, it happened to be recorded. None takes loudness as it is."""

    def __post_init__(self) -> None:
        if not 0 < self.seconds <= 600 or self.samples < 1:
            raise UsageError(f"seconds={self.seconds:g}: up to 600 at once are known", hint="seconds=5.0")
        if math.prod(self.size) > _LARGEST:
            raise UsageError(f"a spectrogram of {self.size} values is more than fits a model", hint="seconds=5.0, hop=0.016")
        if self.span is not None and not 0 < self.span <= 200:
            raise UsageError(f"span is {self.span}, but up to 200 decibels are kept", hint="span=60.0")
        if not self.std > 0:
            raise UsageError(f"std is {self.std}, but has to be above 0", hint="std=1.0 leaves values as they are")

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.spectrogram.rate

    @property
    def samples(self) -> int:
        """How many samples every sound is brought to."""
        return round(self.seconds * self.rate)

    @property
    def size(self) -> tuple[int, int]:
        """Bands and moments of every spectrogram."""
        return self.spectrogram.size(self.samples)

    def normalised(self, mean: Sequence[float], std: Sequence[float]) -> Self:
        """The same transform, with decibels brought to (value - mean) / std in a batch."""
        return replace(self, mean=float(mean[0]), std=float(std[0]))

    def encode(self, value: Any) -> Tensor:
        return self.rest(self.front(value), None)

    def front(self, value: Any) -> Tensor:
        """The whole sound, read and resampled."""
        return read_sound(value, self.rate)

    def rest(self, front: Tensor, draws: Draws | None) -> Tensor:
        spare = len(front) - self.samples
        if spare <= 0:
            before = -spare // 2
            return F.pad(front, (before, -spare - before))
        start = spare // 2 if draws is None else int(draws.uniform("stretch")[0] * (spare + 1))
        return front[start : start + self.samples].contiguous()

    def front_settings(self) -> str:
        versions = {"soundfile": soundfile.__version__, "libsndfile": soundfile.__libsndfile_version__}
        return json.dumps({"reading": _READING, "sound": self.rate, **versions})

    def prepare(self, batch: Tensor) -> Tensor:
        """Samples (count, samples) as spectrograms (count, 1, bands, moments), channels last in memory."""
        return self._bands(batch)[:, None].contiguous(memory_format=torch.channels_last)

    def plan(self, changes: Sequence[Any], draws: Draws, batch: Tensor) -> SoundPlan:
        return SoundPlan.of(changes, draws)

    def augment(self, batch: Tensor, plan: SoundPlan) -> Tensor:
        bands = self._bands(plan.waves(batch), plan)
        return plan.masked(bands)[:, None].contiguous(memory_format=torch.channels_last)

    def reading(self, examples: Tensor | None) -> SoundReading:
        return SoundReading(self.rate)

    def graph(self) -> SoundGraph:
        return SoundGraph(self)

    def given_again(self, encoded: Tensor) -> NDArray[np.float32]:
        samples: NDArray[np.float32] = (encoded.float() / LOUDEST).numpy()
        return samples

    def decode(self, value: Tensor) -> NDArray[np.uint8]:
        """The spectrogram of an encoded sound, or a prepared one, as a picture: high notes above, silence black."""
        value = value.detach().cpu()
        bands = self.prepare(value[None])[0, 0] if value.ndim == 1 else value.float().reshape(self.size)
        floor = self.spectrogram.floor if self.span is None else -self.span
        shares = (bands * self.std + self.mean - floor) / (-floor or 1.0)
        picture = (shares * 255).round().clamp(0, 255).to(torch.uint8).flip(0)[:, :, None]
        pixels: NDArray[np.uint8] = picture.numpy()
        return pixels

    def _bands(self, waves: Tensor, plan: SoundPlan | None = None) -> Tensor:
        """Normalised decibels (count, bands, moments)."""
        if self.span is None and (plan is None or not plan.moves_bands):
            return self.spectrogram.scaled(waves, self.mean, self.std)
        decibels = self.spectrogram(waves)
        if plan is not None:
            decibels = plan.toned(plan.warped(decibels, self.spectrogram))
        if self.span is None:
            return decibels.clamp_(min=self.spectrogram.floor).sub_(self.mean).div_(self.std)
        # What is next to silence is not lifted all the way: there is nothing but noise in it.
        decibels -= decibels.amax((1, 2), keepdim=True).clamp_min(_SILENT)
        return decibels.clamp_(min=-self.span).sub_(self.mean).div_(self.std)

    def windows(self, value: Any, every: float | None = None) -> list[Window]:
        """A long sound cut in stretches, one beginning `every` so many seconds (half a stretch), the last at its end."""
        front = self.front(value)
        step = self.samples // 2 if every is None else round(every * self.rate)
        if step < 1:
            raise UsageError(f"every={every}: windows have to move on", hint=f"every={self.seconds / 2:g}")
        last = max(0, len(front) - self.samples)
        starts = [*range(0, last, step), last]
        pieces = [front[start : start + self.samples] for start in starts]
        return [
            Window(start / self.rate, (start + len(piece)) / self.rate, self.rest(piece, None))
            for start, piece in zip(starts, pieces, strict=True)
        ]


@final
@dataclass(frozen=True)
class SoundBlock(Block):
    """Sounds, from wherever `read_sound` can read them, at one rate; the rest is how their spectrograms are made.

    What is None is learned from the training part: `seconds` so that nearly all are heard in full, up to ten; `high` so
    that no band lies above what the recordings hold. So are the mean and spread of their decibels. With `span` each sound is
    measured from its own loudest moment: try 60 where people or microphones differ, and will differ again.
    """

    rate: int = Spectrogram.rate
    seconds: float | None = None
    mels: int = Spectrogram.mels
    window: float = Spectrogram.window
    hop: float = Spectrogram.hop
    low: float = Spectrogram.low
    high: float | None = None
    span: float | None = None

    @classmethod
    def like(cls, values: Sequence[Any], **settings: Any) -> Self:
        """The block for such sounds at the rate most of them have, halved until it is at most 24 000."""
        rates = [header.rate for header in _headers(values, cls.rate)] or [cls.rate]
        rate = max(sorted(set(rates)), key=rates.count)
        while rate > _MOST_RATE:
            rate = (rate + 1) // 2
        return cls(rate=max(_LEAST_RATE, rate), **settings)

    def learn(self, values: Sequence[Any], steps: Sequence[Any] = ()) -> Sound:
        sound = self.reader(steps)
        if not len(values):
            raise UsageError("there are no sounds to learn from")
        headers = _headers(values, sound.rate)
        if self.seconds is None:
            usual = float(np.quantile([header.seconds for header in headers], 0.95))
            sound = replace(sound, seconds=round(min(max(usual, _SHORTEST), _LONGEST), 2))
        if self.high is None:
            sound = replace(sound, spectrogram=sound.spectrogram.up_to(max(header.rate for header in headers) / 2))
        heard = torch.stack([sound.encode(value) for value in _spread(values, _HEARD)])
        decibels = sound.prepare(heard)
        return replace(sound, mean=round(float(decibels.mean()), 3), std=round(max(1.0, float(decibels.std())), 3))

    def reader(self, steps: Sequence[Any] = ()) -> Sound:
        if steps:
            raise UsageError(f"{shown(steps[0])} is a step for pictures, and the inputs are sounds", hint="leave item_tfms out")
        spectrogram = Spectrogram(self.rate, self.mels, self.window, self.hop, self.low, self.high)
        return Sound(spectrogram, 1.0 if self.seconds is None else self.seconds, span=self.span)


def _headers(values: Sequence[Any], rate: int) -> list[SoundHeader]:
    """What some of the sounds say of themselves; those that can't be read say nothing."""
    headers = []
    for value in _spread(values, _LOOKED_AT):
        with suppress(UnreadableItem):
            headers.append(sound_header(value, rate))
    return headers


def _spread(values: Sequence[Any], most: int) -> list[Any]:
    """At most so many of the values, from all over them."""
    places = np.linspace(0, len(values) - 1, min(most, len(values))).round().astype(int)
    return [values[place] for place in places]
