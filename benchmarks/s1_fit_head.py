"""S1: from files to a validated model, a new head on a frozen pretrained MobileNetV2.

fledge trains a head on features that are computed once; fastai's way to a new head is `fine_tune(1)`; the limit is to
decode every photo once and run the body over it once. All begin with what they import already imported.
"""

from __future__ import annotations

from pathlib import Path
from time import perf_counter
from typing import Any

from _measure import Options, Report, by_turns, data, ours, peer, run
from _sides import Measured, Settings

SIZE = 224


def main(options: Options) -> None:
    photos = data("birds-butterflies")
    weights = data("weights") / "mobilenetv2_100.safetensors"
    settings: Settings = {
        "photos": str(photos),
        "weights": str(weights),
        "size": 64 if options.quick else SIZE,
        "epochs": 1,
        "seed": 0,
    }
    for file in photos.glob("*/*/*.jpg"):
        file.read_bytes()  # the first side finds the files in memory as the others do
    sides = {
        "plain": lambda n: ours(__file__, "plain", settings | {"seed": n}),
        "fledge": lambda n: ours(__file__, "fledge", settings | {"seed": n}),
    }
    times = {"plain": options.times(5), "fledge": options.times(5)}
    if options.peers:
        sides["fastai"] = lambda n: peer("_fastai_fine_tune.py", settings | {"seed": n, "bs": 64})
        times["fastai"] = options.times(3)
    report = Report(
        "s1_fit_head",
        f"S1  new head on a frozen MobileNetV2: 450 + 150 photos at {settings['size']} px, files to a validated model",
        options,
    )
    measured = by_turns(times, sides)
    plain = report.row("decode once + body once", [each["limit"] for each in measured["plain"]], "s", "the limit")
    report.row("  then logistic regression", [each["probe"] for each in measured["plain"]], "s", _right(measured["plain"]))
    fledge = report.row("fledge fit_head", [each["seconds"] for each in measured["fledge"]], "s", _right(measured["fledge"]))
    report.row("  again, photos in its cache", [each["again"] for each in measured["fledge"]], "s")
    report.ratio("fledge / limit", fledge / plain, "<= 1.3")
    if options.peers:
        took = report.row(
            "fastai fine_tune(1)", [each["total"] for each in measured["fastai"]], "s", _right(measured["fastai"])
        )
        report.ratio("fastai / fledge", took / fledge, ">= 20")
    report.finish(measured)


def _right(measured: list[Measured]) -> str:
    return f"{100 * sum(each['right'] for each in measured) / len(measured):.1f} % right (mean of {len(measured)})"


def fledge(settings: Settings) -> Measured:
    from fledge import ImageDataLoaders, Resize, accuracy, vision_learner

    def train() -> tuple[float, float]:
        began = perf_counter()
        dls = ImageDataLoaders.from_folder(
            settings["photos"], valid="test", item_tfms=Resize(settings["size"], method="squish"), seed=settings["seed"]
        )
        learn = vision_learner(
            dls, "mobilenetv2_100", weights=settings["weights"], padding="same", metrics=accuracy, progress=False
        )
        learn.fit_head()
        return perf_counter() - began, learn.figures["accuracy"].value

    took, right = train()
    again, _ = train()
    return {"seconds": took, "again": again, "right": right}


def plain(settings: Settings) -> Measured:
    import timm
    import torch
    from _plain import autocast, files, pictures, prepared
    from safetensors.torch import load_file
    from sklearn.linear_model import LogisticRegression

    began = perf_counter()
    train, labels = files(Path(settings["photos"]) / "train")
    test, truth = files(Path(settings["photos"]) / "test")
    body: Any = timm.create_model("mobilenetv2_100", pad_type="same")
    body.load_state_dict(load_file(settings["weights"]))
    body = body.eval().to(memory_format=torch.channels_last)
    batches = pictures(train + test, settings["size"]).split(64)
    with torch.no_grad(), autocast():
        features = torch.cat([body.forward_features(prepared(batch)).mean((2, 3), dtype=torch.float32) for batch in batches])
    limit = perf_counter() - began
    known, asked = features.split([len(train), len(test)])
    probe = LogisticRegression(max_iter=1000).fit(known, labels)
    right = float(probe.score(asked, truth))
    return {"limit": limit, "probe": perf_counter() - began - limit, "right": right}


if __name__ == "__main__":
    run(main, fledge=fledge, plain=plain)
