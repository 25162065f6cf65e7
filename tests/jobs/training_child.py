"""What a child process trains, to be killed meanwhile."""

from __future__ import annotations

import shutil
from pathlib import Path

import torch

from fledge.jobs.train import resume, train
from tests.jobs.runs import QUICK

EPOCHS = 4


def train_or_resume(photos: Path, out: Path) -> None:
    """Begins a training, or goes on with the one that is there."""
    torch.set_num_threads(1)
    run = out / "killed"
    if not (run / "run.json").is_file():
        shutil.rmtree(run, ignore_errors=True)  # killed before it began
        train(photos, out=out, name="killed", **QUICK | {"epochs": EPOCHS})
    elif not (run / "report.html").is_file() or (run / "tried").is_dir():
        resume(run, quiet=True)
