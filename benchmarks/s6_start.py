"""S6: fresh processes, from `python` to the end: `import fledge`, and a model loaded and asked about one photo.

What others take to do the same stands beside it: torch no more than imported, and ONNX Runtime with numpy and Pillow alone.
"""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from _measure import Options, Report, by_turns, data, ours, peer, run
from _peers import peer_python
from _sides import Measured, Settings, seconds

ASK = "import sys, fledge; print(fledge.load(sys.argv[1])(sys.argv[2]))"
ASK_RUNTIME = """
import sys, numpy, onnxruntime
from PIL import Image
session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
print(session.run(["probabilities"], {"pixels": numpy.asarray(Image.open(sys.argv[2]).convert("RGB"))[None]}))
"""
ASK_FASTAI = "import sys; from fastai.vision.all import *; print(load_learner(sys.argv[1]).predict(sys.argv[2]))"


def main(options: Options) -> None:
    photos = data("birds-butterflies") / "train"
    photo = str(next(photos.glob("*/*.jpg")))
    with TemporaryDirectory() as folder:
        settings: Settings = {
            "photos": str(photos),
            "size": 224,
            "file": f"{folder}/resnet18.safetensors",
            "onnx": f"{folder}/resnet18.onnx",
        }
        ours(__file__, "export", settings)
        python = sys.executable
        commands = {
            "python alone": [python, "-c", "pass"],
            "import torch": [python, "-c", "import torch"],
            "import fledge": [python, "-c", "import fledge"],
            "fledge: load and answer": [python, "-c", ASK, settings["file"], photo],
            "fledge: the same in ONNX": [python, "-c", ASK, settings["onnx"], photo],
            "ONNX Runtime alone": [python, "-c", ASK_RUNTIME, settings["onnx"], photo],
        }
        if options.peers:
            theirs, pickled = str(peer_python()), f"{folder}/resnet18.pkl"
            peer("_fastai_predict.py", settings | {"file": pickled})
            commands["import fastai.vision.all"] = [theirs, "-W", "ignore", "-c", "from fastai.vision.all import *"]
            commands["fastai: load and answer"] = [theirs, "-W", "ignore", "-c", ASK_FASTAI, pickled, photo]
        for command in commands.values():
            started(command)  # the files of every side are in memory before anything counts
        measured = by_turns(
            dict.fromkeys(commands, options.times(7)),
            {name: partial(started, command) for name, command in commands.items()},
        )
    report = Report("s6_start", "S6  fresh processes, whole: start, imports, work, end", options)
    took = {name: report.row(name, [each["seconds"] for each in rounds], "s") for name, rounds in measured.items()}
    report.ratio("import fledge", took["import fledge"], "<= 0.15", unit="s")
    report.ratio(
        "load and answer, less import torch", took["fledge: load and answer"] - took["import torch"], "<= 0.7", unit="s"
    )
    report.ratio("load and answer in ONNX", took["fledge: the same in ONNX"], "<= 0.45", unit="s")
    report.ratio("load and answer in ONNX / ONNX Runtime alone", took["fledge: the same in ONNX"] / took["ONNX Runtime alone"])
    if options.peers:
        report.ratio("fastai's import / fledge's", took["import fastai.vision.all"] / took["import fledge"])
        report.ratio("load and answer, fastai / fledge", took["fastai: load and answer"] / took["fledge: load and answer"])
    report.finish(measured)


def started(command: list[str], number: int = 0) -> Measured:
    """How long a command takes from its start to its end."""
    return {"seconds": seconds(lambda: subprocess.run(command, check=True, capture_output=True))}


def export(settings: Settings) -> Measured:
    from s5_predict import export

    import fledge

    export(settings["photos"], settings["file"], settings["size"])
    return {"bytes": Path(settings["file"]).stat().st_size, "onnx": fledge.export(settings["file"], settings["onnx"]).bytes}


if __name__ == "__main__":
    run(main, export=export)
