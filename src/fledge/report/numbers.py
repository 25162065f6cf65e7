"""A report's own sections where numbers are predicted: predicted against actual, what is left over, the worst items."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from fledge.insight.interpretation import Interpretation
from fledge.report.axes import Axis
from fledge.report.clouds import MOST_DOTS, draw_dots
from fledge.report.facts import ReportFacts
from fledge.report.gallery import worst_items
from fledge.report.html import Html, element, joined
from fledge.report.parts import Column, Section, figure, note, table
from fledge.report.words import plain, several

_MOST_NUMBERS = 4
_BINS = 10


def sections(facts: ReportFacts, result: Interpretation) -> list[Section]:
    """How close it comes, where it leans to one side, and what it misses most."""
    target, targets = result.codec.target, result.predictions.targets
    assert targets is not None
    actual = target.unscaled(targets.detach().double().cpu())
    said = target.unscaled(result.predictions.probabilities.detach().double().cpu())
    shown = target.names[:_MOST_NUMBERS]
    body = [_number(each, actual[:, place], said[:, place], len(target.names) > 1) for place, each in enumerate(shown)]
    left_out = len(target.names) - len(shown)
    rest = note(f"{left_out} more numbers of each item are not drawn.") if left_out else None
    why = f"The held-back {facts.noun} with the highest losses, as the model got them."
    return [
        Section("numbers", "Predicted and actual", joined([body, rest])),
        Section("worst", "The worst misses", worst_items(result, why)),
    ]


def _number(name: str, actual: Tensor, said: Tensor, several_numbers: bool) -> Html:
    finite = actual.isfinite() & said.isfinite()
    lost, actual, said = int((~finite).sum()), actual[finite], said[finite]
    if not len(actual):
        return note(f"No prediction of {name} is a number.")
    apart = said - actual
    bias, typical = float(apart.mean()), float(apart.abs().median())
    words = (
        f"Half of the predictions are within {plain(typical)} of the truth; on average they are {plain(abs(bias))} "
        f"too {'high' if bias > 0 else 'low'}."
    )
    if lost:
        words += f" For {several(lost, 'items')} no number was predicted; they are left out."
    bins = _bins(name, actual, said)
    charts = element("div", _against(name, actual, said, bins), _left_over(name, said, apart, bins), class_="charts")
    return joined([element("h3", name) if several_numbers else None, element("p", words), charts])


def _against(name: str, actual: Tensor, said: Tensor, bins: Html) -> Html:
    both = [*actual.tolist(), *said.tolist()]
    low, high = min(both), max(both)
    drawn = draw_dots(
        f"{name}, predicted against actual",
        f"{len(actual):,} items; on the dashed line the prediction is exact.",
        list(zip(actual.tolist(), said.tolist(), strict=True)),
        Axis.over(both, "actual"),
        Axis.over(both, "predicted"),
        guide=[(low, low), (high, high)],
    )
    return figure("Predicted against actual", drawn, bins, _thinned(len(actual)))


def _left_over(name: str, said: Tensor, apart: Tensor, bins: Html) -> Html:
    axis = Axis.over(said.tolist(), "predicted")
    drawn = draw_dots(
        f"{name}, what is left over",
        f"Predicted less actual for {len(said):,} items; on the dashed line the prediction is exact.",
        list(zip(said.tolist(), apart.tolist(), strict=True)),
        axis,
        Axis.over(apart.tolist(), "too high by", zero=True),
        guide=[(axis.low, 0.0), (axis.high, 0.0)],
    )
    return figure("What is left over", drawn, bins, "predicted less actual")


def _bins(name: str, actual: Tensor, said: Tensor) -> Html:
    """The items in ten groups of equal size, from the smallest actual value to the largest."""
    order = actual.argsort(stable=True)
    groups = [order[len(order) * place // _BINS : len(order) * (place + 1) // _BINS] for place in range(_BINS)]
    rows = [_row(actual[group], said[group]) for group in groups if len(group)]
    columns: Sequence[str] = ("items", "mean actual", "mean predicted", "typical miss")
    return table(f"{name} by actual value", ["actual", *(Column(each, numbers=True) for each in columns)], rows)


def _row(actual: Tensor, said: Tensor) -> list[object]:
    values = [actual.mean(), said.mean(), (said - actual).abs().median()]
    ends = f"{plain(float(actual.min()))} to {plain(float(actual.max()))}"
    return [ends, f"{len(actual):,}", *(plain(float(each)) for each in values)]


def _thinned(count: int) -> str:
    return f"{MOST_DOTS:,} of {count:,}, evenly taken" if count > MOST_DOTS else several(count, "items")
