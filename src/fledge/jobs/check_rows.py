"""A look at the rows of a table: what its columns are, what can't be used, what gives the answer away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self, final

import numpy as np
import polars as pl

from fledge.core.errors import DataError, listed, shown
from fledge.data.label_checks import Finding, check_labels
from fledge.data.labels import ColReader
from fledge.data.samples import Places
from fledge.data.splits import USUAL_SEED, ColSplitter, GroupSplitter, RandomSplitter, Splitter
from fledge.data.table_target import Problem, RowTarget
from fledge.data.tabular_checks import conflicts, leaks, twins
from fledge.data.time_split import TimeSplitter
from fledge.jobs.check_source import RowSource
from fledge.jobs.parts import Parts
from fledge.jobs.row_options import RowOptions
from fledge.transforms.column_dates import with_dates
from fledge.transforms.column_kinds import USED, ColumnKind, kinds_of
from fledge.transforms.column_values import Values
from fledge.transforms.row_frame import Rows
from fledge.transforms.row_learning import RowColumns

_MOST_SHOWN = 24
"""Up to so many columns are described one by one."""


@final
@dataclass(frozen=True, eq=False)
class CheckedRows:
    """The rows of a table, and what was found of its columns by those to learn from.

    `test` are rows that came from elsewhere for a last test; they stand after those of `frame`.
    """

    frame: pl.DataFrame
    target: RowTarget
    kinds: tuple[ColumnKind, ...]
    forms: Mapping[str, str]
    said: tuple[str, ...] = ()
    test: pl.DataFrame | None = None
    by_chance: bool = False
    """Whether nothing says which rows are held back."""

    @property
    def inputs(self) -> pl.DataFrame:
        """The rows without what is to be told of them."""
        return self.frame.drop(list(self.target.names))

    def rows(self, places: Places) -> Rows:
        """Some of the rows, without what is to be told of them."""
        if self.test is not None and len(places) and places.min() >= self.frame.height:
            last = self.test.drop(list(self.target.names))
            return Rows(last[places - self.frame.height])
        return Rows(self.inputs[places])

    def as_asked(self, task: str) -> Self:
        """The same for a problem that was asked for."""
        problem: Problem = "regression" if task.endswith("regression") else "classification"
        return replace(self, target=replace(self.target, problem=problem, because="asked for"))

    def lines(self) -> list[str]:
        """What the columns are: one by one, or of many all those of a kind together and those left out with the reason."""
        used = [each for each in self.kinds if each.kind in USED]
        left = [f"{each}, left out" for each in self.kinds if each.kind not in USED]
        if len(self.kinds) <= _MOST_SHOWN:
            return [*map(str, used), *left]
        names = {kind: [shown(each.name) for each in used if each.kind == kind] for kind in USED}
        return [*(f"{kind}: {len(those)} columns ({listed(those, 8)})" for kind, those in names.items() if those), *left]

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        return {
            "target": list(self.target.names),
            "columns": [{"name": each.name, "kind": each.kind, "reason": each.reason} for each in self.kinds],
            "said": list(self.said),
        }


@final
@dataclass(frozen=True, eq=False)
class RowFacts:
    """What looking at rows gave: for `Checked`."""

    rows: CheckedRows
    labels: Values
    parts: Parts
    split: str
    findings: tuple[Finding, ...]


def check_rows(source: RowSource, options: RowOptions, valid: float, seed: int | None) -> RowFacts:
    """Parts, kinds of columns and suspicions of a table that was read."""
    frame, target = source.frame, source.target
    assert target is not None, "it is known what is to be told"
    options.check(frame.columns, target.names)
    labels = target.labels(frame)
    known = np.flatnonzero(~labels.missing)
    findings = list(_label_findings(labels, known))
    parts, split = Parts.of(frame.height, {}), ""
    if not any(each.severity == "error" for each in findings):
        try:
            places, split = _divided(source, options, known, labels.take(known), valid, seed)
            parts = Parts.of(frame.height, {name: known[some] for name, some in places.items()})
        except DataError as error:
            findings.append(Finding("no_split", "error", "; ".join(filter(None, (error.message, error.hint)))))
    learned = next(some for some in (parts.places("train"), known, np.arange(frame.height)) if len(some))
    train, forms, kinds = _understood(frame[learned], target.names, options)
    by_chance = not options.given_split and "valid" not in (source.parts or ())
    found = CheckedRows(frame, target, kinds, forms, source.said, by_chance=by_chance)
    findings += _unusable(kinds)
    if split and any(each.kind in USED for each in kinds):
        findings += _suspicions(found, train, labels, parts)
        findings += _dated(found, source, options)
        findings += _held_back_alone(target.problem, labels, parts)
    return RowFacts(found, labels, parts, split, tuple(findings))


def with_test_rows(facts: CheckedRows, test: pl.DataFrame, where: str) -> CheckedRows:
    """The same with rows for a last test, which need every column that is learned from, and what is to be told."""
    wanted = [*(each.name for each in facts.kinds if each.kind in USED), *facts.target.names]
    if absent := [name for name in wanted if name not in test.columns]:
        what = "what is to be told" if absent[0] in facts.target.names else "a column that is learned from"
        raise DataError(f"{where} has no {shown(absent[0])}, {what}", hint="a test part needs the columns of the other rows")
    return replace(facts, test=test)


def shared_rows(facts: CheckedRows, learned: Places, test: pl.DataFrame) -> int:
    """How many of the rows for a last test are learned from too, value for value."""
    if not set(facts.frame.columns) <= set(test.columns):
        return 0
    return sum(len(each.items) for each in twins(compared(facts, facts.frame)[learned], compared(facts, test)))


def _understood(
    train: pl.DataFrame, targets: Sequence[str], options: RowOptions
) -> tuple[pl.DataFrame, dict[str, str], tuple[ColumnKind, ...]]:
    """The rows with texts that are dates as moments, how those were written, and what each column but the targets is."""
    leave = (*targets, *options.category, *options.left_out)
    train, forms = with_dates(train, {}, leave=leave)
    inputs = train.drop([*targets, *options.left_out])
    kinds = kinds_of(inputs, cat_names=options.category, cont_names=options.number)
    ignored = [ColumnKind(name, "ignored", "you said so") for name in options.ignore]
    divides = [ColumnKind(name, "ignored", "rows are divided by it") for name in options.left_out if name not in options.ignore]
    return train, forms, (*kinds, *ignored, *divides)


def _divided(
    source: RowSource, options: RowOptions, known: Places, labels: Values, valid: float, seed: int | None
) -> tuple[dict[str, Any], str]:
    """The places, among those that are known, of each part; and how they came about."""
    share = f"{100 * valid:g} %"
    usual = f"seed {USUAL_SEED if seed is None else seed}"
    rows = Rows(source.frame[known])
    splitter: Splitter
    if source.parts and not options.given_split:
        return _by_files([source.parts[place] for place in known], labels, valid, seed)
    if options.part is not None:
        splitter, words = ColSplitter(options.part), f"as {shown(options.part)} says"
    elif options.group is not None:
        splitter = GroupSplitter(ColReader(options.group), valid, seed)
        words = f"{share} held back by chance, whole groups of {shown(options.group)}, {usual}"
    elif options.latest is not None:
        splitter, words = TimeSplitter(options.latest, valid), f"the latest {share} by {shown(options.latest)} held back"
    else:
        splitter, words = RandomSplitter(valid, seed), f"{share} held back by chance, {usual}"
    split = splitter.split(rows, labels)
    return {"train": split.train, "valid": split.valid, "test": split.test}, words


def _by_files(parts: Sequence[str], labels: Values, valid: float, seed: int | None) -> tuple[dict[str, Any], str]:
    """As the files are called that the rows stand in; what is to be held back comes from those to learn from, if need be."""
    places = {name: np.flatnonzero([part == name for part in parts]) for name in ("train", "valid", "test")}
    if len(places["valid"]):
        return places, "as the files are called"
    train = places["train"]
    held = RandomSplitter(valid, seed).split(train.tolist(), labels.take(train)).valid
    words = f"{100 * valid:g} % held back by chance, seed {USUAL_SEED if seed is None else seed}, beside the test part"
    return {**places, "train": np.delete(train, held), "valid": train[held]}, words


def _label_findings(labels: Values, known: Places) -> list[Finding]:
    if not len(known):
        return [Finding("no_label", "error", "no row says what is to be told of it")]
    findings = []
    if len(blank := np.flatnonzero(labels.missing).tolist()):
        rows = f"{len(blank)} row{'' if len(blank) == 1 else 's'}"
        message = f"{rows} without a label will be set aside: row {listed(blank, 3)}"
        findings.append(Finding("no_label", "warning", message, tuple(blank)))
    if len(labels.columns) > 1:
        return findings
    found = check_labels(labels.take(known))
    return findings + [replace(each, items=tuple(known[list(each.items)].tolist())) for each in found]


def _held_back_alone(problem: Problem, labels: Values, parts: Parts) -> list[Finding]:
    """Classes that nothing is learned of."""
    if problem != "classification":
        return []
    held = np.concatenate([parts.places("valid"), parts.places("test")])
    alone = labels.take(held).counts().keys() - labels.take(parts.places("train")).counts().keys()
    if not alone:
        return []
    names = listed([shown(name) for name in sorted(alone)])
    return [Finding("held_back_alone", "error", f"there is nothing to learn {names} from: all of it is held back")]


def _unusable(kinds: Sequence[ColumnKind]) -> list[Finding]:
    if any(each.kind in USED for each in kinds):
        return []
    what = f"left out are {listed([str(each) for each in kinds], 4)}" if kinds else "there are no others"
    return [Finding("no_column", "error", f"there is no column to learn from: {what}")]


def _suspicions(facts: CheckedRows, train: pl.DataFrame, labels: Values, parts: Parts) -> list[Finding]:
    """Columns that give the answer away, rows on both sides of the split, equal rows with different answers."""
    columns = RowColumns.learn(train, facts.kinds, forms=facts.forms)
    classes = facts.target.problem == "classification"
    learned, held = parts.places("train"), np.sort(np.concatenate([parts.places("valid"), parts.places("test")]))
    told = compared(facts, facts.frame)
    across = [_at(each, held) for each in twins(told[learned], told[held])]
    used = parts.used()
    inputs = told[used].drop(list(facts.target.names))
    torn = [_at(each, used) for each in conflicts(inputs, labels.take(used))] if classes else []
    answers = labels.take(learned)
    return [*leaks(columns, train, Values(answers.columns[0].cast(pl.String)) if classes else answers), *across, *torn]


def compared(facts: CheckedRows, frame: pl.DataFrame) -> pl.DataFrame:
    """What rows are compared by: all but the numbers that they have been given, as text."""
    numbered = [each.name for each in facts.kinds if each.kind == "id" and facts.frame[each.name].dtype.is_integer()]
    return frame.select(pl.col(name).cast(pl.String) for name in facts.frame.columns if name not in numbered)


def _at(finding: Finding, places: Places) -> Finding:
    """A finding about some of the rows as one about all."""
    return replace(finding, items=tuple(places[list(finding.items)].tolist()))


def _dated(facts: CheckedRows, source: RowSource, options: RowOptions) -> list[Finding]:
    """That the rows have dates, where they were divided by chance."""
    dates = [each.name for each in facts.kinds if each.kind == "date"]
    if not dates or options.given_split or source.parts:
        return []
    message = f"the rows are dated and held back by chance: for a model of what comes next, --latest {shown(dates[0])}"
    return [Finding("dated", "warning", message)]
