"""S5: from a picture's path to an answer, resnet18.

The limit, in the same process and measured by turns: decode and resize the picture by hand, and run the model's forward
pass alone at the same precision. fastai's `learn.predict` is in a process of its own. The weights are random, for they
take as long as others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from _measure import Options, Report, by_turns, data, ours, peer, run
from _sides import Measured, Settings, seconds, usual_seconds

if TYPE_CHECKING:
    from torch import Tensor

    from fledge import Predictor

SIZE = 224
WARM = 5
"""How many times don't count."""


def main(options: Options) -> None:
    photos = data("birds-butterflies") / "train"
    settings: Settings = {"photos": str(photos), "times": 10 if options.quick else 100, "size": SIZE}
    sides = {"fledge": lambda _: ours(__file__, "fledge", settings)}
    if options.peers:
        sides["fastai"] = lambda _: peer("_fastai_predict.py", settings)
    measured = by_turns(dict.fromkeys(sides, options.times(5)), sides)
    report = Report("s5_predict", f"S5  one photo, path to answer: resnet18, {SIZE} px", options)
    for precision in ("float32", "bfloat16"):
        if f"{precision} call" not in measured["fledge"][0]:
            continue
        took = {
            part: report.row(f"{precision}: {part}", [1e3 * each[f"{precision} {part}"] for each in measured["fledge"]], "ms")
            for part in ("decode", "forward", "call")
        }
        report.ratio(f"{precision}: fledge / (decode + forward)", took["call"] / (took["decode"] + took["forward"]), "<= 1.1")
        many = report.row(f"{precision}: lists of 32", [32 / each[f"{precision} 32"] for each in measured["fledge"]], "/s")
        report.ratio(f"{precision}: lists of 32 / 150 a second", many / 150, ">= 1")
    if options.peers:
        one = report.row("fastai predict", [1e3 * each["call"] for each in measured["fastai"]], "ms")
        report.ratio("fastai / fledge, float32", one / median(1e3 * each["float32 call"] for each in measured["fledge"]))
    report.finish(measured)


def fledge(settings: Settings) -> Measured:
    from _plain import picture

    from fledge import load

    photos = sorted(str(each) for each in Path(settings["photos"]).glob("*/*.jpg"))[:32]
    with TemporaryDirectory() as folder:
        file = f"{folder}/resnet18.safetensors"
        export(settings["photos"], file, settings["size"])
        found: Measured = {}
        for precision in ("float32", "auto"):
            predictor = load(file, precision=precision)
            name = predictor.precision.name
            prepared = predictor.codec.input.prepare(predictor.codec.input.encode(photos[0])[None])

            steps: dict[str, Callable[[str], Any]] = {
                "call": lambda photo, predictor=predictor: predictor(photo),
                "decode": lambda photo: picture(photo, settings["size"]),
                "forward": partial(_forward, predictor, prepared),
            }
            found |= {f"{name} {step}": took for step, took in _in_turn(steps, photos, settings["times"]).items()}
            many = max(5, settings["times"] // 10)
            found[f"{name} 32"] = usual_seconds(partial(predictor, photos), many)
    return found


def export(photos: str, file: str, size: int) -> None:
    """A resnet18 that tells birds from butterflies by chance."""
    from fledge import ImageDataLoaders, Resize, vision_learner

    dls = ImageDataLoaders.from_folder(
        photos, valid_pct=0.2, seed=0, item_tfms=Resize(size, method="squish"), device="cpu", cache=False
    )
    vision_learner(dls, "resnet18", pretrained=False, progress=False).export(file)


def _forward(predictor: Predictor, prepared: Tensor, photo: str) -> None:
    """The model alone, as the predictor runs it; always for the same prepared photo."""
    import torch

    with torch.inference_mode(), predictor.precision.autocast(predictor.device):
        predictor.model(prepared)


def _in_turn(steps: Mapping[str, Callable[[str], Any]], photos: list[str], times: int) -> dict[str, float]:
    """The median of each step, taken in turn with one photo after the other."""
    took: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(times + WARM):
        for name, step in steps.items():
            took[name].append(seconds(partial(step, photos[number % len(photos)])))
    return {name: median(each[WARM:]) for name, each in took.items()}


if __name__ == "__main__":
    run(main, fledge=fledge)
