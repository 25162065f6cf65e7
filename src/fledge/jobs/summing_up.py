"""The end of a training: the model, the report, and all that a run folder keeps."""

from __future__ import annotations

import csv
import math
import platform
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from io import StringIO
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, final

import polars as pl

from fledge.classic.one_rule import ONE_RULE
from fledge.core.files import write_atomically
from fledge.jobs.bits import weights_digest
from fledge.jobs.checked import Checked
from fledge.jobs.measuring import Measured, interpreted, measured
from fledge.jobs.medium import Example
from fledge.jobs.planning import Plan, ours
from fledge.jobs.run_folder import RunFolder
from fledge.jobs.telling import Teller
from fledge.jobs.trained import Trained
from fledge.jobs.tried import Tried
from fledge.predictor.predictor import Predictor
from fledge.report.facts import Contender, DataFacts, Repeat, ReportFacts, Use
from fledge.report.page import write_report
from fledge.report.verdict import verdict
from fledge.scoring.figure import Figure


@final
@dataclass(frozen=True, eq=False)
class Outcome:
    """A training that is done but for the writing; `predictor` is the model to keep, `began` a time of the monotonic clock."""

    plan: Plan
    tried: Sequence[Tried]
    winner: Tried
    predictor: Predictor
    folder: RunFolder
    began: float


def finish(outcome: Outcome, tell: Teller) -> Trained:
    """Writes model, report, history and results, and says what came out and what to do next."""
    plan, winner, folder = outcome.plan, outcome.winner, outcome.folder
    tell.working("writing the report")
    test = None if plan.dls.test is None else measured([(outcome.predictor, ours(plan.dls.test))])
    predictor = _with_card(outcome, test)
    predictor.save(folder.model)
    example = plan.medium.example(plan.dls, folder.path)
    # Of rows that it has not learned from, so that where there are folds it is the first one's model that is asked.
    reasons = plan.medium.reasons(winner.predictor, plan.valid, plan.settings.seed, _rule(outcome.tried))
    facts = replace(_facts(outcome, predictor, example, test), rows=reasons)
    if reasons is not None:
        folder.write_json(folder.reasons, reasons.as_dict())
    write_report(facts, folder.report)
    _write_history(folder.path / "history.csv", outcome.tried)
    _write_scores(folder.scores, outcome.tried)
    said, board, seconds = verdict(facts), leaderboard(outcome.tried), monotonic() - outcome.began
    tested = {name: figure for name, figure in facts.test.items() if math.isfinite(figure.value)}
    folder.write_state(
        plan.settings,
        origins=folder.state().get("origins", {}),
        task=plan.checked.task,
        data=plan.dls.fingerprints(),
        found=plan.found(),
        versions=dict(predictor.card.versions),
        metric=winner.measured.metric.name,
        share=winner.measured.figure.share,
        noun=plan.medium.noun,
        leaderboard=board.to_dicts(),
        winner=winner.name,
        verdict=said,
        weights=facts.repeat.digest,
        test={name: figure.value for name, figure in tested.items()},
        tested={name: asdict(figure) for name, figure in tested.items()},
        seconds=round(seconds, 3),
    )
    tell("")
    tell(said)
    for name, figure in facts.test.items():
        tell(f"On the test part, used once: {name} {figure}")
    run = shlex.quote(str(folder.path))
    tell(f"{'Saved':8}{folder.model} · {folder.report.name}")
    tell(f"{'Next':8}fledge predict {run} {shlex.quote(example.named)}")
    for each in example.shell_more:
        tell(f"{'':8}fledge predict {run} {each}")
    tell(f"{'':8}fledge serve {run}")
    return Trained(predictor, board, folder.path, folder.report, winner.name, said, plan.checked.task, seconds)


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
    predictor = outcome.predictor
    return replace(predictor, card=replace(predictor.card, name=outcome.folder.path.name, figures=known))


def _facts(outcome: Outcome, predictor: Predictor, example: Example, test: Measured | None) -> ReportFacts:
    plan, winner, run = outcome.plan, outcome.winner, str(outcome.folder.path)
    return ReportFacts(
        card=predictor.card,
        task=predictor.task.title,
        metric=winner.measured.metric.name,
        contenders=[_contender(each, winner) for each in outcome.tried],
        recommended=winner.name,
        data=_data_facts(plan.checked),
        use=Use(
            str(outcome.folder.model),
            run,
            example.python,
            example.named,
            str(predictor(example.given)),
            example.rows,
            example.python_more,
            example.shell_more,
        ),
        repeat=Repeat(
            f"fledge reproduce {shlex.quote(run)}",
            weights_digest(predictor.model),
            plan.dls.fingerprint(),
            {"Python": platform.python_version(), "Machine": platform.machine(), **_titled(plan.found())},
        ),
        noun=plan.medium.noun,
        higher_is_better=winner.measured.metric.higher_is_better,
        history=winner.history,
        plan=winner.plan,
        result=interpreted(predictor, winner.measured, plan.judged),
        thresholds=tuple(getattr(predictor.task, "thresholds", ())),
        test={} if test is None else dict(test.predictions.figures),
        recommending=plan.medium.recommending(predictor, plan.dls),
    )


def _rule(tried: Sequence[Tried]) -> str:
    """The one rule that was tried, in words, with how good it is."""
    return next((f"{each.note}: {each.measured.figure}" for each in tried if each.name == ONE_RULE), "")


def _contender(each: Tried, winner: Tried) -> Contender:
    ahead = None if each is winner else winner.ahead_of(each)
    return Contender(each.name, each.kind, each.measured.figure, each.seconds, each.size, each.answer_seconds, ahead)


def _data_facts(checked: Checked) -> DataFacts:
    classes = checked.class_counts if checked.classes else {}
    compared = not any(each.kind == "not_compared" for each in checked.findings)
    return DataFacts(
        checked.source, checked.part_counts, classes, checked.bad, checked.findings, compared=compared, split=checked.split
    )


def _titled(facts: dict[str, str]) -> dict[str, str]:
    return {name.capitalize(): fact for name, fact in facts.items()}


def _write_history(path: Path, tried: Sequence[Tried]) -> None:
    """Every network's epochs, one below the other."""
    rows = [{"model": each.name, **row} for each in tried for row in each.history]
    names = list(dict.fromkeys(name for row in rows for name in row))
    _write_table(path, names, ([_cell(row.get(name)) for name in names] for row in rows))


def _write_scores(path: Path, tried: Sequence[Tried]) -> None:
    """A row for each held-back item, a column for each model: the higher, the better."""
    scores = [each.measured.scores.tolist() for each in tried]
    rows = zip(tried[0].measured.predictions.names, *scores, strict=True)
    _write_table(path, ["item", *(each.name for each in tried)], ([_cell(value) for value in row] for row in rows))


def _write_table(path: Path, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)

    def write(file: BinaryIO) -> None:
        file.write(text.getvalue().encode("utf-8", "surrogateescape"))

    write_atomically(path, write)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return "" if value is None else str(value)
