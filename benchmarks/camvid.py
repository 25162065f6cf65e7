"""S9 and masks: a U-Net on CamVid's road scenes, official split, 11 classes, void left out.

First the same work three ways: body, weights, size, batches and epochs alike, no random changes, judged on the validation
part; the limit is the same network taught by hand, pictures decoded once and kept, bf16, channels-last, one fused optimiser.
Then the best that fledge makes of it in at most 15 minutes, chosen on the validation part, judged once on the test part.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

from _measure import Options, Report, by_turns, data, ours, peer, run
from _sides import Measured, Settings

CODES = (
    *("sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "bicyclist"),
    "unlabelled",
)
NET = "mobilenetv2_100"


def main(options: Options) -> None:
    scenes = data("camvid")
    for file in scenes.glob("*/*"):
        file.read_bytes()  # the first side finds the files in memory as the others do
    settings: Settings = {
        "scenes": str(scenes),
        "weights": str(data("weights") / f"{NET}.safetensors"),
        "size": [64, 96] if options.quick else [192, 256],
        "epochs": 1 if options.quick else 3,
        "bs": 8,
    }
    report = Report("camvid", "S9  U-Net on CamVid: 150 + 50 pictures, 11 classes", options)
    sides = {name: (lambda n, name=name: ours(__file__, name, settings | {"seed": n})) for name in ("plain", "fledge")}
    if options.peers:
        sides["fastai"] = lambda n: peer("_fastai_unet.py", settings | {"seed": n})
    measured: dict[str, Any] = dict(by_turns(dict.fromkeys(sides, options.times(1)), sides))
    what = f"{settings['epochs']} epochs at {settings['size'][1]} × {settings['size'][0]}"
    took = {
        name: report.row(f"{what}: {name}", [each["fit"] for each in rounds], "s", _result(rounds))
        for name, rounds in measured.items()
    }
    report.ratio("fledge / plain loop", took["fledge"] / took["plain"], "<= 1.1")
    if options.peers:
        report.ratio("fastai / fledge", took["fastai"] / took["fledge"])
    best = ours(__file__, "best", settings | {"seed": 0, "epochs": 1 if options.quick else 20})
    measured["best"] = [best]
    report.row("the best in 15 minutes: fledge", [best["total"]], "s", f"validation: {best['valid']}; test: {best['test']}")
    report.ratio("time for it", best["total"], "<= 900", "s")
    report.finish(measured)


def _result(rounds: list[Measured]) -> str:
    each = [f"mean IoU {100 * one['iou']:.1f} %, places right {100 * one['right']:.1f} %" for one in rounds]
    return "; ".join(each)


def _loaders(settings: Settings, changes: Any = ()) -> Any:
    from fledge import Resize, SegmentationDataLoaders

    return SegmentationDataLoaders.from_folder(
        settings["scenes"],
        CODES,
        item_tfms=Resize(tuple(settings["size"]), method="squish"),
        batch_tfms=changes,
        bs=settings["bs"],
        seed=settings["seed"],
    )


def fledge(settings: Settings) -> Measured:
    from fledge import unet_learner

    dls = _loaders(settings)
    learn = unet_learner(dls, NET, weights=settings["weights"], padding="same", progress=False)
    ready = perf_counter()
    learn.fine_tune(settings["epochs"])
    ended = perf_counter()
    return {"fit": ended - ready, "iou": learn.figures["mean_iou"].value, "right": learn.figures["pixel_accuracy"].value}


def best(settings: Settings) -> Measured:
    from fledge import aug_transforms, unet_learner

    began = perf_counter()
    size = tuple(settings["size"])
    changes = aug_transforms(max_rotate=5, max_warp=0.1, min_scale=0.5, size=size)
    dls = _loaders(settings, changes)
    learn = unet_learner(dls, NET, weights=settings["weights"], padding="same", progress=False)
    learn.fine_tune(settings["epochs"], 1e-2, lr_mult=10)
    total = perf_counter() - began
    told = {name: learn.validate(name) for name in ("valid", "test")}
    figures = {name: {each: str(figure) for each, figure in found.items()} for name, found in told.items()}
    words = {name: f"mean IoU {found['mean_iou']}, places right {found['pixel_accuracy']}" for name, found in told.items()}
    return {"total": total, "figures": figures, "history": learn.history, **words}


def plain(settings: Settings) -> Measured:
    import torch
    from _plain import autocast, prepared
    from torch.nn import functional as F

    from fledge.models.depthwise import hasten
    from fledge.models.unet import unet
    from fledge.scoring.overlap import mean_iou, pixel_accuracy

    torch.manual_seed(settings["seed"])
    (train, masks), (valid, truth) = (_part(settings, part) for part in ("train", "val"))
    _, model, _ = unet(NET, len(CODES) - 1, weights=settings["weights"], padding="same")
    hasten(model)
    model.to(memory_format=torch.channels_last)
    bs, epochs, count = settings["bs"], settings["epochs"], len(train)

    def rounds(parts: list[dict[str, Any]], epochs: int, rise: float) -> None:
        optimizer = torch.optim.AdamW(parts, weight_decay=0.01, fused=True)
        rates, steps = [part["lr"] for part in parts], epochs * -(-count // bs)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps, pct_start=rise)
        for _ in range(epochs):
            model.train()
            model.body.eval()
            for places in torch.randperm(count).split(bs):
                with autocast():
                    outputs = model(prepared(train[places]))
                    loss = F.cross_entropy(outputs.float(), masks[places], ignore_index=255)
                loss.backward()
                optimizer.step()
                optimizer.zero_grad()
                schedule.step()
            look()

    def look() -> tuple[float, float]:
        """What training looks at after each epoch, as the other sides do."""
        tallies = mean_iou(255).start(), pixel_accuracy(255).start()
        model.eval()
        with torch.inference_mode(), autocast():
            for places in torch.arange(len(valid)).split(4):
                outputs = model(prepared(valid[places]))
                for tally in tallies:
                    tally.add(outputs, truth[places])
        return tallies[0].value(), tallies[1].value()

    ready = perf_counter()
    body, head = list(model.body.parameters()), list(model.head.parameters())
    for weight in body:
        weight.requires_grad_(False)
    rounds([{"params": head, "lr": 2e-3}], 1, 0.99)
    for weight in body:
        weight.requires_grad_(True)
    rounds([{"params": body, "lr": 1e-4}, {"params": head, "lr": 1e-3}], epochs, 0.3)
    ended = perf_counter()
    iou, right = look()
    return {"fit": ended - ready, "iou": iou, "right": right}


def _part(settings: Settings, part: str) -> tuple[Any, Any]:
    """The pictures and masks of a part, decoded once, as bytes and as whole numbers."""
    import numpy as np
    import torch
    from PIL import Image
    from torch.nn import functional as F

    height, width = settings["size"]
    pictures, masks = [], []
    for file in sorted((Path(settings["scenes"]) / part).glob("*.jpg")):
        pixels = torch.from_numpy(np.asarray(Image.open(file))).permute(2, 0, 1)[None]
        channels_last = pixels.contiguous(memory_format=torch.channels_last)
        pictures.append(F.interpolate(channels_last, (height, width), mode="bilinear", antialias=True))
        mask = torch.from_numpy(np.array(Image.open(file.parents[1] / f"{part}annot/{file.stem}.png")))
        masks.append(F.interpolate(mask[None, None], (height, width), mode="nearest-exact")[0].long())
    truth = torch.cat(masks)
    truth[truth == len(CODES) - 1] = 255
    return torch.cat(pictures).contiguous(memory_format=torch.channels_last), truth


if __name__ == "__main__":
    run(main, fledge=fledge, plain=plain, best=best)
