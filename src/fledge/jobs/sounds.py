"""One line of training for sounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

from fledge.core.errors import UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.jobs.checked import Checked
from fledge.jobs.medium import Medium, Network
from fledge.jobs.networks import body_for, fine_tuned, from_nothing, new_head
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.training.sound import sound_learner
from fledge.transforms.sound import Sound, SoundBlock
from fledge.transforms.sound_change import sound_transforms
from fledge.transforms.transform import Block

SHORT = 2.0
"""Up to so many seconds, a small network learns sounds from nothing as well as one that knows pictures."""


@final
@dataclass(frozen=True)
class Sounds(Medium):
    """Recordings, heard as spectrograms."""

    noun: ClassVar[str] = "sounds"

    def block(self, checked: Checked, settings: Settings) -> tuple[Block, Any, list[str]]:
        if settings.size is not None:
            raise UsageError("--size is about pictures, and these are sounds", hint="leave --size out")
        heard = SoundBlock.like([file for file, part in zip(checked.files, checked.parts, strict=True) if part == "train"])
        return heard, (), [f"{heard.rate / 1000:g} kHz", f"{heard.mels} bands"]

    def changes(self, dls: DataLoaders) -> Sequence[Any]:
        """Sounds come earlier or later, faster, louder, with noise; parts of their spectrograms are wiped out."""
        return sound_transforms()

    def networks(self, plain: DataLoaders, changed: DataLoaders, settings: Settings, say: Say) -> list[Network]:
        assert plain.codec is not None, "the loaders of a job have a codec"
        assert isinstance(plain.codec.input, Sound), "this is about sounds"
        body, reason = body_for(settings, needed=plain.codec.input.seconds > SHORT)
        if reason:
            say(reason)
        small = from_nothing(sound_learner, "small", changed, settings, lr=5e-3, times=2)
        if body is None:
            return [small]
        if not settings.pretrained:
            return [from_nothing(sound_learner, body, changed, settings, lr=3e-3)]
        known = [
            new_head(sound_learner, body, plain, settings, lr=3e-3),
            fine_tuned(sound_learner, body, changed, settings, epochs=10),
        ]
        return known if settings.model is not None else [known[0], small, known[1]]
