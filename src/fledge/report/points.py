"""A report's own sections where points are found in pictures: how far off each is, in which direction, the worst pictures."""

from __future__ import annotations

from dataclasses import replace

from torch import Tensor

from fledge.insight.interpretation import Interpretation, TopLoss
from fledge.report.axes import Axis
from fledge.report.clouds import draw_dots
from fledge.report.facts import ReportFacts
from fledge.report.gallery import worst_items
from fledge.report.html import Html, element, joined
from fledge.report.marks import whisker
from fledge.report.parts import Column, Section, figure, note, table
from fledge.report.words import one, value
from fledge.scoring.figure import Figure

_MOST_POINTS = 50
"""So many points are drawn over a picture."""


def sections(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """How far off the points are, and the pictures in which they are farthest."""
    target, targets = result.codec.target, result.predictions.targets
    assert targets is not None
    actual, said = (
        (each.detach().double().cpu().reshape(-1, target.count, 2) + 1) / 2
        for each in (targets, result.predictions.probabilities)
    )
    why = (
        f"The held-back {facts.noun} with the highest losses, as the model got them: rings are where the points are, crosses "
        "where they were predicted."
    )
    return [
        Section("points", "How far off the points are", _misses(said - actual)),
        Section("worst", "The worst misses", worst_items(result, why, overlay=_overlay, say=False)),
    ]


def _misses(apart: Tensor) -> Html:
    """Each point's distance, and all misses around the place that would be right."""
    finite = apart.isfinite().flatten(1).all(1)
    apart = apart[finite]
    if not len(apart):
        return note("No prediction is a number.")
    far = apart.norm(dim=2)
    figures = [replace(Figure.of_mean(float(each.mean()), _spread(each), len(each)), share=True) for each in far.T]
    most = max(each.high or each.value for each in figures)
    rows = [
        [
            f"point {place + 1}",
            value(each),
            each.interval,
            whisker(each, 0.0, most),
            one(float(far[:, place].median()), share=True),
            one(float(far[:, place].quantile(0.9)), share=True),
        ]
        for place, each in enumerate(figures)
    ]
    columns: list[Column | str] = [
        "point",
        Column("mean distance", numbers=True),
        "95 % interval",
        f"0 to {one(most, share=True)}",
        Column("half are within", numbers=True),
        Column("nine of ten within", numbers=True),
    ]
    words = note("Distances in percent of the picture's sides. Left and right, up and down are as in the picture.")
    return joined([words, table("How far off each point is", columns, rows), _around(apart)])


def _around(apart: Tensor) -> Html:
    dots = [(x, -y) for x, y in apart.flatten(0, 1).tolist()]  # in pictures, y grows downwards
    reach = max(0.001, *(abs(each) for dot in dots for each in dot))
    axes = [Axis.over([-reach, reach], title, share=True) for title in ("too far right by", "too far up by")]
    drawn = draw_dots(
        "Misses around the right place",
        f"{len(dots):,} points, each by how far it was predicted from where it is; the middle is right.",
        dots,
        *axes,
        guide=[(axes[0].low, 0.0), (axes[0].high, 0.0)],
    )
    means = [[title, one(float(each), share=True)] for title, each in _directions(apart)]
    columns: list[Column | str] = ["direction", Column("on average", numbers=True)]
    return figure("Around the right place", drawn, table("Mean miss", columns, means), "in percent of the sides")


def _directions(apart: Tensor) -> list[tuple[str, Tensor]]:
    mean = apart.flatten(0, 1).mean(0)
    return [("too far right by", mean[0]), ("too far up by", -mean[1])]


def _spread(values: Tensor) -> float:
    return float(values.std()) if len(values) > 1 else float("nan")


def _overlay(each: TopLoss) -> Html:
    """Rings where the points are, crosses where they were predicted; dark below, so that they show on any picture."""
    rings = [_twice("circle", cx=100 * x, cy=100 * y, r=3.5) for x, y in each.actual[:_MOST_POINTS]]
    crosses = [_twice("path", d=f"M{100 * x - 3:.1f} {100 * y:.1f}h6m-3 -3v6") for x, y in each.predicted[:_MOST_POINTS]]
    return joined([rings, crosses])


def _twice(tag: str, **attributes: object) -> Html:
    dark = element(tag, **attributes, fill="none", stroke="#000", stroke_width=2.6, stroke_opacity=0.7)
    light = element(tag, **attributes, fill="none", stroke="#ffd23f" if tag == "path" else "#fff", stroke_width=1.2)
    return joined([dark, light])
