"""Promise E1 as a figure: 64 clients for ten minutes, every answer checked, and the server's memory all the while.

The model is the small network of the tests, so that there are as many requests as the machine can answer. The server is a
process of its own. Memory is what its processes hold and share with nobody (USS), read every few seconds.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from pathlib import Path
from time import perf_counter

import psutil
from _measure import RESULTS, ROOT, Options, Report, run
from serve_speed import serving_model

_CLIENTS = 64
_GROWTH = 5.0
_MEGA = 1e6


def main(options: Options) -> None:
    sys.path.insert(0, str(ROOT))
    from tests.predictor.small import pictures, small_predictor
    from tests.serve.calls import png
    from tests.serve.crowd import crowd

    seconds, warm, every = (10, 3, 0.5) if options.quick else (600, 60, 5)
    predictor, files = small_predictor(), [png(each) for each in pictures(32)]
    answers = [json.dumps({"answers": [predictor(each).as_dict()]}).encode() for each in files]
    report = Report("serve_steady", f"{_CLIENTS} clients for {seconds} s, every answer checked (E1)", options)
    with serving_model(predictor, batch=1) as (port, process):
        asyncio.run(crowd(port, files, answers, clients=_CLIENTS, seconds=warm))
        ended, memory = threading.Event(), [(0.0, _held(process))]
        began = perf_counter()

        def watch() -> None:
            while not ended.wait(every):
                memory.append((perf_counter() - began, _held(process)))

        watching = threading.Thread(target=watch)
        watching.start()
        heard = asyncio.run(crowd(port, files, answers, clients=_CLIENTS, seconds=seconds))
        ended.set()
        watching.join()
    answered, elapsed = heard.statuses[200], perf_counter() - began
    report.row("answers", [answered], "", f"{len(heard.wrong)} wrong, {sum(heard.statuses.values()) - answered} refused")
    report.row("answers a second", [answered / elapsed], "/s")
    report.row("99 of 100 within", [1e3 * heard.percentile(0.99)], "ms")
    held = [each for _, each in memory]
    report.row("memory at the start and at the end", [held[0] / _MEGA, held[-1] / _MEGA], "MB")
    report.ratio("wrong answers", len(heard.wrong), "<= 0", "")
    report.ratio("memory grown, the most", 100 * (max(held) / held[0] - 1), f"<= {_GROWTH:g}", "%")
    report.ratio("p99 / 64 inputs' time", heard.percentile(0.99) * answered / elapsed / _CLIENTS, "<= 3")
    report.notes.append(f"memory over time: {_plot(memory, options)}")
    report.finish({"memory": memory})


def _held(process: psutil.Process) -> int:
    return sum(each.memory_full_info().uss for each in [process, *process.children(recursive=True)])


def _plot(memory: list[tuple[float, int]], options: Options) -> Path:
    """The memory over time, as a picture."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3), layout="constrained")
    axes = figure.subplots()
    axes.plot([at for at, _ in memory], [held / _MEGA for _, held in memory])
    axes.set(xlabel="seconds", ylabel="memory of the server, MB", title=f"{_CLIENTS} clients")
    axes.set_ylim(0, 1.25 * max(held for _, held in memory) / _MEGA)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"serve_steady{'-quick' if options.quick else ''}.png"
    figure.savefig(file, dpi=120)
    return file


if __name__ == "__main__":
    run(main)
