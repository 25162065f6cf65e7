"""A report's own sections where inputs are rows: what the model goes by, and where to draw the line between two classes."""

from __future__ import annotations

from collections.abc import Sequence

from fledge.insight.row_reasons import Cut, Dependence, Importance, RowReasons
from fledge.report.axes import Axis
from fledge.report.facts import ReportFacts
from fledge.report.html import Html, element, joined, name, readable
from fledge.report.lines import Line, draw_lines
from fledge.report.marks import bar, whisker
from fledge.report.parts import Column, Section, figure, folded, note, table
from fledge.report.words import one, plain, several, value
from fledge.scoring.figure import Figure

_OPEN = 12
"""Up to so many columns stand in the open."""


def sections(facts: ReportFacts) -> list[Section]:
    """Nothing unless inputs are rows."""
    reasons = facts.rows
    if reasons is None:
        return []
    found = [
        Section("matters", "What it goes by", _matters(facts, reasons)),
        Section("moves", "How the answer moves", _moves(reasons)) if reasons.dependences else None,
        Section("line", "Where to draw the line", _line(reasons)) if reasons.cuts else None,
    ]
    return [each for each in found if each is not None]


def _matters(facts: ReportFacts, reasons: RowReasons) -> Html:
    share = any(each.worse.share for each in reasons.importances)
    unit = "points fewer right" if share else "farther off"
    why = note(
        f"How much worse the recommended model does on {several(reasons.count, f'held-back {facts.noun}')} when one column's "
        f"values are shuffled among them: in {'percentage points' if share else 'units of what is told'}, with 95 % intervals. "
        "Columns that say the same share their weight."
    )
    rows = [_row(each, reasons.importances, share=share) for each in reasons.importances]
    columns: list[Column | str] = ["column", Column(unit, numbers=True), "95 % interval", "", Column("", wide=True)]
    first = table("Columns by what they matter", columns, rows[:_OPEN])
    rest = folded(f"{len(rows) - _OPEN} more columns", table("More columns", columns, rows[_OPEN:])) if rows[_OPEN:] else None
    rule = element("p", "In one rule: ", element("b", readable(reasons.rule, 400)), ".") if reasons.rule else None
    return joined([rule, why, first, rest])


def _row(each: Importance, among: Sequence[Importance], *, share: bool) -> list[object]:
    worse = each.worse
    ends = [end for other in among for end in (other.worse.low, other.worse.high)]
    shown = Figure(worse.value, worse.count, worse.low, worse.high)
    texts = [f"{100 * end:+.1f}" if share else plain(end) for end in (worse.value, worse.low, worse.high)]
    said = "" if worse.beyond_noise and worse.value > 0 else "within noise"
    return [name(each.column), texts[0], f"{texts[1]} to {texts[2]}", whisker(shown, min([*ends, 0.0]), max(ends)), said]


def _moves(reasons: RowReasons) -> Html:
    first = reasons.dependences[0]
    of = f"the probability of {readable(first.of, 60)}" if first.share else readable(first.of, 60)
    why = note(
        f"Each shows {of}, on average over some held-back rows, if the column had that value in all of them and all else "
        "stayed as it is. What the model says is shown, not what causes what."
    )
    return joined([why, element("div", [_one(each) for each in reasons.dependences], class_="charts")])


def _one(each: Dependence) -> Html:
    title = readable(each.column, 60)
    texts = [one(said, share=each.share) for said in each.said]
    shown = [plain(place) if isinstance(place, float) else name(place) for place in each.values]
    columns: list[Column | str] = [title, Column(readable(each.of, 40), numbers=True)]
    if isinstance(each.values[0], str):
        least, most = min(each.said), max(each.said)
        rows = [
            [place, text, bar(_part(said, least, most, share=each.share))]
            for place, text, said in zip(shown, texts, each.said, strict=True)
        ]
        return element("figure", element("figcaption", title), table(title, [*columns, ""], rows))
    across = [float(place) for place in each.values]
    drawn = draw_lines(
        title,
        f"What is said on average at {len(across)} values of {title}.",
        [Line(title, across, each.said)],
        Axis.over(across, title),
        Axis.over(each.said, readable(each.of, 40), share=each.share),
    )
    return figure(title, drawn, table(title, columns, list(zip(shown, texts, strict=True))))


def _part(said: float, least: float, most: float, *, share: bool) -> float:
    """The length of a bar: a probability as it is, a number as a share of the greatest."""
    if share or least >= 0:
        return said if share else said / (most or 1.0)
    return (said - least) / ((most - least) or 1.0)


def _line(reasons: RowReasons) -> Html:
    what = readable(reasons.of, 60)
    why = note(
        f"The model says {what} from a probability of 50 % on. Another line finds more of them, or is right more often "
        "when it says so."
    )
    across = [cut.probability for cut in reasons.cuts]
    lines = [
        Line("found", across, [_known(cut.recall) for cut in reasons.cuts]),
        Line("rightly said", across, [_known(cut.precision) for cut in reasons.cuts], style="second"),
    ]
    axis = Axis(0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), "said from this probability on", share=True)
    drawn = draw_lines(
        "Where to draw the line",
        f"The share of {what} that is found, and the share of those said to be so that are, at {len(across)} probabilities.",
        lines,
        axis,
        Axis(0.0, 1.0, axis.ticks, "share", share=True),
    )
    columns: list[Column | str] = ["from", *(Column(each, numbers=True) for each in ("found", "rightly said", "right in all"))]
    return joined(
        [why, figure(f"{what}: found, and rightly said", drawn, table("Lines", columns, map(_cut_row, reasons.cuts)))]
    )


def _cut_row(cut: Cut) -> list[object]:
    shares = [cut.recall, cut.precision, cut.right]
    return [f"{100 * cut.probability:.0f} %", *("–" if each is None else value(each) for each in shares)]


def _known(each: Figure | None) -> float | None:
    return None if each is None else each.value
