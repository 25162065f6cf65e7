"""Sounds for an exported model: samples, of which the graph makes spectrograms itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, final

import msgspec

from fledge.transforms.reading import Array, Reading
from fledge.transforms.sound_file import read_samples


@final
@dataclass(frozen=True)
class SoundReading(Reading):
    """A sound as 16-bit samples (count,), `rate` of them a second, read by the same code as in training."""

    transform: ClassVar[str] = "sound"
    names = ("samples",)

    rate: Annotated[int, msgspec.Meta(ge=1000, le=384_000)]

    def encode(self, value: Any) -> tuple[Array]:
        return (read_samples(value, self.rate),)
