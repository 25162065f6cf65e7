"""Recall and precision of each class or tag, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from fledge.insight.interpretation import ClassFigures
from fledge.report.html import Html, joined, name
from fledge.report.marks import whisker
from fledge.report.parts import Column, folded, note, table
from fledge.report.words import value
from fledge.scoring.figure import Figure

_FEW = 30


def share_table(what: str, classes: Sequence[ClassFigures], noun: str, thresholds: Sequence[float] = ()) -> Html:
    """A row each, those found least often first; `thresholds` adds from which probability on each applies."""
    order = sorted(range(len(classes)), key=lambda place: (_value(classes[place].recall), place))
    columns: list[Column | str] = [
        what,
        Column(noun, numbers=True),
        *([Column("applies from", numbers=True)] if thresholds else []),
        Column("found", numbers=True),
        "95 % interval",
        "0 to 100 %",
        Column("rightly said", numbers=True),
        "95 % interval",
        "0 to 100 %",
    ]
    rows = [
        [
            name(classes[place].name),
            f"{classes[place].count:,}",
            *([f"{100 * thresholds[place]:.1f} %"] if thresholds else []),
            *_share(classes[place].recall),
            *_share(classes[place].precision),
        ]
        for place in order
    ]
    whole = table(f"Figures by {what}", columns, rows)
    words = note(
        f"Found (recall): of the held-back {noun} of this {what}, those it was said of. Rightly said (precision): of those it "
        f"was said of, the ones it is true of. The {what} found least often stands first."
    )
    if len(rows) <= _FEW:
        return joined([words, whole])
    worst = table(f"The {_FEW} found least often", columns, rows[:_FEW])
    return joined([words, worst, folded(f"All {len(rows):,}", whole)])


def _share(figure: Figure | None) -> list[object]:
    return ["–", "none to judge by", None] if figure is None else [value(figure), figure.interval, whisker(figure, 0.0, 1.0)]


def _value(figure: Figure | None) -> float:
    return 2.0 if figure is None else figure.value
