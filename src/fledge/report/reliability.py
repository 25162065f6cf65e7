"""Calibration on the page: the curve, the error, and what they mean."""

from __future__ import annotations

from fledge.insight.calibration import Calibration
from fledge.report.clouds import draw_reliability
from fledge.report.html import Html, element
from fledge.report.parts import Column, figure, note, side_by_side, table
from fledge.report.words import value


def reliability(found: Calibration, true: str) -> Html:
    """The probabilities against what came true; `true` says what that is: right, there."""
    whole = found.came_true
    words = element(
        "p",
        f"It says {100 * found.said:.1f} % on average, and {value(whole)} of {whole.count:,} are {true} "
        f"({whole.interval}): it is {found.verdict}.",
    )
    error = note(
        f"Expected calibration error {100 * found.error:.1f} % over {len(found.bins)} bins. Probabilities that are exactly "
        f"right would show about {100 * found.by_chance:.1f} % on {whole.count:,} answers, by chance."
    )
    drawn = draw_reliability(
        "Reliability",
        f"What came true against what was said, in {len(found.bins)} bins, each with its 95 % interval; on the diagonal "
        "the two agree. Bars show how many answers each bin has.",
        found,
    )
    columns: list[Column | str] = [
        "probability",
        *(Column(each, numbers=True) for each in ("answers", "said on average", true)),
        "95 % interval",
    ]
    rows = [
        [
            f"{100 * each.low:.0f} to {100 * each.high:.0f} %",
            f"{each.came_true.count:,}",
            f"{100 * each.said:.1f} %",
            value(each.came_true),
            each.came_true.interval,
        ]
        for each in found.bins
    ]
    curve = figure("Said and true", drawn, table("Reliability", columns, rows), "bars are numbers of answers")
    return side_by_side(curve, words, error)
