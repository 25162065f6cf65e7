"""fastai's `fine_tune` of a pretrained network, from files to a validated model, as its course writes it."""

from __future__ import annotations

import sys
from time import perf_counter
from typing import Any

from _sides import Measured, Settings, answer
from fastai.vision.all import (
    ImageDataLoaders,
    Normalize,
    Resize,
    ResizeMethod,
    accuracy,
    imagenet_stats,
    set_seed,
    vision_learner,
)
from safetensors.torch import load_file
from torchvision.models import squeezenet1_0


def fine_tune(settings: Settings) -> Measured:
    began = perf_counter()
    set_seed(settings["seed"], reproducible=True)
    dls = ImageDataLoaders.from_folder(
        settings["photos"],
        train="train",
        valid="test",
        item_tfms=Resize(settings["size"], method=ResizeMethod.Squish),
        bs=settings["bs"],
        seed=settings["seed"],
    )
    learn = learners[settings.get("net", "mobilenetv2_100")](dls, settings["weights"])
    ready = perf_counter()
    with learn.no_bar(), learn.no_logging():
        learn.fine_tune(settings["epochs"])
    ended = perf_counter()
    return {"total": ended - began, "fit": ended - ready, "right": float(learn.recorder.values[-1][-1])}


def mobilenet(dls: Any, weights: str) -> Any:
    file = {"file": weights}
    return vision_learner(dls, "mobilenetv2_100", metrics=accuracy, pretrained_cfg_overlay=file, pad_type="same")


def squeezenet(dls: Any, weights: str) -> Any:
    dls.add_tfms([Normalize.from_stats(*imagenet_stats)], "after_batch")
    learn = vision_learner(dls, squeezenet1_0, pretrained=False, normalize=False, metrics=accuracy)
    body = {name: values for name, values in load_file(weights).items() if name.startswith("features.")}
    learn.model[0].load_state_dict({name.replace("features.", "0."): values for name, values in body.items()})
    learn.freeze()
    return learn


learners = {"mobilenetv2_100": mobilenet, "squeezenet1_0": squeezenet}

if __name__ == "__main__":
    answer(fine_tune, sys.argv[1])
