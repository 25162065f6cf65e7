"""A report's own sections where each item has one class: confusion, each class, mistakes, calibration."""

from __future__ import annotations

from fledge.insight.calibration import calibration_of
from fledge.insight.interpretation import Interpretation
from fledge.insight.mistakes import confident_mistakes
from fledge.report.cells import draw_cells
from fledge.report.facts import ReportFacts
from fledge.report.gallery import MOST, gallery
from fledge.report.html import Html, element, joined, name, readable
from fledge.report.parts import Column, Section, figure, note, side_by_side, table
from fledge.report.reliability import reliability
from fledge.report.shares import share_table

MOST_CLASSES = 25
"""A confusion of more classes is drawn for those that are confused most."""
_FEW = 8
"""The matrix of so few classes leaves room beside it."""
_MOST_PAIRS = 7


def sections(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """Where it is right and wrong, how sure it is then, and whether that is fair."""
    return [
        Section("confusion", "What is taken for what", _confusion(result)),
        Section("classes", "Class by class", share_table("class", result.per_class(), facts.noun)),
        Section("mistakes", "The most confident mistakes", _mistakes(facts, result)),
        Section("calibration", "Is it as often right as it says?", reliability(calibration_of(result), "right")),
    ]


def _confusion(result: Interpretation) -> Html:
    counts, names = result.confusion(), result.codec.target.names
    wrong = counts.clone().fill_diagonal_(0)
    kept = list(range(len(names)))
    if len(names) > MOST_CLASSES:
        kept = sorted((wrong.sum(0) + wrong.sum(1)).argsort(descending=True, stable=True)[:MOST_CLASSES].tolist())
    drawn = draw_cells(
        "Confusion matrix",
        f"{len(kept)} classes, actual ones downwards and predicted ones across. {_worst_pair(result)}",
        counts[kept][:, kept].tolist(),
        [readable(names[place]) for place in kept],
    )
    total, right = int(counts.sum()), int(counts.diagonal().sum())
    drawn = element("div", drawn, class_="scroll", role="region", aria_label="Confusion matrix", tabindex=0)
    pairs = [[name(actual), name(said), f"{count:,}"] for actual, said, count in result.most_confused()]
    numbers = [[name(names[i]), name(names[i]), f"{int(counts[i, i]):,}"] for i in range(len(names)) if counts[i, i]]
    whole = table("Confusion", ["actual", "predicted", Column("count", numbers=True)], [*pairs, *numbers])
    left_out = f"The {MOST_CLASSES} of {len(names)} classes that are confused most. " if len(kept) < len(names) else ""
    scroll = figure(f"{right:,} of {total:,} right", drawn, whole, f"{left_out}Colours are shares of the row")
    if len(names) > _FEW or not pairs:
        return joined([note(_worst_pair(result)), scroll])
    columns: list[Column | str] = ["actual", "taken for", Column("times", numbers=True)]
    return side_by_side(scroll, table("Most often confused", columns, pairs[:_MOST_PAIRS]))


def _worst_pair(result: Interpretation) -> str:
    pairs = result.most_confused()
    if not pairs:
        return "No item was taken for another class."
    actual, said, count = pairs[0]
    times = "once" if count == 1 else f"{count:,} times"
    return f"Most often {readable(actual, 60)} was taken for {readable(said, 60)}: {times}."


def _mistakes(facts: ReportFacts, result: Interpretation) -> Html:
    worst = confident_mistakes(result, MOST)
    if not worst:
        return note(f"There is none: all {len(result.predictions):,} held-back {facts.noun} are right.")
    why = f"Held-back {facts.noun} of which the wrong class was predicted, the surest first, as the model got them."
    return joined([note(why, " Look for wrong labels here first."), gallery(result, worst)])
