"""The end of a training: the model, the report, and all that a run folder keeps."""

from __future__ import annotations

import math
import platform
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, final

import polars as pl

from fledge.core.files import write_atomically
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.jobs.checked import Checked
from fledge.jobs.measuring import Measured, interpreted, measured
from fledge.jobs.medium import Say
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.settings import Settings
from fledge.jobs.trained import Trained
from fledge.jobs.tried import Row, Tried
from fledge.predictor.predictor import Predictor
from fledge.report.facts import Contender, DataFacts, Repeat, ReportFacts, Use
from fledge.report.page import write_report
from fledge.report.verdict import verdict
from fledge.scoring.figure import Figure


@final
@dataclass(frozen=True, eq=False)
class Outcome:
    """A training that is done but for the writing."""

    settings: Settings
    checked: Checked
    noun: str
    dls: DataLoaders
    tried: Sequence[Tried]
    winner: Tried
    folder: RunFolder
    seconds: float


def finish(outcome: Outcome, say: Say) -> Trained:
    """Writes model, report, history and results, and says what came out and what to do next."""
    dls, winner, folder = outcome.dls, outcome.winner, outcome.folder
    test = None if dls.test is None else measured(winner.predictor, _ours(dls.test))
    predictor = _with_card(outcome, test)
    digest = predictor.save(folder.model)
    facts = _facts(outcome, predictor, digest, test)
    write_report(facts, folder.report)
    _write_history(folder.path / "history.csv", winner.history)
    said = verdict(facts)
    board = leaderboard(outcome.tried)
    folder.write_state(
        outcome.settings,
        task=outcome.checked.task,
        versions=dict(predictor.card.versions),
        data=dls.fingerprints(),
        leaderboard=board.to_dicts(),
        winner=winner.name,
        verdict=said,
        digest=digest,
        test={name: figure.value for name, figure in facts.test.items()},
        seconds=round(outcome.seconds, 3),
    )
    say("")
    say(said)
    for name, figure in facts.test.items():
        say(f"On the test part, used once: {name} {figure}")
    say(f"{'Saved':8}{folder.model} · {folder.report.name}")
    say(f"{'Next':8}fledge predict {shlex.quote(str(folder.path))} {shlex.quote(str(facts.use.example))}")
    say(f"{'':8}fledge serve {shlex.quote(str(folder.path))}")
    return Trained(predictor, board, folder.path, folder.report, winner.name, said, outcome.checked.task, outcome.seconds)


def leaderboard(tried: Sequence[Tried]) -> pl.DataFrame:
    """A row for each thing tried, in the order of trying."""
    return pl.DataFrame(
        [
            {
                "model": each.name,
                "kind": each.kind,
                each.measured.metric.name: each.measured.figure.value,
                "low": each.measured.figure.low,
                "high": each.measured.figure.high,
                "count": each.measured.figure.count,
                "seconds": each.seconds,
                "bytes": each.size,
                "answer_seconds": round(each.answer_seconds, 6),
            }
            for each in tried
        ]
    )


def _with_card(outcome: Outcome, test: Measured | None) -> Predictor:
    """The recommended model, under the name of the run, with its figures on its card."""
    figures: dict[str, Figure] = dict(outcome.winner.measured.predictions.figures)
    if test is not None:
        figures |= {f"test_{name}": figure for name, figure in test.predictions.figures.items()}
    known = {name: figure for name, figure in figures.items() if math.isfinite(figure.value)}
    predictor = outcome.winner.predictor
    return replace(predictor, card=replace(predictor.card, name=outcome.folder.path.name, figures=known))


def _facts(outcome: Outcome, predictor: Predictor, digest: str, test: Measured | None) -> ReportFacts:
    settings, checked, winner = outcome.settings, outcome.checked, outcome.winner
    valid = _ours(outcome.dls.valid)
    example = str(valid.samples[0].input)
    return ReportFacts(
        card=predictor.card,
        task=predictor.task.title,
        metric=winner.measured.metric.name,
        contenders=[_contender(each, winner) for each in outcome.tried],
        recommended=winner.name,
        data=_data_facts(checked),
        use=Use(str(outcome.folder.model), str(outcome.folder.path), example, str(predictor(valid.samples[0].input))),
        repeat=Repeat(
            f"fledge reproduce {shlex.quote(str(outcome.folder.path))}",
            digest,
            outcome.dls.fingerprint(),
            {"Python": platform.python_version(), "Machine": platform.machine(), "Device": settings.device},
        ),
        noun=outcome.noun,
        higher_is_better=winner.measured.metric.higher_is_better,
        history=winner.history,
        plan=winner.plan,
        result=interpreted(predictor, winner.measured, valid),
        thresholds=tuple(getattr(predictor.task, "thresholds", ())),
        test={} if test is None else dict(test.predictions.figures),
    )


def _contender(each: Tried, winner: Tried) -> Contender:
    ahead = None if each is winner else winner.ahead_of(each)
    return Contender(each.name, each.kind, each.measured.figure, each.seconds, each.size, each.answer_seconds, ahead)


def _data_facts(checked: Checked) -> DataFacts:
    classes: dict[str, dict[str, int]] = {}
    if checked.classes:
        for part, label in zip(checked.parts, checked.labels, strict=True):
            for name in label if isinstance(label, tuple) else (label,):
                if part:
                    counts = classes.setdefault(part, {})
                    counts[str(name)] = counts.get(str(name), 0) + 1
    compared = not any(each.kind == "not_compared" for each in checked.findings)
    return DataFacts(
        checked.source, checked.part_counts, classes, checked.bad, checked.findings, compared=compared, split=checked.split
    )


def _write_history(path: Path, history: Sequence[Row]) -> None:
    names = list(dict.fromkeys(name for row in history for name in row))

    def write(file: BinaryIO) -> None:
        lines = [",".join(names), *(",".join(_cell(row.get(name)) for name in names) for row in history)]
        file.write(("\n".join(lines) + "\n").encode())

    write_atomically(path, write)


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def _ours(loader: Any) -> Loader:
    assert isinstance(loader, Loader), "the loaders of a job are ours"
    return loader
