"""Trainings to be killed: what a child process runs, and what comes of it undisturbed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from fledge.core.tensorfile import write_tensors
from fledge.training.checkpoint import checkpoints
from fledge.training.learner import Learner
from tests.training.small import photo_learner

WEIGHTS = "weights.safetensors"


def train_on(photos: Path, folder: Path, kind: str) -> None:
    """Begins or goes on with a training that keeps itself in `folder`, and leaves its final weights there."""
    torch.set_num_threads(1)
    learner, begin = KINDS[kind](photos, folder)
    if checkpoints(folder):
        learner.resume()
    else:
        begin()
    state = {name: each.contiguous() for name, each in learner.model.state_dict().items()}
    write_tensors(folder / WEIGHTS, state, {})


def _whole(photos: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    learner = photo_learner(photos, folder=folder, save_every=0.0)
    return learner, lambda: learner.fit_one_cycle(4, 3e-3)


def _fine_tuned(photos: Path, folder: Path) -> tuple[Learner, Callable[[], None]]:
    """Two stages, the first on stored features, with the gradients of two batches added up."""
    learner = photo_learner(photos, random=False, folder=folder, save_every=0.0, accumulate=2)
    return learner, lambda: learner.fine_tune(3)


KINDS: dict[str, Callable[[Path, Path], tuple[Learner, Callable[[], None]]]] = {"whole": _whole, "fine-tuned": _fine_tuned}
