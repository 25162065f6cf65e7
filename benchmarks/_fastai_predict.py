"""How long fastai's `learn.predict` takes for one photo; and the file that S6 loads."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from _sides import Measured, Settings, answer, usual_seconds
from fastai.vision.all import ImageDataLoaders, Resize, ResizeMethod, resnet18, vision_learner


def predict(settings: Settings) -> Measured:
    learn = _learner(settings)
    if "file" in settings:
        learn.export(settings["file"])
        return {}
    photos = sorted(str(each) for each in Path(settings["photos"]).glob("*/*.jpg"))[:32]

    def call() -> None:
        with learn.no_bar(), learn.no_logging():
            learn.predict(photos[0])

    return {"call": usual_seconds(call, settings["times"])}


def _learner(settings: Settings) -> Any:
    dls = ImageDataLoaders.from_folder(
        settings["photos"], valid_pct=0.2, seed=0, item_tfms=Resize(settings["size"], method=ResizeMethod.Squish)
    )
    return vision_learner(dls, resnet18, pretrained=False)


if __name__ == "__main__":
    answer(predict, sys.argv[1])
