"""Export: how large models are as files of every kind, what fewer bits cost, and how soon and how fast they answer.

Birds and butterflies, MobileNetV2 (pretrained, a new head) and resnet18 (from nothing, so it is less often right).
fastai's side is the pickle that `learn.export` writes of a learner on the same body. A cold start is a fresh process, from
`python` to the end, or to the first answer of a server.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from _measure import Options, Report, by_turns, data, ours, peer, run
from _peers import peer_python
from _sides import Measured, Settings, usual_seconds
from s6_start import ASK, ASK_FASTAI, started
from serve_speed import serving

NETS = ("mobilenetv2_100", "resnet18")
KINDS = {"model file": "float32.safetensors", "ONNX": "float32.onnx", "ONNX float16": "float16.onnx", "ONNX int8": "int8.onnx"}
TORCH = "import torch, no more"
SIZE = 224


def main(options: Options) -> None:
    photos = data("birds-butterflies")
    photo = str(sorted(photos.glob("test/*/*.jpg"))[0])
    common: Settings = {
        "photos": str(photos),
        "photo": photo,
        "weights": str(data("weights") / "mobilenetv2_100.safetensors"),
        "size": 64 if options.quick else SIZE,
        "epochs": 1 if options.quick else 5,
        "times": 5 if options.quick else 100,
    }
    report = Report("export", "Export  birds and butterflies: files, cold starts, latency", options)
    measured: dict[str, Any] = {}
    with TemporaryDirectory() as home:
        for net in NETS:
            folder = Path(home) / net
            folder.mkdir()
            settings = common | {"net": net, "folder": str(folder)}
            measured[net] = _net(report, options, settings)
    report.finish(measured)


def _net(report: Report, options: Options, settings: Settings) -> Measured:
    """One network: its files, then every side by turns."""
    net, folder = settings["net"], Path(settings["folder"])
    made = ours(__file__, "make", settings)
    pickled = folder / "fastai.pkl"
    if options.peers:
        peer("_fastai_export.py", settings | {"file": str(pickled)})
    for kind, name in KINDS.items():
        figure = made.get(kind)
        right = "" if figure is None else f"{figure['right']} of {figure['count']} test photos right"
        report.row(f"{net}: {kind}", [(folder / name).stat().st_size / 1e6], "MB", right)
    if options.peers:
        theirs = report.row(f"{net}: fastai's export", [pickled.stat().st_size / 1e6], "MB")
        for kind, name in KINDS.items():
            report.ratio(f"{net}: fastai's export / {kind}", theirs * 1e6 / (folder / name).stat().st_size)
    starts = _starts(report, options, settings, _commands(options, settings, pickled))
    calls = _calls(report, options, settings)
    return {"made": made, "starts": starts, "calls": calls}


def _commands(options: Options, settings: Settings, pickled: Path) -> dict[str, list[str]]:
    """What is started cold, and asked about one photo."""
    model, onnx = _two(settings)
    python, photo = sys.executable, settings["photo"]
    commands = {
        TORCH: [python, "-c", "import torch"],
        "Python, model file": [python, "-c", ASK, model, photo],
        "Python, ONNX": [python, "-c", ASK, onnx, photo],
        "command line, model file": [python, "-m", "fledge", "predict", model, photo],
        "command line, ONNX": [python, "-m", "fledge", "predict", onnx, photo],
    }
    if options.peers:
        commands["Python, fastai"] = [str(peer_python()), "-W", "ignore", "-c", ASK_FASTAI, str(pickled), photo]
    return commands


def _two(settings: Settings) -> tuple[str, str]:
    """The model file and its copy in ONNX."""
    folder = Path(settings["folder"])
    return str(folder / KINDS["model file"]), str(folder / KINDS["ONNX"])


def _starts(
    report: Report, options: Options, settings: Settings, commands: Mapping[str, list[str]]
) -> dict[str, list[Measured]]:
    """How long each takes from its start to its end, or, as a server, to its first answer."""
    net, (model, onnx) = settings["net"], _two(settings)
    sides = {name: partial(started, command) for name, command in commands.items()}
    sides |= {
        "server, model file": partial(_answered, model, settings["photo"]),
        "server, ONNX": partial(_answered, onnx, settings["photo"]),
    }
    for side in sides.values():
        side(0)  # the files of every side are in memory before anything counts
    measured = by_turns(dict.fromkeys(sides, options.times(5)), sides)
    took = {
        name: report.row(f"{net}: cold, {name}", [each["seconds"] for each in rounds], "s") for name, rounds in measured.items()
    }
    report.ratio(f"{net}: cold, Python, model file - torch", took["Python, model file"] - took[TORCH], "<= 0.7", unit="s")
    report.ratio(f"{net}: cold, Python, ONNX", took["Python, ONNX"], "<= 0.45", unit="s")
    if options.peers:
        for name in ("model file", "ONNX"):
            report.ratio(f"{net}: cold, fastai / {name}", took["Python, fastai"] / took[f"Python, {name}"])
    return measured


def _calls(report: Report, options: Options, settings: Settings) -> dict[str, list[Measured]]:
    """How long one photo takes, path to answer, once all is warm; each in a process of its own."""
    sides = {
        kind: partial(_called, settings | {"file": str(Path(settings["folder"]) / KINDS[kind])})
        for kind in ("model file", "ONNX", "ONNX int8")
    }
    measured = by_turns(dict.fromkeys(sides, options.times(5)), sides)
    took = {
        kind: report.row(f"{settings['net']}: one photo, {kind}", [1e3 * each["call"] for each in rounds], "ms")
        for kind, rounds in measured.items()
    }
    report.ratio(f"{settings['net']}: one photo, model file / ONNX", took["model file"] / took["ONNX"])
    return measured


def _answered(file: str, photo: str, number: int = 0) -> Measured:
    """How long a server takes from its start to its first answer."""
    from tests.serve.crowd import alone  # `data` has made tests importable

    content, began = Path(photo).read_bytes(), perf_counter()
    with serving(file) as (port, _):
        asyncio.run(alone(port, content))
        return {"seconds": perf_counter() - began}


def _called(settings: Settings, number: int = 0) -> Measured:
    return ours(__file__, "call", settings)


def make(settings: Settings) -> Measured:
    """Trains the network, and writes it in every way; how many photos of the official test part each of them has right."""
    from fledge import export

    predictor, folder = _trained(settings), Path(settings["folder"])
    predictor.save(folder / KINDS["model file"])
    found: Measured = {}
    for kind, name in list(KINDS.items())[1:]:
        weights: Any = name.partition(".")[0]
        done = export(predictor, folder / name, weights=weights, data=settings["photos"])
        assert done.loss is not None, "there is data to measure it on"
        sides = {"model file": done.loss.original, kind: done.loss.copy}
        found |= {side: {"right": round(figure.value * figure.count), "count": figure.count} for side, figure in sides.items()}
        found[kind]["compared"] = str(done.comparison)
    return found


def _trained(settings: Settings) -> Any:
    from fledge import ImageDataLoaders, Resize, vision_learner

    dls = ImageDataLoaders.from_folder(
        settings["photos"],
        valid="test",
        seed=0,
        item_tfms=Resize(settings["size"], method="squish"),
        device="cpu",
    )
    if settings["net"] == "resnet18":
        learn = vision_learner(dls, "resnet18", pretrained=False, progress=False)
        learn.fit_one_cycle(settings["epochs"])
    else:
        learn = vision_learner(dls, settings["net"], weights=settings["weights"], padding="same", progress=False)
        learn.fit_head()
    return learn.predictor(settings["net"])


def call(settings: Settings) -> Measured:
    """One photo, path to answer."""
    from fledge import load

    predictor = load(settings["file"]).warm()
    return {"call": median(usual_seconds(lambda: predictor(settings["photo"]), settings["times"]) for _ in range(3))}


if __name__ == "__main__":
    run(main, make=make, call=call)
