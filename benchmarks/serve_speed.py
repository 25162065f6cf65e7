"""The server under load: MobileNetV2 at 224 px, JPEG photos over HTTP, against reading and computing alone.

The limit: each photo is read by as many threads as there are processors, and the model's forward pass runs on batches,
with nothing around either. The server is a process of its own; its clients share the machine with it, as they share its
time, and each checks every answer. Answers of batches may differ from those of calls in the last digits, so there they
are only counted. The same model as an ONNX file is served, too, and its graph, which resizes the pixels itself, run alone.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import psutil
from _measure import ROOT, Options, Report, by_turns, data, ours, run
from _peers import peer_python
from _sides import Measured, Settings

CLIENTS = (1, 8, 64)


def main(options: Options) -> None:
    settings: Settings = {
        "photos": str(data("birds-butterflies") / "test"),
        "seconds": 2 if options.quick else 20,
        "size": 64 if options.quick else 224,
    }
    sides = {
        "limit": lambda _: ours(__file__, "limit", settings),
        "one by one": lambda _: ours(__file__, "served", settings | {"batch": 1}),
        "batches of 8": lambda _: ours(__file__, "served", settings | {"batch": 8}),
        "as ONNX": lambda _: ours(__file__, "served", settings | {"batch": 1, "onnx": True}),
        **({"course": lambda _: ours(__file__, "course", settings)} if options.peers else {}),
    }
    measured = by_turns(dict.fromkeys(sides, options.times(3)), sides)
    report = Report("serve_speed", f"The server: MobileNetV2 at {settings['size']} px on a processor", options)
    limits = {
        size: report.row(f"read and compute alone, by {size}", [each[f"by {size}"] for each in measured["limit"]], "/s")
        for size in CLIENTS
    }
    for kind in ("forward pass", "ONNX Runtime"):
        for size in CLIENTS:
            report.row(f"{kind} alone, by {size}", [each[f"{kind} by {size}"] for each in measured["limit"]], "/s")
    for clients in CLIENTS if options.peers else ():
        found = [each[str(clients)] for each in measured["course"]]
        rate = report.row(f"FastAPI and learn.predict, {clients} clients", [each["rate"] for each in found], "/s")
        report.row("  half of them within", [1e3 * each["p50"] for each in found], "ms")
        report.row("  99 of 100 within", [1e3 * each["p99"] for each in found], "ms", _failed(found))
        own = max(median(each[str(clients)]["rate"] for each in measured[side]) for side in ("one by one", "batches of 8"))
        report.ratio(f"ours / FastAPI and learn.predict, {clients} clients", own / rate)
    for side in ("one by one", "batches of 8", "as ONNX"):
        for clients in CLIENTS:
            found = [each[str(clients)] for each in measured[side]]
            remark = "" if side == "batches of 8" else f"{sum(each['wrong'] for each in found)} wrong"
            rate = report.row(f"{side}, {clients} clients", [each["rate"] for each in found], "/s", remark)
            report.row("  half of them within", [1e3 * each["p50"] for each in found], "ms")
            slow = report.row("  99 of 100 within", [1e3 * each["p99"] for each in found], "ms")
            report.ratio(f"{side}, {clients} clients: rate / limit", rate / limits[8 if side == "batches of 8" else 1])
            if side == "one by one" and clients == 64:
                report.ratio("one by one, 64 clients: p99 / 64 inputs' time (E1)", slow * rate / (64 * 1e3), "<= 3")
    flooded = [each["flood"] for each in measured["one by one"]]
    report.row("4 times as much: sent away", [each["refused"] for each in flooded], "")
    report.ratio(
        "4 times as much: 99 of 100 sent away within (E2)", max(1e3 * each["refused_p99"] for each in flooded), "<= 100", "ms"
    )
    drained = max(each["drained"] for each in flooded)
    report.ratio("4 times as much: all of it answered after the last was sent (E2)", drained, "<= 5", "s")
    kept = min(each["flood"]["rate"] / each["64"]["rate"] for each in measured["one by one"])
    report.ratio("4 times as much: answered / at 64 clients (E2)", kept, ">= 0.8")
    report.finish(measured)


def limit(settings: Settings) -> Measured:
    import torch

    from fledge import load
    from fledge.core.allocator import keep_freed_memory
    from fledge.data.parallel import ordered, usual_workers

    keep_freed_memory()  # as the server does
    predictor, files = _predictor(settings["size"]), _photos(settings)
    with TemporaryDirectory() as folder:
        exported = load(_exported(predictor, files, folder))

    def rate(size: int) -> float:
        count, began = 0, perf_counter()
        while perf_counter() - began < settings["seconds"] / 4:
            batch = list(ordered(predictor.codec.input.encode, (files * 4)[: max(size, 16)], usual_workers()))
            for first in range(0, len(batch), size):
                predictor.outputs(torch.stack(batch[first : first + size]))
            count += len(batch)
        return count / (perf_counter() - began)

    def repeated(size: int, forward: Callable[[], Any]) -> float:
        count, began = 0, perf_counter()
        while perf_counter() - began < settings["seconds"] / 4:
            forward()
            count += size
        return count / (perf_counter() - began)

    found = {f"by {size}": rate(size) for size in CLIENTS}
    for size in CLIENTS:
        batch = torch.stack([predictor.codec.input.encode(each) for each in (files * 2)[:size]])
        [arrays] = exported.input.batches([exported.read(files[0])] * size, sys.maxsize)
        found[f"forward pass by {size}"] = repeated(size, partial(predictor.outputs, batch))
        found[f"ONNX Runtime by {size}"] = repeated(size, partial(exported.outputs, arrays))
    return found


def served(settings: Settings) -> Measured:
    sys.path.insert(0, str(ROOT))
    from fledge import load
    from tests.serve.crowd import flood

    predictor, files = _predictor(settings["size"]), _photos(settings)
    with TemporaryDirectory() as folder:
        file = _exported(predictor, files, folder) if settings.get("onnx") else _saved(predictor, folder)
        model = load(file)
        answers = [json.dumps({"answers": [model(each).as_dict()]}).encode() for each in files]
        with serving(file, settings["batch"]) as (port, _):
            found = _crowds(port, files, answers, settings["seconds"])
            rate = 4 * found["64"]["rate"]
            heard = asyncio.run(flood(port, files, answers, rate=rate, seconds=settings["seconds"]))
    found["flood"] = {
        "drained": heard.drained,
        "rate": heard.statuses[200] / settings["seconds"],
        "refused": heard.statuses[503],
        "refused_p99": heard.percentile(0.99, 503) if heard.statuses[503] else 0.0,
    }
    return found


def _saved(predictor: Any, folder: str) -> Path:
    file = Path(folder) / "birds.safetensors"
    predictor.save(file)
    return file


def _exported(predictor: Any, files: list[bytes], folder: str) -> Path:
    from fledge import export

    return export(predictor.with_examples(files[:1]), f"{folder}/birds.onnx").path


def course(settings: Settings) -> Measured:
    """The same crowds before the peers' server, whose first answer to each photo is taken for the right one."""
    sys.path.insert(0, str(ROOT))
    from tests.serve.crowd import alone

    files = _photos(settings)
    with _answering([str(peer_python()), str(ROOT / "benchmarks" / "_fastai_serve.py"), json.dumps(settings)]) as (port, _):
        answers = [asyncio.run(alone(port, each)) for each in files]
        return _crowds(port, files, answers, settings["seconds"])


def _crowds(port: int, files: list[bytes], answers: list[bytes], seconds: float) -> Measured:
    """What 1, 8 and 64 clients get."""
    from tests.serve.crowd import crowd

    asyncio.run(crowd(port, files, answers, clients=4, seconds=1))
    found: Measured = {}
    for clients in CLIENTS:
        began = perf_counter()
        heard = asyncio.run(crowd(port, files, answers, clients=clients, seconds=seconds))
        found[str(clients)] = {
            "rate": heard.statuses[200] / (perf_counter() - began),  # the last ones are waited for
            "p50": heard.percentile(0.5),
            "p99": heard.percentile(0.99),
            "wrong": len(heard.wrong),
            "statuses": dict(heard.statuses),
        }
    return found


def _failed(found: list[Any]) -> str:
    """What else than answers came."""
    wrong = sum(each["wrong"] for each in found)
    others = sum(count for each in found for status, count in each["statuses"].items() if int(status) != 200)
    return f"{wrong} wrong, {others} refused"


def _photos(settings: Settings) -> list[bytes]:
    return [each.read_bytes() for each in sorted(Path(settings["photos"]).glob("*/*.jpg"))[:32]]


def _predictor(size: int) -> Any:
    """MobileNetV2 that tells birds from butterflies by chance: its weights take as long as others."""
    import torch

    from fledge.models.vision import VisionNet
    from fledge.predictor.predictor import Predictor
    from fledge.tasks.image_classification import ImageClassification
    from fledge.transforms.category import Category
    from fledge.transforms.image import Image
    from fledge.transforms.resize import Resize
    from fledge.transforms.transform import Codec

    torch.manual_seed(0)
    net = VisionNet("mobilenetv2_100", outputs=2)
    codec = Codec(Image((Resize(size),)).normalised((0.5,), (0.25,)), Category(("bird", "butterfly")))
    return Predictor(ImageClassification(), codec, net.build(), net)


@contextmanager
def serving_model(predictor: Any, batch: int) -> Iterator[tuple[int, psutil.Process]]:
    """The port of a server in a process of its own, and that process."""
    with TemporaryDirectory() as folder, serving(_saved(predictor, folder), batch) as answering:
        yield answering


def serving(file: str | Path, batch: int = 1) -> AbstractContextManager[tuple[int, psutil.Process]]:
    """As `serving_model`, of a file."""
    return _answering([sys.executable, "-m", "fledge", "serve", str(file), "--port", "0", "--batch", str(batch)])


@contextmanager
def _answering(command: list[str]) -> Iterator[tuple[int, psutil.Process]]:
    """The port that a command says it answers at, on its standard error, and its process."""
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = ""
        for line in process.stderr:
            said += line
            if found := re.search(r"http://[^ ]*:(\d+)/", line):
                break
        else:
            raise SystemExit(said)
        try:
            yield int(found[1]), psutil.Process(process.pid)
        finally:
            process.terminate()


if __name__ == "__main__":
    run(main, limit=limit, served=served, course=course)
