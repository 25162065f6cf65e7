"""Promise E5 as a figure: requests made up by schemathesis from `/openapi.json`, to models of every kind of input.

Each model is served by a process of its own. What was asked and answered is counted by the server; a status of 500 and above,
an answer that takes over 2 s, or a server that ends would be a failure. schemathesis has an environment of its own, made where
it is missing: `.bench/schemathesis`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from urllib.request import urlopen

from _measure import ROOT, Options, Report, run
from serve_speed import serving_model

TASKS = ("image-classification", "image-segmentation", "sound-classification", "track-classification")
TASKS += ("table-classification", "ratings", "likes")
WANTED = 100_000
PACKAGE = "schemathesis>=4.32,<5"
SLOW = 2.0
"""Seconds within which every answer has to be there."""


def main(options: Options) -> None:
    sys.path.insert(0, str(ROOT))
    from tests.contract.test_tasks import trained

    each, cases = (15, 5) if options.quick else (WANTED // len(TASKS) + 1, 400)
    report = Report("openapi_requests", f"{WANTED} requests made up from /openapi.json (E5)", options)
    measured, faults = {}, 0
    python = _python()
    for task in TASKS:
        with TemporaryDirectory() as folder:
            predictor = trained(task, Path(folder))[0].predictor()
            with serving_model(predictor, batch=1) as (port, process):
                began, rounds = perf_counter(), 0
                while sum(_statuses(port).values()) < each:
                    faults += _asked(python, port, cases, seed=rounds)
                    rounds += 1
                statuses, seconds = _statuses(port), perf_counter() - began
                assert process.is_running(), "the server has ended"
        measured[task] = statuses
        failed = sum(count for status, count in statuses.items() if status >= 500)
        faults += failed
        kinds = ", ".join(f"{count} of {status}" for status, count in sorted(statuses.items()))
        report.row(f"{task}: requests a second", [sum(statuses.values()) / seconds], "/s", kinds)
    report.row("requests", [sum(sum(statuses.values()) for statuses in measured.values())], "")
    report.ratio("server errors, answers over 2 s, and whatever else schemathesis objects to", faults, "<= 0", "")
    report.finish(measured)


def _asked(python: Path, port: int, cases: int, seed: int) -> int:
    """One round of schemathesis, so many cases of every operation; whether it found a fault, which it then describes."""
    command = [str(python.with_name("st")), "run", f"http://127.0.0.1:{port}/openapi.json", "--no-color"]
    command += ["--checks", "not_a_server_error", "--max-response-time", str(SLOW), "--continue-on-failure"]
    command += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(cases), "--seed", str(seed), "--warnings", "off"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=python.parents[1])
    if done.returncode:
        sys.stderr.write(done.stdout[-4000:] + done.stderr[-2000:])
    return int(done.returncode != 0)


def _statuses(port: int) -> dict[int, int]:
    """How many answers there were of each status, by the server's own count."""
    text = urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
    found: dict[int, int] = {}
    for line in text.splitlines():
        if line.startswith("fledge_requests_total{"):
            status = int(line.partition('status="')[2].partition('"')[0])
            found[status] = found.get(status, 0) + int(float(line.rpartition(" ")[2]))
    return found


def _python() -> Path:
    """The Python of schemathesis's environment."""
    home = ROOT / ".bench" / "schemathesis"
    if not (home / ".installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
        subprocess.run([str(home / "bin" / "python"), "-m", "pip", "install", "--quiet", PACKAGE], check=True)
        (home / ".installed").touch()
    return home / "bin" / "python"


if __name__ == "__main__":
    run(main)
