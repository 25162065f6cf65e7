"""One line of training for movements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.jobs.checked import Checked
from fledge.jobs.medium import Example, Medium, Network, file_loaders
from fledge.jobs.networks import body_for, fine_tuned, from_nothing
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.training.track import track_learner
from fledge.transforms.owner import OwnerBlock
from fledge.transforms.track import Track, TrackBlock
from fledge.transforms.track_change import track_transforms
from fledge.transforms.track_drawing import Canvas
from fledge.transforms.track_file import ReadTrack
from fledge.transforms.track_writing import write_track
from fledge.transforms.transform import Block


@final
@dataclass(frozen=True)
class Tracks(Medium):
    """Movements of a mouse, a pen or a finger, drawn as pictures."""

    noun: ClassVar[str] = "tracks"

    def loaders(self, checked: Checked, settings: Settings) -> tuple[DataLoaders, list[str]]:
        """Cut in pieces to learn from; what is held back is whole, and its pieces answer together."""
        dls, chosen = file_loaders(self, checked, settings)
        track, size = _track(dls), _track(dls).canvas.size
        cut = f"{dls.train.count:,} pieces of {track.events} events, answers of up to {track.pieces} averaged by track"
        return dls, [f"{size} px (--size)", cut, *chosen]

    def block(self, checked: Checked, settings: Settings) -> tuple[Block, Any, list[str]]:
        canvas = Canvas() if settings.size is None else Canvas(settings.size)
        return TrackBlock(columns=settings.tracks.named, canvas=canvas), (), []

    def target(self, checked: Checked, settings: Settings) -> Block:
        """Whose it is, or whether it is the owner's."""
        return super().target(checked, settings) if settings.owner is None else OwnerBlock(settings.owner)

    def example(self, plain: DataLoaders, folder: Path) -> Example:
        """A held-back movement; one out of a table as a file of its own."""
        assert isinstance(plain.valid, Loader), "the loaders of a job are ours"
        track = plain.valid.samples[0].input
        if not isinstance(track, ReadTrack):
            return super().example(plain, folder)
        file = folder / "example.csv"
        write_track(track, file)
        return Example(str(file), repr(str(file)), str(file))

    def changes(self, dls: DataLoaders) -> Sequence[Any]:
        """Movements come a little faster or slower, wider or narrower, with fewer events; never mirrored."""
        return track_transforms()

    def networks(self, plain: DataLoaders, changed: DataLoaders, settings: Settings, say: Say) -> list[Network]:
        body, _ = body_for(settings, needed=False)
        if body is None:
            return [from_nothing(track_learner, "small", changed, settings, lr=3e-3)]
        if not settings.pretrained:
            return [from_nothing(track_learner, body, changed, settings, lr=3e-3)]
        return [fine_tuned(track_learner, body, changed, settings, epochs=5)]


def _track(dls: DataLoaders) -> Track:
    assert dls.codec is not None, "the loaders of a job have a codec"
    assert isinstance(dls.codec.input, Track), "this is about movements"
    return dls.codec.input
