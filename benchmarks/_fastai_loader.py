"""How many pictures a second fastai's loaders make of JPEG files, with its two worker processes running already."""

from __future__ import annotations

import sys
from typing import Any

from _sides import Measured, Settings, answer, seconds
from fastai.vision.all import ImageDataLoaders, Resize, ResizeMethod, aug_transforms


def load(settings: Settings) -> Measured:
    return {"an epoch": _rate(settings, None), "an epoch, augmented": _rate(settings, aug_transforms())}


def _rate(settings: Settings, changes: Any) -> float:
    dls = ImageDataLoaders.from_folder(
        settings["photos"],
        valid_pct=0.01,
        item_tfms=Resize(224, method=ResizeMethod.Squish),
        batch_tfms=changes,
        bs=64,
        num_workers=settings["threads"],
    )
    dls.one_batch()
    seen = 0

    def epoch() -> None:
        nonlocal seen
        seen = sum(len(targets) for _, targets in dls.train)

    took = seconds(epoch)
    return seen / took


if __name__ == "__main__":
    answer(load, sys.argv[1])
