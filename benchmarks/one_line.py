"""One line from a terminal, everything counted: looking, simple things, networks, the report.

`fledge train` in a fresh process on three folders of photos and a folder of digits; the time to each line of its leaderboard
is taken as it is printed. fastai does the job of its first lesson on the same photos. What is only looked at (`--version`,
`--help`, `check`) is timed beside `import torch`.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from _measure import RESULTS, Options, Report, by_turns, data, peer, run
from _sides import Measured

NETWORK = re.compile(r"(new head only|fine-tuned|from nothing) +\d")


def main(options: Options) -> None:
    report = Report("one_line", "One line: `fledge train` in a fresh process, with baselines and report", options)
    report.notes.append("the seconds count from the start of the process")
    photos, weights = data("birds-butterflies"), data("weights") / "mobilenetv2_100.safetensors"
    for file in photos.glob("*/*/*.jpg"):
        file.read_bytes()  # the first side finds the files in memory as the others do
    short = ["--epochs", "1"] if options.quick else []
    _quick_commands(report, photos, options.times(5))
    sides = {"fledge": lambda _: _trained(photos, "--weights", str(weights), *short)}
    times = {"fledge": options.times(3)}
    if options.peers:
        settings = {"photos": str(photos), "weights": str(weights), "size": 224, "epochs": 1, "bs": 64}
        sides["fastai"] = lambda n: peer("_fastai_fine_tune.py", settings | {"seed": n})
        times["fastai"] = options.times(3)
    measured: dict[str, Any] = by_turns(times, sides)
    rounds = measured["fledge"]
    test = ", ".join(f"{100 * each['test']:.1f}" for each in rounds)
    report.row("birds: first network's result", [each["first"] for each in rounds], "s")
    took = report.row("birds: the end, report written", [each["total"] for each in rounds], "s", f"{test} % of the test part")
    if options.peers:
        theirs = [each["total"] for each in measured["fastai"]]
        right = ", ".join(f"{100 * each['right']:.1f}" for each in measured["fastai"])
        lesson = report.row("birds: fastai fine_tune(1)", theirs, "s", f"{right} % of the test part")
        report.ratio("fastai / fledge, all of ours included", lesson / took)
    with tempfile.TemporaryDirectory() as home:
        for name, words in {
            "cifar10-images": [str(data("cifar10-images"))],
            "mnist-10k": [str(_digits(Path(home)))],
            "imagenet-samples": [
                *(str(data("imagenet-samples")), "--target", "is_bird", "--task", "image-classification"),
                *("--weights", str(weights)),
            ],
        }.items():
            measured[name] = one = _trained(*words, *short)
            report.row(f"{name}: the end", [one["total"]], "s")
            report.notes.extend(["", name, *one["leaderboard"]])
    report.finish(measured)


def _quick_commands(report: Report, photos: Path, times: int) -> None:
    """What a person waits for most often."""
    fledge = [sys.executable, "-m", "fledge"]
    commands = {
        "fledge --version": [*fledge, "--version"],
        "fledge --help": [*fledge, "--help"],
        "fledge check, 600 photos": [*fledge, "check", str(photos)],
        "python -c 'import torch'": [sys.executable, "-c", "import torch"],
    }
    for name, command in commands.items():
        report.row(name, [_timed(command) for _ in range(times)], "s")


def _timed(command: list[str]) -> float:
    began = perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return perf_counter() - began


def _trained(*words: str | Path) -> Measured:
    """A training with an empty cache, and when the first network's line came."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-u", "-m", "fledge", "train", *map(str, words), "--out", str(Path(home, "runs"))]
        quiet = {"FLEDGE_HOME": home, "CUDA_VISIBLE_DEVICES": "", "HF_HUB_OFFLINE": "1"}
        began, first, said = perf_counter(), None, []
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | quiet)
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            if first is None and NETWORK.search(line):
                first = perf_counter() - began
        total = perf_counter() - began
        if process.wait():
            raise SystemExit("\n".join(said))
        state = json.loads(next(Path(home, "runs").glob("*/run.json")).read_text(encoding="utf-8"))
    board = [line for line in said if (line.startswith("  ") and " of " in line) or line == state["verdict"]]
    return {"first": first, "total": total, "test": state["test"].get("accuracy"), "leaderboard": [*board, *_tests(said)]}


def _tests(said: list[str]) -> list[str]:
    return [line for line in said if line.startswith("On the test part")]


def _digits(folder: Path) -> Path:
    """`mnist-10k` as a person would have it: a folder of picture files for each digit, below train and test."""
    import numpy as np
    from PIL import Image

    source = data("mnist-10k")
    for part in ("train", "test"):
        pictures, labels = (
            np.frombuffer(gzip.decompress((source / f"{part}-{name}-ubyte.gz").read_bytes()), np.uint8, offset=skipped)
            for name, skipped in (("images-idx3", 16), ("labels-idx1", 8))
        )
        for number, (picture, label) in enumerate(zip(pictures.reshape(-1, 28, 28), labels.tolist(), strict=True)):
            file = folder / "mnist-10k" / part / str(label) / f"{number:05}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(file)
    return folder / "mnist-10k"


if __name__ == "__main__":
    RESULTS.mkdir(exist_ok=True)
    run(main)
