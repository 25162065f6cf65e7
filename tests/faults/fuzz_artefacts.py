"""Loads spoilt model files in a child process, and counts what should never happen.

    python -m tests.faults.fuzz_artefacts --count 100000

Each case has to end in a predictor or in a `ModelFileError` that names the file, within 2 seconds and 256 MB, without
one import, execution, process, connection or opened file beyond the artefact. A child that dies is a fault too.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

from tests.faults.mutations import Parts, mutated, placed

SECONDS = 2.0
ROOM = 256 << 20
STUCK = 30.0
WARM = 600.0
"""Seconds a child may take to import everything, on a machine that is busy with other things."""
ROOT = Path(__file__).parents[2]
EVENTS = (
    *(
        "exec",
        "compile",
        "import",
        "pickle",
        "marshal",
        "code.__new__",
        "ctypes",
        "socket",
        "urllib",
        "webbrowser",
        "subprocess",
    ),
    *(
        "os.system",
        "os.exec",
        "os.posix_spawn",
        "os.fork",
        "os.remove",
        "os.rename",
        "os.mkdir",
        "os.rmdir",
        "os.chmod",
        "shutil",
    ),
)


@dataclass
class Watch:
    """What the interpreter was asked to do while a file was loaded."""

    allowed: str
    armed: bool = False
    seen: list[str] = field(default_factory=list)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        if not self.armed:
            return
        if event == "open" and str(arguments[0]) != self.allowed:
            self.seen.append(f"open {arguments[0]!r}")
        elif event.startswith(EVENTS):
            self.seen.append(f"{event} {str(arguments)[:200]}")

    @contextlib.contextmanager
    def watching(self) -> Iterator[list[str]]:
        self.seen.clear()
        self.armed = True
        try:
            yield self.seen
        finally:
            self.armed = False


def child(folder: Path, seed: int, start: int, stop: int) -> None:
    """Loads the cases from `start` to `stop`, and prints one line of JSON for each."""
    import torch

    torch.set_num_threads(1)
    watch = Watch(str(folder / "case.safetensors"))
    good = [Parts.of(file) for file in _good_files(folder)]
    _warm_up(folder)
    sys.addaudithook(watch)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(
        resource.RLIMIT_AS, (size + ROOM + (32 << 20), resource.RLIM_INFINITY)
    )  # 32 MB: the file and our own copies
    print("warm", flush=True)
    for case in range(start, stop):
        print(json.dumps({"case": case, **_outcome(case, seed, good[case % len(good)], watch)}), flush=True)


def _outcome(case: int, seed: int, good: Parts, watch: Watch) -> dict[str, Any]:
    from fledge.core.errors import ModelFileError
    from fledge.predictor.model_file import load

    draw, path = random.Random(f"{seed}/{case}"), Path(watch.allowed)
    placed(draw, path, mutated(draw, good))
    verify, end, fault = draw.random() < 0.5, "loaded", ""
    began = time.process_time()
    with watch.watching() as seen:
        try:
            load(path, verify=verify)
        except ModelFileError as error:
            end = "refused"
            fault = (
                ""
                if str(path) in error.message and len(str(error)) < 5000
                else f"a refusal that does not help: {str(error)[:300]}"
            )
        except BaseException as error:  # whatever it is, it should not have come out
            end, fault = "broken", f"{type(error).__name__}: {str(error)[:300]}"
    took = time.process_time() - began
    if took > SECONDS:
        fault = f"{took:.1f} seconds"
    return {"end": end, "fault": "; ".join([*seen, fault]) if seen else fault, "took": round(took, 3)}


def _warm_up(folder: Path) -> None:
    """What loading does on first use is done: every table's entries are imported and the types of their fields, which stand in
    our source as texts, made into types; and whatever a good and a bad file need."""
    from fledge.core.errors import ModelFileError
    from fledge.core.record_reader import _hints
    from fledge.models.bodies import TORCHVISION
    from fledge.models.zoo import known
    from fledge.predictor.description import TABLES
    from fledge.predictor.model_file import load

    for table in (*TABLES.values(), TORCHVISION):
        for name in table:
            entry: type = table[name]
            fields: list[type] = list(_hints(entry).values()) if is_dataclass(entry) else []
            for kind in filter(is_dataclass, fields):
                _hints(kind)
    known()
    for file in _good_files(folder):
        load(file, check=True)
        good = Parts.of(file)
        for case in range(40):
            draw = random.Random(case)
            placed(draw, folder / "case.safetensors", mutated(draw, good))
            with contextlib.suppress(ModelFileError):
                load(folder / "case.safetensors")


def _good_files(folder: Path) -> list[Path]:
    """One of each kind of model, whole."""
    return sorted(folder.glob("good-*.safetensors"))


def fuzz(count: int, seed: int, folder: Path, *, show: bool = False) -> tuple[Counter[str], list[dict[str, Any]], float]:
    """How the cases ended, those with a fault, and the longest time one took; a child that dies is replaced."""
    from tests.predictor.small import small_predictor
    from tests.ratings import small_recommender
    from tests.tables import small_row_model

    recommender = small_recommender().with_examples([(1, 10), (2, 30)])
    for name, made in (("pictures", small_predictor()), ("ratings", recommender), ("rows", small_row_model())):
        made.save(folder / f"good-{name}.safetensors")
    ends: Counter[str] = Counter()
    faults: list[dict[str, Any]] = []
    longest, done, began = 0.0, 0, time.monotonic()
    while done < count:
        for outcome in _run(folder, seed, done, count):
            ends[outcome["end"]] += 1
            longest = max(longest, outcome["took"])
            done = outcome["case"] + 1
            if outcome["fault"]:
                faults.append(outcome)
            if show and done % 1000 == 0:
                print(f"{done} cases, {len(faults)} faults, {dict(ends)}, {time.monotonic() - began:.0f} s", flush=True)
    return ends, faults, longest


def _run(folder: Path, seed: int, start: int, stop: int) -> Iterator[dict[str, Any]]:
    """The outcomes from one child; if it dies or hangs, the case it was at counts as broken."""
    command = [
        sys.executable,
        "-X",
        "faulthandler",
        "-m",
        "tests.faults.fuzz_artefacts",
        "--child",
        str(folder),
        str(seed),
        str(start),
        str(stop),
    ]
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}", "OMP_NUM_THREADS": "1"}
    at = start
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
    ) as process:
        assert _line(process, WARM) == "warm\n", "the child ended before its first case"
        for line in iter(lambda: _line(process), ""):
            outcome: dict[str, Any] = json.loads(line)
            at = outcome["case"] + 1
            yield outcome
    if at < stop:
        yield {"case": at, "end": "broken", "fault": f"the child ended with {process.returncode}", "took": STUCK}


def _line(process: subprocess.Popen[str], patience: float = STUCK) -> str:
    """The child's next line; a child without one for too long is ended."""
    assert process.stdout is not None
    timer = threading.Timer(patience, process.kill)
    timer.start()
    try:
        return process.stdout.readline()
    finally:
        timer.cancel()


def main() -> int:
    parser = argparse.ArgumentParser(description="Load spoilt model files and count what should never happen.")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        folder, *numbers = arguments.child
        child(Path(folder), *map(int, numbers))
        return 0
    with tempfile.TemporaryDirectory(prefix="fledge-fuzz-") as folder:
        ends, faults, longest = fuzz(arguments.count, arguments.seed, Path(folder), show=True)
    print(f"{sum(ends.values())} cases: {dict(ends)}; {len(faults)} faults; the longest took {longest} s")
    for outcome in faults[:50]:
        print(json.dumps(outcome))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
