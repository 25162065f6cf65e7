"""A report's own sections where one is told from all others: both ways to be wrong at the threshold, then as for classes."""

from __future__ import annotations

from fledge.core.words import bare
from fledge.insight.interpretation import Interpretation
from fledge.report.classes import sections as of_classes
from fledge.report.facts import ReportFacts
from fledge.report.html import Html, element
from fledge.report.parts import Column, Section, table
from fledge.scoring.figure import Figure


def sections(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """How many owners are turned away and how many strangers let in, and what is shown of any classes."""
    return [Section("threshold", "Turned away, let in", _errors(facts, result)), *of_classes(facts, result)]


def _errors(facts: ReportFacts, result: Interpretation) -> Html:
    """At the threshold, which was chosen on these very items so that both are as rare as each other."""
    predictions = result.predictions
    assert predictions.targets is not None, "a report shows what is held back, and that has labels"
    [threshold] = facts.thresholds or (0.5,)
    scores, theirs = predictions.probabilities[:, 1].cpu().double(), predictions.targets.cpu() == 1
    owner = bare(result.codec.target.owner)
    rows = [
        (f"of {owner}, turned away", _share(int((scores[theirs] < threshold).sum()), int(theirs.sum()))),
        ("of others, let in", _share(int((scores[~theirs] >= threshold).sum()), int((~theirs).sum()))),
        *((name.replace("_", " "), str(figure)) for name, figure in predictions.figures.items()),
    ]
    said = f"From a score of {threshold:g} on, {facts.noun} are taken to be {owner}'s: chosen on the held-back {facts.noun}."
    columns: list[Column | str] = [f"held-back {facts.noun}", Column("share", numbers=True)]
    return Html(element("p", said) + table("Both kinds of error", columns, rows))


def _share(wrong: int, count: int) -> str:
    return str(Figure.of_share(wrong, count)) if count else "–"
