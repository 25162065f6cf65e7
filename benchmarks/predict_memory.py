"""The memory of `fledge predict` over 10,000 pictures: read while it answers, every tenth of the way.

The pictures are the photos of `birds-butterflies` over and over, through a small network that was never trained.
What reads, waits and answers is the same whatever the network; a small one keeps it short.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter

from _measure import Options, Report, data, run

PARTS = 10


def main(options: Options) -> None:
    count = 300 if options.quick else 10_000
    report = Report("predict_memory", f"`fledge predict` over {count:,} pictures", options)
    photos = sorted(data("birds-butterflies").glob("train/*/*.jpg"))
    with tempfile.TemporaryDirectory() as home:
        model = Path(home, "model.safetensors")
        subprocess.run([sys.executable, __file__, "--side", "save", json.dumps({"path": str(model)})], check=True)
        names = "".join(f"{each}\n" for each in islice(cycle(photos), count))
        Path(home, "names.txt").write_text(names, encoding="utf-8")
        began = perf_counter()
        with Path(home, "names.txt").open(encoding="utf-8") as names_file:
            resident = _resident_while_answering(str(model), names_file, count)
        took = perf_counter() - began
    after_first = resident[1:]
    report.row("resident memory, every tenth of the way", resident, "MB", " ".join(f"{each:.0f}" for each in resident))
    report.row("growth after the first tenth", [max(after_first) - after_first[0]], "MB")
    report.row("pictures a second, the start included", [count / took], "/s")
    report.finish({"resident": resident, "seconds": took})


def _resident_while_answering(model: str, names: object, count: int) -> list[float]:
    """The memory of the process in MB: after its first answer, then each time another tenth of the answers has come."""
    command = [sys.executable, "-m", "fledge", "predict", model, "-", "--json"]
    found: list[float] = []
    with subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE, text=True) as process:  # type: ignore[call-overload]
        for done, _ in enumerate(process.stdout, start=1):
            if done == 1 or done % (count // PARTS) == 0:
                found.append(_resident(process.pid))
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    return [each for each in found if each]  # after its last answer it may be gone


def _resident(process: int) -> float:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0)


def save(settings: dict[str, str]) -> dict[str, str]:
    """A model that is called like a trained one: training would change its answers, and not its memory."""
    from fledge import ImageDataLoaders, Resize, vision_learner

    dls = ImageDataLoaders.from_folder(
        data("birds-butterflies") / "test", valid_pct=0.2, seed=1, item_tfms=Resize(48, method="squish"), bs=32, device="cpu"
    )
    return {"model": vision_learner(dls, "small", progress=False).export(settings["path"]).card.name}


if __name__ == "__main__":
    run(main, save=save)
