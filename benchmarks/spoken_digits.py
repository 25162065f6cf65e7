"""Spoken digits: 1,200 recordings of six speakers at 8 kHz, the small network from nothing.

`official` holds back takes 0 to 4 of everyone; `speakers` holds back two speakers at a time, three pairs, so that no voice
is on both sides: the harder question, and the one that counts for a voice never heard before. Each recording is measured from
its own loudest moment.
"""

from __future__ import annotations

from time import perf_counter

from _measure import Options, Report, data, ours, run
from _sides import Measured, Settings

PAIRS = (("george", "theo"), ("jackson", "yweweler"), ("lucas", "nicolas"))
EPOCHS = 30
USUAL: Settings = {"block": {"mels": 40, "span": 60.0}, "changes": {}, "without": []}
"""The block's settings, those of the random changes, and the speakers that are left out altogether."""


def main(options: Options) -> None:
    settings = USUAL | {"sounds": str(data("spoken-digits") / "recordings"), "epochs": 1 if options.quick else EPOCHS}
    report = Report("spoken_digits", f"Spoken digits  accuracy after {settings['epochs']} epochs", options)
    official = [ours(__file__, "taught", settings | {"speakers": [], "seed": seed}) for seed in range(options.times(3))]
    pairs = PAIRS[:1] if options.quick else PAIRS
    apart = [ours(__file__, "taught", settings | {"speakers": pair, "seed": 0}) for pair in pairs]
    takes = report.row("official takes, accuracy of each seed", [each["right"] for each in official], "")
    voices = [each["right"] for each in apart]
    report.row("two speakers held back, accuracy of each pair", voices, "")
    report.row("an epoch of 900", [each["epoch"] for each in official], "s")
    report.row("files to a validated model", [each["total"] for each in official], "s")
    report.ratio("official takes, accuracy", takes, ">= 0.98")
    report.ratio("two speakers held back, mean accuracy", sum(voices) / len(voices), ">= 0.9")
    report.finish({"official": official, "speakers": apart})


def taught(settings: Settings) -> Measured:
    from pathlib import Path

    from fledge.data.block import DataBlock
    from fledge.data.sound_files import get_sound_files
    from fledge.data.splits import FuncSplitter
    from fledge.training.sound import sound_learner
    from fledge.transforms.category import CategoryBlock
    from fledge.transforms.sound import SoundBlock
    from fledge.transforms.sound_change import sound_transforms

    def is_held_back(file: Path) -> bool:
        _, speaker, take = file.stem.split("_")
        return speaker in settings["speakers"] if settings["speakers"] else int(take) < 5

    began = perf_counter()
    files = [file for file in get_sound_files(settings["sounds"]) if file.stem.split("_")[1] not in settings["without"]]
    block = DataBlock(
        (SoundBlock.like(files, **settings["block"]), CategoryBlock),
        get_y=lambda file: file.name[0],
        splitter=FuncSplitter(is_held_back),
        batch_tfms=sound_transforms(**settings["changes"]),
    )
    learn = sound_learner(block.dataloaders(files, bs=32, seed=settings["seed"], device="cpu"), progress=False)
    learn.fit_one_cycle(settings["epochs"], 3e-3)
    last = learn.history[-1]
    return {"right": last["accuracy"], "epoch": last["seconds"], "total": perf_counter() - began}


if __name__ == "__main__":
    run(main, taught=taught)
