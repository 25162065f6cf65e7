"""One line of training for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, final

from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.jobs.checked import Checked
from fledge.jobs.medium import Medium, Network
from fledge.jobs.networks import body_for, fine_tuned, from_nothing, new_head
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.training.vision import vision_learner
from fledge.transforms.geometry import Rotate, Zoom
from fledge.transforms.image import ImageBlock
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize
from fledge.transforms.transform import Block

SMALL = 64
"""Up to so many pixels a side, pictures are taken as they are, and a small network learns them from nothing."""

TINY = 16
"""Up to so many pixels a side, a batch is less work than dividing it among threads."""

PHOTO, FROM_NOTHING = 192, 96
"""The sides that photos are brought to, for a pretrained network and for one that starts from nothing."""


@final
@dataclass(frozen=True)
class Pictures(Medium):
    """Photos, drawings, digits."""

    noun: ClassVar[str] = "pictures"

    def block(self, checked: Checked, settings: Settings) -> tuple[Block, Any, list[str]]:
        size = settings.size or _side(checked, settings)
        readable = [file for file, part in zip(checked.files, checked.parts, strict=True) if part]
        channels = 1 if settings.weights is None and size <= SMALL and _are_grey(readable) else 3
        words = [f"{size} px (--size)", *(["grey"] if channels == 1 else [])]
        return ImageBlock(channels), Resize(size, method="squish"), words

    def changes(self, dls: DataLoaders) -> Sequence[Any]:
        """Photos are mirrored, turned, lit otherwise; of small pictures (digits, letters) a mirror image is something else."""
        if min(_shape(dls)) > SMALL:
            return aug_transforms()
        return [Rotate(10), Zoom(0.9, 1.1)]

    def networks(self, plain: DataLoaders, changed: DataLoaders, settings: Settings, say: Say) -> list[Network]:
        body, reason = _body(settings, min(_shape(plain)))
        if body is None:
            if reason:
                say(reason)
            return [_from_nothing(settings, changed)]
        if not settings.pretrained:
            return [from_nothing(vision_learner, body, changed, settings, lr=3e-3)]
        return [
            new_head(vision_learner, body, plain, settings, lr=1e-2),
            fine_tuned(vision_learner, body, changed, settings, epochs=3),
        ]


def _side(checked: Checked, settings: Settings) -> int:
    """The pictures' own size where they are small, else one that their network does well with."""
    sizes = checked.looked.sizes
    middle = int(min(sizes[len(sizes) // 2])) if sizes else PHOTO
    if middle <= SMALL:
        return max(middle, 8)
    return PHOTO if _body(settings, middle)[0] else FROM_NOTHING


def _shape(dls: DataLoaders) -> tuple[int, int]:
    assert isinstance(dls.train, Loader), "the loaders of a job are ours"
    height, width = dls.train.pick([0]).inputs.shape[-2:]
    return height, width


def _are_grey(files: Sequence[Path]) -> bool:
    """Whether the pictures hold no colours, by the first of them."""
    from PIL import Image as Pillow

    for file in files[:20]:
        try:
            with Pillow.open(file) as picture:
                if picture.mode not in ("1", "L", "I;16"):
                    return False
        except (OSError, ValueError):
            continue
    return True


def _body(settings: Settings, side: int) -> tuple[str | None, str]:
    """The named network to take, or none and why: for small pictures none is needed."""
    return body_for(settings, needed=side > SMALL)


def _from_nothing(settings: Settings, dls: DataLoaders) -> Network:
    threads = 1 if min(_shape(dls)) <= TINY else None
    return replace(from_nothing(vision_learner, "small", dls, settings, lr=5e-3), threads=threads)
