"""What the benchmarks share: data, options, sides by turns, the table at the end and its JSON."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from _peers import peer_python
from _sides import Measured, Settings, Side, answer, asked

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / ".bench"
PACKAGES = ("torch", "torchvision", "timm", "pillow", "numpy", "scikit-learn", "fledge", "fastai", "lightning")


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    quick: bool
    rounds: int | None
    peers: bool

    def times(self, usual: int, quick: int = 1) -> int:
        """How many rounds to measure."""
        return self.rounds or (quick if self.quick else usual)


def run(main: Callable[[Options], None], **sides: Side) -> None:
    """A benchmark script: the whole figure, or with `--side NAME SETTINGS` one side of it in this process."""
    # Where Python may keep no compiled code, it would compile a checkout anew at every start, and installed packages never.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    if sys.argv[1:2] == ["--side"]:
        answer(sides[sys.argv[2]], sys.argv[3])
        return
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny settings: shows that it runs, its figures mean nothing")
    parser.add_argument("--rounds", type=int, help="how often each side is measured")
    parser.add_argument("--no-peers", action="store_true", help="leave the other libraries out")
    chosen = parser.parse_args()
    main(Options(chosen.quick, chosen.rounds, not chosen.no_peers))


def ours(script: str, side: str, settings: Settings) -> Measured:
    """A side of a benchmark script, in a fresh process of this environment."""
    return asked(sys.executable, Path(script).name, "--side", side, json.dumps(settings))


def peer(script: str, settings: Settings) -> Measured:
    """A peer's side, in a fresh process of its environment."""
    return asked(peer_python(), script, json.dumps(settings))


def by_turns(times: Mapping[str, int], sides: Mapping[str, Callable[[int], Measured]]) -> dict[str, list[Measured]]:
    """Each side so many times, alternating, so that a slow minute of the machine slows all; they are told the round."""
    measured: dict[str, list[Measured]] = {name: [] for name in sides}
    for number in range(max(times.values())):
        for name, side in sides.items():
            if number < times[name]:
                measured[name].append(side(number))
                sys.stderr.write(f"{name} {number + 1}/{times[name]}: {measured[name][-1]}\n")
    return measured


def data(name: str) -> Path:
    """The folder of a real data set, below `FLEDGE_DATA` or else `../shared/data`."""
    sys.path.insert(0, str(ROOT))
    from tests.real_data import data_home  # the one place that knows where

    folder = Path(data_home()) / name
    if not folder.is_dir():
        raise SystemExit(f"real data {name!r} is not in {folder.parent}: set FLEDGE_DATA to the folder that holds it")
    return folder


def has_bfloat16() -> bool:
    """Whether the processor says that it computes in bfloat16."""
    cpuinfo = Path("/proc/cpuinfo")
    return cpuinfo.exists() and "_bf16" in cpuinfo.read_text(encoding="utf-8")


@dataclass
class Report:
    """A figure's table: what each side took, and the ratios that count."""

    name: str
    title: str
    options: Options
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.load = round(os.getloadavg()[0], 2)
        self.rows: list[dict[str, Any]] = []
        self.ratios: list[dict[str, Any]] = []

    def row(self, what: str, values: Sequence[float], unit: str, remark: str = "") -> float:
        """A measured value, several times; the median counts."""
        middle = median(values)
        self.rows.append({"what": what, "median": middle, "values": list(values), "unit": unit, "remark": remark})
        return middle

    def ratio(self, what: str, value: float, goal: str = "", unit: str = "×") -> None:
        """One side over another, or another figure that counts, and what it should be: "<= 1.3"."""
        sign, _, wanted = goal.partition(" ")
        reached = None if not goal else value <= float(wanted) if sign == "<=" else value >= float(wanted)
        self.ratios.append({"what": what, "value": value, "unit": unit, "goal": goal, "reached": reached})

    def finish(self, measured: Any = None) -> None:
        """Prints the table, and writes all of it to `.bench/NAME.json`."""
        facts = {
            "name": self.name,
            "title": self.title,
            "quick": self.options.quick,
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "machine": _machine() | {"load_before": self.load},
            "versions": {"ours": _versions(sys.executable), "peers": _versions(peer_python()) if self.options.peers else {}},
            "notes": self.notes,
            "rows": self.rows,
            "ratios": self.ratios,
            "measured": measured,
        }
        RESULTS.mkdir(exist_ok=True)
        file = RESULTS / f"{self.name}{'-quick' if self.options.quick else ''}.json"
        file.write_text(json.dumps(facts, indent=1), encoding="utf-8")
        print(self._table(), f"\n  {file}", sep="")

    def _table(self) -> str:
        machine = _machine()
        lines = [
            f"\n{self.title}{'  (quick: these figures mean nothing)' if self.options.quick else ''}",
            f"  {machine['processor']}, {machine['cores']} cores, bf16 {machine['bfloat16']}, load before {self.load}",
            *(f"  {note}" for note in self.notes),
        ]
        width = max(len(each["what"]) for each in [*self.rows, *self.ratios])
        for each in self.rows:
            values = each["values"]
            spread = f"{_short(min(values))} to {_short(max(values))}" if len(values) > 1 else ""
            line = f"  {each['what']:<{width}} {_short(each['median']):>9} {each['unit']:<6} {spread:<18} {each['remark']}"
            lines.append(line.rstrip())
        words = {None: "", True: "reached", False: "MISSED"}
        for each in self.ratios:
            line = f"  {each['what']:<{width}} {_short(each['value']):>9} {each['unit']:<6} {each['goal']:<18} "
            lines.append(f"{line}{words[each['reached']]}".rstrip())
        return "\n".join(lines)


def _short(value: float) -> str:
    """
    >>> _short(1234.6), _short(12.345), _short(0.01234)
    ('1235', '12.3', '0.0123')
    """
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _machine() -> dict[str, Any]:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text(encoding="utf-8").splitlines() if cpuinfo.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return {
        "processor": next(named, platform.processor()),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "bfloat16": "yes" if has_bfloat16() else "no",
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _versions(python: str | Path) -> dict[str, str]:
    """What is installed beside a Python, of the packages that matter."""
    if str(python) == sys.executable:
        known = {each.metadata["Name"]: each.version for each in importlib.metadata.distributions()}
        return {name: known[name] for name in PACKAGES if name in known}
    words = (
        "import importlib.metadata as m; print('\\n'.join(f'{d.metadata[\"Name\"]} {d.version}' for d in m.distributions()))"
    )
    said = subprocess.run([str(python), "-c", words], capture_output=True, text=True, check=True).stdout
    known = dict(line.split(" ", 1) for line in said.splitlines())
    return {name: known[name] for name in PACKAGES if name in known}
