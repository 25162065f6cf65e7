"""fastai's U-Net on CamVid, as `unet_learner` puts it together, around a body of timm's with weights from a file."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import timm
import torch
from _sides import Measured, Settings, answer
from fastai.vision.all import (
    CrossEntropyLossFlat,
    DataBlock,
    DynamicUnet,
    FuncSplitter,
    ImageBlock,
    Learner,
    MaskBlock,
    Normalize,
    Resize,
    ResizeMethod,
    apply_init,
    default_split,
    get_image_files,
    imagenet_stats,
    set_seed,
)
from safetensors.torch import load_file
from torch import nn

VOID = 11


def train(settings: Settings) -> Measured:
    set_seed(settings["seed"], reproducible=True)
    scenes = Path(settings["scenes"])
    dls = DataBlock(
        blocks=(ImageBlock, MaskBlock([str(place) for place in range(VOID + 1)])),
        get_items=lambda path: get_image_files(path, folders=["train", "val"]),
        splitter=FuncSplitter(lambda file: file.parent.name == "val"),
        get_y=lambda file: scenes / f"{file.parent.name}annot" / f"{file.stem}.png",
        item_tfms=Resize(tuple(settings["size"]), method=ResizeMethod.Squish),
        batch_tfms=Normalize.from_stats(*imagenet_stats),
    ).dataloaders(scenes, bs=settings["bs"], num_workers=0)
    net = timm.create_model("mobilenetv2_100", pad_type="same")
    net.load_state_dict(load_file(settings["weights"]))
    body = nn.Sequential(net.conv_stem, net.bn1, *net.blocks)
    model = DynamicUnet(body, VOID, tuple(settings["size"]))
    apply_init(model[2], nn.init.kaiming_normal_)
    learn = Learner(dls, model, CrossEntropyLossFlat(axis=1, ignore_index=VOID), splitter=default_split, metrics=places_right)
    learn.freeze()
    clock, processor = perf_counter(), process_time()
    with learn.no_bar(), learn.no_logging():
        learn.fine_tune(settings["epochs"])
    took = {"processor": process_time() - processor, "clock": perf_counter() - clock}
    iou, right = judged(learn)
    return {**took, "iou": iou, "right": right}


def places_right(outputs: Any, targets: Any) -> Any:
    """Looked at after each epoch, as the other sides do."""
    counted = targets != VOID
    return (outputs.argmax(1)[counted] == targets[counted]).float().mean()


def judged(learn: Any) -> tuple[float, float]:
    """Mean IoU and the share of places that are right, void left out, over all places of the validation part."""
    counts = np.zeros((VOID, VOID))
    learn.model.eval()
    with torch.no_grad():
        for inputs, targets in learn.dls.valid:
            said, true = (np.asarray(each).ravel() for each in (learn.model(inputs).argmax(1), targets))
            known = true != VOID
            counts += np.bincount(true[known] * VOID + said[known], minlength=VOID * VOID).reshape(VOID, VOID)
    right = np.diag(counts)
    return float(np.mean(right / (counts.sum(0) + counts.sum(1) - right))), float(right.sum() / counts.sum())


if __name__ == "__main__":
    answer(train, sys.argv[1])
