"""A folder of 2,000 pictures, 100 of them broken in 25 ways: which does `fledge check` name, and does training go on?"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from _measure import ROOT, Options, Report, run
from _sides import seconds


def main(options: Options) -> None:
    sys.path.insert(0, str(ROOT))
    from tests.faults.broken_pictures import BROKEN, make_corpus  # the same kinds that the tests use

    pictures, broken = (500, 25) if options.quick else (2000, 100)
    report = Report("broken_folder", f"{pictures:,} pictures, {broken} of them broken in {len(BROKEN)} ways", options)
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home, "pictures")
        corpus = make_corpus(folder, good=pictures - broken, broken=broken)
        told: list[str] = []
        took = seconds(lambda: told.append(_said("check", str(folder), "--json")))
        reasons = {Path(each["file"]): each["reason"] for each in json.loads(told[0])["unreadable"]}
        trained = json.loads(_said("train", str(folder), "--epochs", "1", "--json", "--out", str(Path(home, "runs"))))
        listed = (Path(trained["model"]).parent / "bad_files.csv").read_text(encoding="utf-8", errors="surrogateescape")
    named = dict.fromkeys(BROKEN, 0)
    named |= Counter(kind for path, kind in corpus.broken.items() if path in reasons)
    report.row("broken ones named", [len(reasons.keys() & corpus.broken.keys())], f"of {broken}", f"{len(BROKEN)} kinds")
    report.row("good ones named", [len(reasons.keys() - corpus.broken.keys())], f"of {pictures - broken}")
    report.row("broken ones in the run's bad_files.csv", [sum(path.name in listed for path in corpus.broken)], f"of {broken}")
    report.row("fledge check", [took], "s")
    report.notes += [f"{kind}: {_first(corpus.broken, reasons, kind)}" for kind in BROKEN]
    report.finish({"named": named, "reasons": {path.name: why for path, why in reasons.items()}})


def _said(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "fledge", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"fledge {' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def _first(broken: dict[Path, str], reasons: dict[Path, str], kind: str) -> str:
    """What is said of the first picture of a kind."""
    return next((reasons.get(path, "NOT NAMED") for path, each in broken.items() if each == kind), "none was made")


if __name__ == "__main__":
    run(main)
