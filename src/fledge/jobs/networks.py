"""The networks that one line tries: a pretrained body with a new head, the same fine-tuned, and one from nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from fledge.core.errors import Unavailable, UnknownName, UsageError
from fledge.data.dataloaders import DataLoaders
from fledge.jobs.medium import Network
from fledge.jobs.settings import Settings
from fledge.models.bodies import check_name
from fledge.models.pretrained import fetch
from fledge.models.vision import vision_net
from fledge.training.learner import Learner

BODY = "resnet18"
"""The pretrained network that is tried unless another is asked for."""

FINE_TUNED = 2e-3
"""The learning rate at which a pretrained network is fine-tuned."""

Build = Callable[..., Learner]
"""`vision_learner`, or one like it: (loaders, network's name, **options)."""


def body_for(settings: Settings, *, needed: bool) -> tuple[str | None, str]:
    """The named network to take, or none and why: it may not be needed, and its weights may be out of reach."""
    if settings.model is not None:
        return _asked_for(settings, settings.model)
    if settings.weights is not None:
        return _named_by(Path(settings.weights)), ""
    if not needed or not settings.pretrained:
        return None, ""
    try:
        fetch(BODY)
    except Unavailable as error:
        return None, f"No pretrained network: {error.message} ({error.hint})"
    return BODY, ""


def new_head(build: Build, body: str, dls: DataLoaders, settings: Settings, *, lr: float) -> Network:
    """A head alone on what the body sees, which is computed once: the loaders make no random changes."""
    return Network(
        f"{body}, new head only",
        lambda folder, callbacks: build(dls, body, folder=folder, callbacks=callbacks, **_options(settings, known=True)),
        lambda learner, epochs: learner.fit_head(epochs, settings.lr or lr),
        settings.epochs or 20,
        passes=1.0,
        once=True,
        lr=settings.lr or lr,
    )


def fine_tuned(build: Build, body: str, dls: DataLoaders, settings: Settings, *, epochs: int) -> Network:
    """First the head, then everything."""
    return Network(
        f"{body}, fine-tuned",
        lambda folder, callbacks: build(dls, body, folder=folder, callbacks=callbacks, **_options(settings, known=True)),
        lambda learner, epochs: learner.fine_tune(epochs, settings.lr or FINE_TUNED),
        settings.epochs or epochs,
        passes=3.2,
        lr=settings.lr or FINE_TUNED,
    )


def from_nothing(build: Build, net: str, dls: DataLoaders, settings: Settings, *, lr: float, times: int = 1) -> Network:
    """A network that begins with random weights, "small" or a named one, `times` as often through the data as usual."""
    options = _options(settings, known=False) if net != "small" else _usual(settings)
    return Network(
        f"{'small network' if net == 'small' else net}, from nothing",
        lambda folder, callbacks: build(dls, net, folder=folder, callbacks=callbacks, **options),
        lambda learner, epochs: learner.fit_one_cycle(epochs, settings.lr or lr),
        settings.epochs or times * _epochs(dls.train.count),
        passes=3.2,
        lr=settings.lr or lr,
    )


def _asked_for(settings: Settings, name: str) -> tuple[str | None, str]:
    if name == "small":
        return None, ""
    check_name(name)
    if settings.weights is not None:
        vision_net(name, 1, weights=settings.weights)  # an error now rather than later
    elif settings.pretrained:
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
    vision_net(weights.stem, 1, weights=weights)  # an error now rather than later
    return weights.stem


def _usual(settings: Settings) -> dict[str, Any]:
    return {"precision": settings.precision, "seed": settings.seed, "progress": False}


def _options(settings: Settings, *, known: bool) -> dict[str, Any]:
    """Of a named network: with weights from a file or from where they are published, or with random ones."""
    return _usual(settings) | {"weights": settings.weights, "pretrained": known and settings.weights is None}


def _epochs(count: int) -> int:
    """How often to go through so many items from nothing: the fewer, the oftener."""
    return 30 if count < 500 else 20 if count < 5000 else 10 if count < 50_000 else 5
