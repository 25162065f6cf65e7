"""The pickle that fastai's `learn.export` writes, of a learner on the same body; it has learned nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from _sides import Measured, Settings, answer
from fastai.vision.all import ImageDataLoaders, Resize, ResizeMethod, resnet18, vision_learner


def export(settings: Settings) -> Measured:
    dls = ImageDataLoaders.from_folder(
        settings["photos"],
        train="train",
        valid="test",
        item_tfms=Resize(settings["size"], method=ResizeMethod.Squish),
    )
    body = resnet18 if settings["net"] == "resnet18" else settings["net"]
    vision_learner(dls, body, pretrained=False).export(settings["file"])
    return {"bytes": Path(settings["file"]).stat().st_size}


if __name__ == "__main__":
    answer(export, sys.argv[1])
