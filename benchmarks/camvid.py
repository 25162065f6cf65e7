"""S9 and masks: a U-Net on CamVid's road scenes, official split, 11 classes, void left out.

First the same work three ways: body, weights, size, batches and epochs alike, no random changes, judged on the validation
part; the limit is the same network taught by hand, pictures decoded once and kept, channels-last, in half precision where the
processor is faster with it, one fused optimiser. Then what fledge makes of it in at most 15 minutes of processor time, its
settings chosen on the validation part, judged once on the test part. Seconds are those of the processor, which other work on
the machine leaves alone; those of the clock stand beside them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
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
        "size": [64, 96] if options.quick else [96, 128],
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
        name: report.row(f"{what}: {name}", [each["processor"] for each in rounds], "s", _result(rounds))
        for name, rounds in measured.items()
    }
    report.ratio("fledge / plain loop", took["fledge"] / took["plain"], "<= 1.1")
    if options.peers:
        report.ratio("fastai / fledge", took["fastai"] / took["fledge"])
    longer = {"seed": 0, "epochs": 1 if options.quick else 10, "size": [64, 96] if options.quick else [120, 160]}
    best = ours(__file__, "best", settings | longer)
    measured["best"] = [best]
    told = f"{best['clock']:.0f} s by the clock; validation: {best['valid']}; test: {best['test']}"
    report.row("longer: fledge", [best["processor"]], "s", told)
    report.ratio("processor time for it", best["processor"], "<= 900", "s")
    report.finish(measured)


def _result(rounds: list[Measured]) -> str:
    each = [
        f"{one['clock']:.0f} s by the clock, mean IoU {100 * one['iou']:.1f} %, places right {100 * one['right']:.1f} %"
        for one in rounds
    ]
    return "; ".join(each)


def _stopwatch() -> Callable[[], Measured]:
    """Started now; called, it says the seconds of the processor and of the clock since."""
    clock, processor = perf_counter(), process_time()
    return lambda: {"processor": process_time() - processor, "clock": perf_counter() - clock}


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
    took = _stopwatch()
    learn.fine_tune(settings["epochs"])
    return {**took(), "iou": learn.figures["mean_iou"].value, "right": learn.figures["pixel_accuracy"].value}


def best(settings: Settings) -> Measured:
    from fledge import aug_transforms, unet_learner

    took = _stopwatch()
    size = tuple(settings["size"])
    changes = aug_transforms(max_rotate=5, max_warp=0.1, min_scale=0.5, size=size)
    dls = _loaders(settings, changes)
    learn = unet_learner(dls, NET, weights=settings["weights"], padding="same", progress=False)
    learn.fine_tune(settings["epochs"], 4e-3, lr_mult=20)
    measured = took()
    told = {name: learn.validate(name) for name in ("valid", "test")}
    figures = {name: {each: str(figure) for each, figure in found.items()} for name, found in told.items()}
    words = {name: f"mean IoU {found['mean_iou']}, places right {found['pixel_accuracy']}" for name, found in told.items()}
    return {**measured, "figures": figures, "history": learn.history, **words}


def plain(settings: Settings) -> Measured:
    import torch
    from _plain import prepared
    from torch.nn import functional as F

    from fledge.core.precision import choose_precision
    from fledge.models.depthwise import hasten
    from fledge.models.unet import unet
    from fledge.scoring.overlap import mean_iou, pixel_accuracy

    torch.manual_seed(settings["seed"])
    (train, masks), (valid, truth) = (_part(settings, part) for part in ("train", "val"))
    _, model, _ = unet(NET, len(CODES) - 1, weights=settings["weights"], padding="same")
    hasten(model)
    model.to(memory_format=torch.channels_last)
    device = torch.device("cpu")
    precision = choose_precision(device, "auto")  # half only where that was measured to be faster
    bs, epochs, count = settings["bs"], settings["epochs"], len(train)

    def rounds(parts: list[dict[str, Any]], epochs: int, rise: float) -> None:
        optimizer = torch.optim.AdamW(parts, weight_decay=0.01, fused=True)
        rates, steps = [part["lr"] for part in parts], epochs * -(-count // bs)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps, pct_start=rise)
        for _ in range(epochs):
            model.train()
            model.body.eval()
            for places in torch.randperm(count).split(bs):
                with precision.autocast(device):
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
        with torch.inference_mode(), precision.autocast(device):
            for places in torch.arange(len(valid)).split(4):
                outputs = model(prepared(valid[places]))
                for tally in tallies:
                    tally.add(outputs, truth[places])
        return tallies[0].value(), tallies[1].value()

    took = _stopwatch()
    body, head = list(model.body.parameters()), list(model.head.parameters())
    for weight in body:
        weight.requires_grad_(False)
    rounds([{"params": head, "lr": 2e-3}], 1, 0.99)
    for weight in body:
        weight.requires_grad_(True)
    rounds([{"params": body, "lr": 1e-4}, {"params": head, "lr": 1e-3}], epochs, 0.3)
    measured = took()
    iou, right = look()
    return {**measured, "iou": iou, "right": right}


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
