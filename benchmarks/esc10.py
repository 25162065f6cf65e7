"""ESC-10: 400 clips of ten kinds of sound, the 5 official folds, each held back in turn.

`small` is the small network from nothing; `head` a new head on the body of MobileNetV2 as pictures taught it, which looks
at every clip once; `pretrained` the same body fine-tuned. The accuracy is the mean of the folds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from _measure import Options, Report, data, ours, run
from _sides import Measured, Settings

FOLDS = (1, 2, 3, 4, 5)
EPOCHS = {"small": 60, "head": 30, "pretrained": 20}
GOALS = {"small": ">= 0.85", "head": "", "pretrained": ">= 0.92"}


def main(options: Options) -> None:
    report = Report("esc10", "ESC-10  mean accuracy of the 5 official folds", options)
    report.notes.append(", ".join(f"{side}: {epochs} epochs" for side, epochs in EPOCHS.items()))
    measured: dict[str, list[Measured]] = {}
    for side, usual in EPOCHS.items():
        epochs = 1 if options.quick else usual
        settings: Settings = {"sounds": str(data("esc10")), "weights": str(data("weights")), "epochs": epochs}
        folds = FOLDS[:1] if options.quick else FOLDS
        measured[side] = [ours(__file__, side, settings | {"fold": fold}) for fold in folds]
        rights = [each["right"] for each in measured[side]]
        report.row(f"{side}, accuracy of each fold", rights, "")
        report.row(f"{side}, an epoch", [each["epoch"] for each in measured[side]], "s")
        report.row(f"{side}, files to a validated model", [each["total"] for each in measured[side]], "s")
        report.ratio(f"{side}, mean accuracy", sum(rights) / len(rights), GOALS[side])
    report.finish(measured)


def small(settings: Settings) -> Measured:
    return _taught(settings, lambda learn: learn.fit_one_cycle(settings["epochs"], 5e-3))


def head(settings: Settings) -> Measured:
    return _taught(settings, lambda learn: learn.fit_head(settings["epochs"], lr=3e-3), "mobilenetv2_100", changes=[])


def pretrained(settings: Settings) -> Measured:
    return _taught(settings, lambda learn: learn.fine_tune(settings["epochs"]), "mobilenetv2_100")


def _taught(
    settings: Settings, fit: Callable[[Any], None], net: str = "small", changes: Sequence[Any] | None = None
) -> Measured:
    from pathlib import Path

    from fledge.data.block import DataBlock
    from fledge.data.labels import parent_label
    from fledge.data.sound_files import get_sound_files
    from fledge.data.splits import FuncSplitter
    from fledge.training.sound import sound_learner
    from fledge.transforms.category import CategoryBlock
    from fledge.transforms.sound import SoundBlock
    from fledge.transforms.sound_change import sound_transforms

    began, fold = perf_counter(), str(settings["fold"])
    files = get_sound_files(settings["sounds"])
    splitter = FuncSplitter(lambda file: file.name[0] == fold)
    tfms = sound_transforms() if changes is None else changes
    block = DataBlock((SoundBlock.like(files), CategoryBlock), get_y=parent_label, splitter=splitter, batch_tfms=tfms)
    dls = block.dataloaders(files, bs=16, device="cpu")
    weights = None if net == "small" else Path(settings["weights"], f"{net}.safetensors")
    learn = sound_learner(dls, net, weights=weights, padding="own" if net == "small" else "same", progress=False)
    fit(learn)
    last = learn.history[-1]
    return {"right": last["accuracy"], "epoch": last["seconds"], "total": perf_counter() - began}


if __name__ == "__main__":
    run(main, small=small, head=head, pretrained=pretrained)
