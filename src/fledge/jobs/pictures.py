"""One line of training for pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

from fledge.core.errors import Unavailable, UnknownName, UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.jobs.checked import Checked
from fledge.jobs.medium import Medium, Network
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Say
from fledge.models.bodies import check_name
from fledge.models.pretrained import fetch
from fledge.models.vision import vision_net
from fledge.training.vision import vision_learner
from fledge.transforms.geometry import Rotate, Zoom
from fledge.transforms.image import ImageBlock
from fledge.transforms.presets import aug_transforms
from fledge.transforms.resize import Resize
from fledge.transforms.transform import Block

BODY = "resnet18"
"""The pretrained network that is tried unless another is asked for."""

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
        channels = 1 if settings.weights is None and size <= SMALL and _are_grey(checked.files) else 3
        words = [f"{size} px", *(["grey"] if channels == 1 else [])]
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
        if settings.weights is not None:
            vision_net(body, 1, weights=settings.weights)  # an error now rather than later
        options = _options(settings) | {"weights": settings.weights, "pretrained": settings.weights is None}
        if not settings.pretrained:
            options["pretrained"] = False
            return [_whole(body, changed, settings, options)]
        return [_head(body, plain, settings, options), _fine_tuned(body, changed, settings, options)]


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
    """The named network to take, or none and why: for small pictures none is needed, and weights may be out of reach."""
    if settings.model is not None:
        return _asked_for(settings, settings.model)
    if settings.weights is not None:
        return _named_by(Path(settings.weights)), ""
    if side <= SMALL or not settings.pretrained:
        return None, ""
    try:
        fetch(BODY)
    except Unavailable as error:
        return None, f"No pretrained network: {error.message} ({error.hint})"
    return BODY, ""


def _asked_for(settings: Settings, name: str) -> tuple[str | None, str]:
    if name == "small":
        return None, ""
    check_name(name)
    if settings.pretrained and settings.weights is None:
        fetch(name)  # an error now rather than later, with both ways on
    return name, ""


def _named_by(weights: Path) -> str:
    """The network whose weights a file holds, by the file's name."""
    try:
        check_name(weights.stem)
    except UnknownName as error:
        raise UsageError(
            f"{weights} doesn't say by its name whose weights it holds", hint="name the network: --model resnet18"
        ) from error
    return weights.stem


def _options(settings: Settings) -> dict[str, Any]:
    return {"precision": settings.precision, "seed": settings.seed, "progress": False}


def _head(body: str, dls: DataLoaders, settings: Settings, options: dict[str, Any]) -> Network:
    return Network(
        f"{body}, new head only",
        lambda folder, callbacks: vision_learner(dls, body, folder=folder, callbacks=callbacks, **options),
        lambda learner, epochs: learner.fit_head(epochs, settings.lr or 1e-2),
        settings.epochs or 20,
        passes=1.0,
        once=True,
    )


def _fine_tuned(body: str, dls: DataLoaders, settings: Settings, options: dict[str, Any]) -> Network:
    return Network(
        f"{body}, fine-tuned",
        lambda folder, callbacks: vision_learner(dls, body, folder=folder, callbacks=callbacks, **options),
        lambda learner, epochs: learner.fine_tune(epochs, settings.lr or 2e-3),
        settings.epochs or 3,
        passes=3.2,
    )


def _whole(body: str, dls: DataLoaders, settings: Settings, options: dict[str, Any]) -> Network:
    return Network(
        f"{body}, from nothing",
        lambda folder, callbacks: vision_learner(dls, body, folder=folder, callbacks=callbacks, **options),
        lambda learner, epochs: learner.fit_one_cycle(epochs, settings.lr or 3e-3),
        settings.epochs or _epochs(dls.train.count),
        passes=3.2,
    )


def _from_nothing(settings: Settings, dls: DataLoaders) -> Network:
    return Network(
        "small network, from nothing",
        lambda folder, callbacks: vision_learner(dls, "small", folder=folder, callbacks=callbacks, **_options(settings)),
        lambda learner, epochs: learner.fit_one_cycle(epochs, settings.lr or 5e-3),
        settings.epochs or _epochs(dls.train.count),
        passes=3.2,
        threads=1 if min(_shape(dls)) <= TINY else None,
    )


def _epochs(count: int) -> int:
    """How often to go through so many items from nothing: the fewer, the oftener."""
    return 30 if count < 500 else 20 if count < 5000 else 10 if count < 50_000 else 5
