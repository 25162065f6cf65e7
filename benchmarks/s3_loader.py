"""S3: from JPEG files to batches of 224 px, in pictures a second on this machine's cores.

Three sizes of photos, made from the same real ones (enlarged where needed, so they are a little smoother than photos of
that size). The limit is to read, decode (near the size, where that pays) and resize to bytes by hand. fledge reads every
file once before the first epoch and keeps it; later epochs come from there, with full augmentation.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import perf_counter

from _measure import RESULTS, Options, Report, by_turns, data, ours, peer, run
from _sides import Measured, Settings, seconds

SIZES = {"500 × 375": (500, 375, 600), "384 × 256": (384, 256, 600), "1600 × 1200": (1600, 1200, 240)}
"""Width, height, and how many photos."""


def main(options: Options) -> None:
    report = Report("s3_loader", "S3  JPEG files to batches of 64 at 224 px: pictures a second, 2 threads", options)
    sources = sorted(data("birds-butterflies").glob("train/*/*.jpg"))
    everything = {}
    for title, (width, height, usual) in SIZES.items():
        settings: Settings = {"photos": str(_photos(sources, width, height, 130 if options.quick else usual)), "threads": 2}
        sides = {
            "plain": lambda _, settings=settings: ours(__file__, "plain", settings),
            "fledge": lambda _, settings=settings: ours(__file__, "fledge", settings),
        }
        if options.peers:
            sides["fastai"] = lambda _, settings=settings: peer("_fastai_loader.py", settings)
        everything[title] = measured = by_turns(dict.fromkeys(sides, options.times(5)), sides)
        one, two = (_row(report, title, measured, "plain", which) for which in ("one core", "two threads"))
        first = _row(report, title, measured, "fledge", "first reading, into the cache")
        _row(report, title, measured, "fledge", "an epoch without the cache")
        _row(report, title, measured, "fledge", "an epoch from the cache")
        later = _row(report, title, measured, "fledge", "from the cache, augmented")
        report.ratio(f"{title}: fledge's first reading / one core's limit", first / one, ">= 1.8")
        report.ratio(f"{title}: fledge's first reading / two threads' limit", first / two)
        report.ratio(f"{title}: fledge's later epochs, augmented / 1500 a second", later / 1500, ">= 1")
        if options.peers:
            bare, full = (_row(report, title, measured, "fastai", which) for which in ("an epoch", "an epoch, augmented"))
            report.ratio(f"{title}: fledge's first reading / fastai", first / bare)
            report.ratio(f"{title}: fledge's later epochs, augmented / fastai's", later / full)
    report.finish(everything)


def _row(report: Report, title: str, measured: dict[str, list[Measured]], side: str, which: str) -> float:
    return report.row(f"{title}: {side}, {which}", [each[which] for each in measured[side]], "/s")


def _photos(sources: list[Path], width: int, height: int, count: int) -> Path:
    """A folder of photos of one size, in folders named for their class; made once."""
    from PIL import Image

    folder = RESULTS / "photos" / f"{width}x{height}-{count}"
    for number in range(0 if folder.exists() else count):
        source = sources[number * len(sources) // count % len(sources)]
        made = folder.with_suffix(".part") / source.parent.name / f"{number:04}.jpg"
        made.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(source) as photo:
            photo.convert("RGB").resize((width, height), Image.Resampling.LANCZOS).save(made, quality=90)
    if not folder.exists():
        folder.with_suffix(".part").rename(folder)
    for file in folder.glob("*/*.jpg"):
        file.read_bytes()  # the first side finds the files in memory as the others do
    return folder


def fledge(settings: Settings) -> Measured:
    from dataclasses import replace

    import torchvision.io  # noqa: F401 - as after any vision_learner: loading it is no part of reading

    from fledge import DataBlock, Resize, aug_transforms, get_image_files, parent_label
    from fledge.data.dataloaders import DataLoaders
    from fledge.data.loader import Loader

    count = len(list(Path(settings["photos"]).glob("*/*.jpg")))

    def loaders(cache: bool) -> DataLoaders:
        everything_to_learn = list(range(1, count)), [0]
        return DataBlock(
            get_items=get_image_files,
            get_y=parent_label,
            splitter=lambda _: everything_to_learn,
            item_tfms=Resize(224, method="squish"),
            batch_tfms=aug_transforms(),
        ).dataloaders(settings["photos"], bs=64, workers=settings["threads"], cache=cache, device="cpu")

    loaders(cache=False)  # imports and first uses; leaves nothing behind
    began = perf_counter()
    dls = loaders(cache=True)
    first = count / (perf_counter() - began)
    uncached = loaders(cache=False).train
    assert isinstance(dls.train, Loader)
    assert isinstance(uncached, Loader)

    def rate(loader: Loader, number: int) -> float:
        began = perf_counter()
        seen = sum(len(batch) for batch in loader.epoch(number, train=True))
        return seen / (perf_counter() - began)

    bare = replace(dls.train, changes=())
    rate(dls.train, 0)
    return {
        "first reading, into the cache": first,
        "an epoch without the cache": rate(replace(uncached, changes=()), 1),
        "an epoch from the cache": rate(bare, 1),
        "from the cache, augmented": rate(dls.train, 1),
    }


def plain(settings: Settings) -> Measured:
    import torch
    from _plain import files, picture, pictures

    paths, _ = files(settings["photos"])
    pictures(paths[:8], 224, settings["threads"])
    two = seconds(lambda: pictures(paths, 224, settings["threads"]))
    torch.set_num_threads(1)
    with ThreadPoolExecutor(1) as pool:
        one = pool.submit(lambda: seconds(lambda: [picture(path, 224) for path in paths])).result()
    return {"one core": len(paths) / one, "two threads": len(paths) / two}


if __name__ == "__main__":
    run(main, fledge=fledge, plain=plain)
