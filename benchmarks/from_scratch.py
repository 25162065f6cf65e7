"""Networks trained from nothing in at most three minutes: `mnist-10k` and `cifar10-images`.

The test part is the data set's own, and was not looked at while the recipes were found (on parts of the training data);
the figure is the mean over three seeds.
"""

from __future__ import annotations

import gzip
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from _measure import Options, Report, by_turns, data, ours, run
from _sides import Measured, Settings

if TYPE_CHECKING:
    from fledge import DataLoaders

RECIPES: dict[str, Settings] = {
    "mnist-10k": {"epochs": 8, "lr": 5e-3, "bs": 64},
    "cifar10-images": {"epochs": 70, "lr": 5e-3, "bs": 32},
}
GOALS = {"mnist-10k": ">= 98.5", "cifar10-images": ""}


def main(options: Options) -> None:
    report = Report("from_scratch", "From scratch: the small network, three seeds, the data sets' own test parts", options)
    everything = {}
    for name, recipe in RECIPES.items():
        settings = recipe | {"name": name, "data": str(data(name)), "hold_back": ""}
        settings |= {"epochs": 1} if options.quick else {}
        seeds = options.times(3)
        side = {"fledge": lambda n, settings=settings: ours(__file__, "train", settings | {"seed": n})}
        everything[name] = rounds = by_turns({"fledge": seeds}, side)["fledge"]
        right = [100 * each["right"] for each in rounds]
        report.row(
            f"{name}: {settings['epochs']} epochs", [each["seconds"] for each in rounds], "s", f"{rounds[0]['tests']} tests"
        )
        report.row(f"{name}: right", right, "%", ", ".join(f"{each:.2f}" for each in right))
        report.ratio(f"{name}: mean of {seeds} seeds", sum(right) / seeds, GOALS[name], unit="%")
        report.ratio(f"{name}: longest run", max(each["seconds"] for each in rounds), "<= 180", unit="s")
    report.finish(everything)


def train(settings: Settings) -> Measured:
    from fledge import accuracy, vision_learner

    began = perf_counter()
    dls = {"mnist-10k": _digits, "cifar10-images": _photos}[settings["name"]](settings)
    learn = vision_learner(dls, "small", metrics=accuracy, seed=settings["seed"], progress=False)
    learn.fit_one_cycle(settings["epochs"], settings["lr"])
    figure = learn.figures["accuracy"]
    return {"right": figure.value, "tests": figure.count, "seconds": perf_counter() - began}


def _digits(settings: Settings) -> DataLoaders:
    from fledge import CategoryBlock, DataBlock, ImageBlock, Normalize, aug_transforms

    parts = [_read_digits(Path(settings["data"]), part) for part in ("train", "test")]
    block = DataBlock(
        (ImageBlock(channels=1), CategoryBlock),
        splitter=_split(len(parts[0]), settings),
        batch_tfms=[*aug_transforms(do_flip=False, max_lighting=0, pad_mode="zeros"), Normalize((0.131,), (0.308,))],
    )
    return block.dataloaders([*parts[0], *parts[1]], bs=settings["bs"], valid_bs=256, seed=settings["seed"], device="cpu")


def _read_digits(folder: Path, part: str) -> list[tuple[Any, int]]:
    """Pictures (28, 28) and their labels, from IDX files."""
    import numpy as np

    pictures = np.frombuffer(gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes()), np.uint8, offset=16)
    labels = np.frombuffer(gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes()), np.uint8, offset=8)
    return list(zip(pictures.reshape(-1, 28, 28), labels.tolist(), strict=True))


def _photos(settings: Settings) -> DataLoaders:
    from fledge import (
        Brightness,
        Contrast,
        Crop,
        DataBlock,
        Flip,
        Normalize,
        Rotate,
        Saturation,
        get_image_files,
        parent_label,
    )

    folder = Path(settings["data"])
    files = [sorted(get_image_files(folder / part)) for part in ("train", "test")]
    changes = [Flip(), Crop(min_scale=0.6), Rotate(10), Brightness(0.2), Contrast(0.2), Saturation(0.3)]
    block = DataBlock(
        get_y=parent_label,
        splitter=_split(len(files[0]), settings),
        batch_tfms=[*changes, Normalize((0.491, 0.482, 0.447), (0.247, 0.243, 0.262))],
    )
    return block.dataloaders([*files[0], *files[1]], bs=settings["bs"], valid_bs=256, seed=settings["seed"], device="cpu")


def _split(train: int, settings: Settings) -> Any:
    """The data set's own split; or, to look for a recipe, a fifth of its training part held back and no test part."""
    if not settings["hold_back"]:
        return lambda items: (range(train), range(train, len(items)))
    return lambda _: ([n for n in range(train) if n % 5], range(0, train, 5))


if __name__ == "__main__":
    run(main, train=train)
