"""How the training went: losses, metrics, learning rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fledge.insight.fit_words import RULE, fit_words
from fledge.report.axes import Axis
from fledge.report.facts import ReportFacts, Row
from fledge.report.html import Html, element, joined
from fledge.report.lines import Line, draw_lines
from fledge.report.parts import Column, Section, figure, folded, note, table
from fledge.report.verdict import recommended
from fledge.report.words import one
from fledge.training.stage import Stage

_LOSSES = {"train_loss": "training", "valid_loss": "held back"}
_NO_METRIC = {"epoch", "seconds", "waited", *_LOSSES}
_MOST_METRICS = 4
_MOST_EPOCHS = 500
_PLACES = 40
"""So many learning rates are drawn for each stage."""


def training(facts: ReportFacts) -> Section | None:
    """The curves, and what they say; nothing where nothing was trained in epochs."""
    if not facts.history:
        return None
    words = element("p", element("b", fit_words(facts.history).sentence))
    epochs = len(facts.history)
    facts = replace(facts, history=_thinned(facts.history))
    metrics = [each for each in dict.fromkeys(key for row in facts.history for key in row) if each not in _NO_METRIC]
    curves = [_losses(facts.history), *(_metric(facts, each) for each in metrics[:_MOST_METRICS])]
    if facts.plan:
        curves.append(_rates(facts.plan, epochs))
    return Section(
        "training",
        "How the training went",
        joined([words, folded("The rule behind these words", note(RULE)), element("div", curves, class_="charts")]),
    )


def _thinned(history: Sequence[Row]) -> list[Row]:
    """At most so many epochs as can be told apart, taken evenly; the last is among them."""
    step = -(-len(history) // _MOST_EPOCHS)
    return list(history[::-1][::step][::-1])


def _losses(history: Sequence[Row]) -> Html:
    epochs = _epochs(history)
    styles = {"train_loss": "second", "valid_loss": "first"}
    lines = [Line(_LOSSES[key], epochs, [row.get(key) for row in history], styles[key]) for key in _LOSSES]
    last = " and ".join(f"{line.name} {line.known[-1][1]:.3g}" for line in lines if line.known)
    drawn = draw_lines(
        "Loss by epoch",
        f"The loss by epoch; at the end, {last or 'unknown'}.",
        lines,
        Axis.over(epochs, "epoch", whole=True),
        Axis.over([value for line in lines for _, value in line.known], zero=True),
    )
    rows = [[str(epoch), *(_text(row.get(key)) for key in _LOSSES)] for epoch, row in zip(epochs, history, strict=True)]
    columns: list[Column | str] = ["epoch", *(Column(each, numbers=True) for each in _LOSSES.values())]
    return figure("Loss", drawn, table("Loss by epoch", columns, rows), "training against held back")


def _metric(facts: ReportFacts, key: str) -> Html:
    epochs, share = _epochs(facts.history), _is_share(facts, key)
    line = Line(key, epochs, [row.get(key) for row in facts.history])
    end = f"; {one(line.known[-1][1], share=share)} at the end" if line.known else ""
    drawn = draw_lines(
        f"{key} by epoch",
        f"{key} on the held-back part by epoch{end}.",
        [line],
        Axis.over(epochs, "epoch", whole=True),
        Axis.over([value for _, value in line.known], share=share),
    )
    rows = [[str(epoch), _text(row.get(key), share=share)] for epoch, row in zip(epochs, facts.history, strict=True)]
    return figure(key, drawn, table(f"{key} by epoch", ["epoch", Column(key, numbers=True)], rows), "held back")


def _rates(plan: Sequence[Stage], epochs: int) -> Html:
    places, rates = _walked(plan, epochs)
    drawn = draw_lines(
        "Learning rate by epoch",
        f"The head's learning rate over the epochs: between {min(rates):.2g} and {max(rates):.2g}.",
        [Line("rate", places, rates)],
        Axis.over(places, "epochs done", whole=True),
        Axis.over(rates, zero=True),
        dots=False,
    )
    rows = [[f"{place:.2f}", f"{rate:.3g}"] for place, rate in list(zip(places, rates, strict=True))[::3]]
    columns = [Column("epochs done"), Column("rate", numbers=True)]
    return figure("Learning rate", drawn, table("Learning rate", columns, rows), "the head's")


def _walked(plan: Sequence[Stage], epochs: int) -> tuple[list[float], list[float]]:
    """How many epochs were done, and the rate there, for the part of the plan that was carried out."""
    first = max(0, epochs - sum(stage.epochs for stage in plan))  # earlier fits had the epochs before
    places, rates = [], []
    for stage in plan:
        for step in (each / (_PLACES - 1) for each in range(_PLACES)):
            if first + step * stage.epochs <= epochs:
                places.append(first + step * stage.epochs)
                rates.append(max(stage.rates) * stage.schedule.rate(step))
        first += stage.epochs
    return places, rates


def _epochs(history: Sequence[Row]) -> list[float]:
    """Counted from 1, as people do."""
    numbers = [row.get("epoch") for row in history]
    return [1 + (place if number is None else number) for place, number in enumerate(numbers)]


def _is_share(facts: ReportFacts, key: str) -> bool:
    known = {} if facts.result is None else dict(facts.result.predictions.figures)
    known.setdefault(facts.metric, recommended(facts).figure)
    return key in known and known[key].share


def _text(value: float | None, *, share: bool = False) -> str:
    return "–" if value is None else one(float(value), share=share)
