"""The head of the page, and what was tried."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, isfinite

from fledge.report.facts import Contender, ReportFacts
from fledge.report.html import Html, element, joined, name
from fledge.report.marks import whisker
from fledge.report.parts import Column, Section, note, pairs, table
from fledge.report.verdict import recommended, verdict
from fledge.report.words import duration, plain, several, size, value


def head(facts: ReportFacts) -> Html:
    """The verdict, and the facts to know first."""
    chosen = recommended(facts)
    known: list[tuple[str, object]] = [
        ("Task", facts.task),
        *((_part(part), several(count, facts.noun)) for part, count in facts.data.counts.items()),
        ("Training took", duration(chosen.seconds)),
        ("Model file", None if chosen.size is None else size(chosen.size)),
        ("One answer takes", None if chosen.answer_seconds is None else duration(chosen.answer_seconds)),
        ("Made", facts.card.created[:16].replace("T", " ")),
    ]
    test = [
        element(
            "p",
            f"On the test part, kept apart until the end and used once: {metric} ",
            element("b", value(figure)),
            f" on {several(figure.count, facts.noun)} ({figure.interval}).",
        )
        for metric, figure in facts.test.items()
    ]
    title = element("h1", "Report on ", name(facts.card.name or facts.use.run))
    return joined([title, _sentence(verdict(facts), chosen.name), test, pairs(known, "facts")])


def _sentence(text: str, first: str) -> Html:
    """The verdict, with the name it begins with set off."""
    kept_together = Html(joined([text.removeprefix(first)]).replace(" %", "&nbsp;%"))
    return element("p", element("b", name(first)), kept_together, class_="verdict")


def leaderboard(facts: ReportFacts) -> Section:
    """Everything that was tried, in the order of trying, on the same held-back items."""
    low, high, scale = _scale(facts.contenders)
    columns: list[Column | str] = [
        "model",
        Column(facts.metric, numbers=True),
        "95 % interval",
        scale,
        Column("trained in", numbers=True),
        Column("file", numbers=True),
        Column("one answer", numbers=True),
        Column("the recommended gains", wide=True),
    ]
    rows = [_row(each, facts, low, high) for each in facts.contenders]
    chosen = [place for place, each in enumerate(facts.contenders) if each.name == facts.recommended]
    counts = sorted({each.figure.count for each in facts.contenders})
    stand = " or ".join(f"{count:,}" for count in counts)
    better = "higher" if facts.higher_is_better else "lower"
    return Section(
        "tried",
        "What was tried",
        joined(
            [
                note(
                    f"Measured on {stand} held-back {facts.noun}; {better} is better. The interval holds the true value "
                    "95 times of 100. The recommended model stands in bold."
                ),
                table("What was tried", columns, rows, chosen=chosen),
            ]
        ),
    )


def _scale(contenders: Sequence[Contender]) -> tuple[float, float, str]:
    """From where to where the column's intervals reach, and that in words."""
    ends = [end for each in contenders for end in (each.figure.low, each.figure.high, each.figure.value) if end is not None]
    known = [end for end in ends if isfinite(end)] or [0.0]
    low, high = min(known), max(known)
    if not all(each.figure.share for each in contenders):
        return low, high, f"{plain(low)} to {plain(high)}"
    low, high = floor(10 * low) / 10, ceil(10 * high) / 10
    return low, high, f"{100 * low:.0f} to {100 * high:.0f} %"


def _row(each: Contender, facts: ReportFacts, low: float, high: float) -> list[object]:
    return [
        name(each.name),
        value(each.figure),
        each.figure.interval,
        whisker(each.figure, low, high),
        duration(each.seconds),
        "–" if each.size is None else size(each.size),
        "–" if each.answer_seconds is None else duration(each.answer_seconds),
        "" if each.name == facts.recommended else "not compared" if each.ahead is None else _ahead(each),
    ]


def _ahead(each: Contender) -> str:
    """The difference without the count, which is the same for all."""
    assert each.ahead is not None
    count = f" on the same {each.ahead.count:,}"
    return str(each.ahead).replace(count, "")


def _part(part: str) -> str:
    return {"train": "Learned from", "valid": "Held back", "test": "Kept for the test"}.get(part, part)
