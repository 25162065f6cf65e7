"""S2: `fine_tune(3)` as fastai defines it, one epoch of the head and three of everything, at 192 px and batch size 32.

Two networks, three seeds, the official split. The time counts from files to a validated model; the limit is the same
work by hand: photos decoded once and kept, features of the frozen body computed once, half precision, one fused optimiser.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

from _measure import Options, Report, by_turns, data, ours, peer, run
from _sides import Measured, Settings

NETS = {"mobilenetv2_100": "MobileNetV2", "squeezenet1_0": "SqueezeNet"}


def main(options: Options) -> None:
    photos = data("birds-butterflies")
    for file in photos.glob("*/*/*.jpg"):
        file.read_bytes()  # the first side finds the files in memory as the others do
    size, epochs = (64, 1) if options.quick else (192, 3)
    report = Report("s2_fine_tune", f"S2  fine_tune({epochs}), {size} px, batch size 32: 450 + 150 photos, 3 seeds", options)
    everything = {}
    for net, title in NETS.items():
        settings: Settings = {
            "photos": str(photos),
            "weights": str(data("weights") / f"{net}.safetensors"),
            "net": net,
            "size": size,
            "epochs": epochs,
            "bs": 32,
        }
        sides = {
            "plain": lambda n, settings=settings: ours(__file__, "plain", settings | {"seed": n}),
            "fledge": lambda n, settings=settings: ours(__file__, "fledge", settings | {"seed": n}),
        }
        if options.peers:
            sides["fastai"] = lambda n, settings=settings: peer("_fastai_fine_tune.py", settings | {"seed": n})
        everything[net] = measured = by_turns(dict.fromkeys(sides, options.times(3)), sides)
        took = {
            name: report.row(f"{title}: {name}", [each["total"] for each in rounds], "s", _right(rounds))
            for name, rounds in measured.items()
        }
        report.ratio(f"{title}: fledge / plain loop", took["fledge"] / took["plain"])
        if options.peers:
            report.ratio(f"{title}: fastai / fledge", took["fastai"] / took["fledge"], ">= 5")
    report.finish(everything)


def _right(measured: list[Measured]) -> str:
    each = ", ".join(f"{100 * one['right']:.1f}" for one in measured)
    return f"{100 * sum(one['right'] for one in measured) / len(measured):.2f} % right ({each})"


def fledge(settings: Settings) -> Measured:
    from fledge import ImageDataLoaders, Resize, accuracy, vision_learner

    began = perf_counter()
    dls = ImageDataLoaders.from_folder(
        settings["photos"],
        valid="test",
        item_tfms=Resize(settings["size"], method="squish"),
        bs=settings["bs"],
        seed=settings["seed"],
    )
    learn = vision_learner(
        dls,
        settings["net"],
        weights=settings["weights"],
        padding="same" if settings["net"].startswith("mobilenet") else "own",
        metrics=accuracy,
        progress=False,
    )
    ready = perf_counter()
    learn.fine_tune(settings["epochs"])
    ended = perf_counter()
    return {"total": ended - began, "fit": ended - ready, "right": learn.figures["accuracy"].value}


def plain(settings: Settings) -> Measured:
    import torch
    from _plain import autocast, files, pictures, prepared
    from torch import nn
    from torch.nn import functional as F

    def rounds(model: Any, parameters: Any, inputs: Any, targets: Any, epochs: int, rate: float, rise: float) -> None:
        count, bs = len(targets), settings["bs"]
        optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.01, fused=True)
        steps = epochs * -(-count // bs)
        rates = [group["lr"] for group in optimizer.param_groups]
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rates, total_steps=steps, pct_start=rise)
        for _ in range(epochs):
            for places in torch.randperm(count).split(bs):
                with autocast():
                    outputs = model(inputs[places])
                F.cross_entropy(outputs.float(), targets[places]).backward()
                optimizer.step()
                optimizer.zero_grad()
                schedule.step()

    began = perf_counter()
    torch.manual_seed(settings["seed"])
    train, labels = files(Path(settings["photos"]) / "train")
    test, truth = files(Path(settings["photos"]) / "test")
    whole = pictures(train + test, settings["size"])
    photos, held_back = whole.split([len(train), len(test)])
    body, width = _body(settings)
    body.to(memory_format=torch.channels_last)
    head = nn.Sequential(nn.BatchNorm1d(width), nn.Dropout(0.25), nn.Linear(width, 2))
    with torch.no_grad(), autocast():
        kept = torch.cat([body.eval()(prepared(batch)).float() for batch in photos.split(64)])
    rounds(head, [{"params": head.parameters(), "lr": 2e-3}], kept, labels, 1, 2e-3, 0.99)
    model = nn.Sequential(body, head).train()
    groups = [{"params": body.parameters(), "lr": 1e-4}, {"params": head.parameters(), "lr": 1e-3}]
    rounds(lambda batch: model(prepared(batch)), groups, photos, labels, settings["epochs"], 1e-3, 0.3)
    model.eval()
    with torch.no_grad(), autocast():
        best = torch.cat([model(prepared(batch)).argmax(1) for batch in held_back.split(64)])
    return {"total": perf_counter() - began, "right": float((best == truth).float().mean())}


def _body(settings: Settings) -> tuple[Any, int]:
    """A pretrained network up to its pooled features, and how many these are."""
    net: Any
    import timm
    from safetensors.torch import load_file
    from torch import nn
    from torchvision.models import squeezenet1_0

    pool = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    if settings["net"] == "squeezenet1_0":
        net = squeezenet1_0()
        net.load_state_dict(load_file(settings["weights"]))
        return nn.Sequential(net.features, pool), 512
    net = timm.create_model(settings["net"], pad_type="same")
    net.load_state_dict(load_file(settings["weights"]))
    net.reset_classifier(0)
    return net, net.num_features


if __name__ == "__main__":
    run(main, fledge=fledge, plain=plain)
