"""Numbers of a training as pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from fledge.core.errors import UsageError
from fledge.data.show import Drawing

Row = Mapping[str, float | int | None]
"""An epoch's figures, by name."""

_LOSSES = ("train_loss", "valid_loss")
_NO_METRIC = {"epoch", "seconds", "waited", *_LOSSES}
_PANEL = (4.2, 3.2)
_MOST_COUNTS = 25
"""Up to so many classes, each cell of a confusion matrix has room for its count."""


def plot_history(history: Sequence[Row]) -> Drawing:
    """The losses over the epochs, and beside them each metric."""
    if not history:
        raise UsageError("there is no history to draw: no epoch has been finished", hint="train first: learn.fit_one_cycle(3)")
    names = dict.fromkeys(name for row in history for name in row)
    losses = [name for name in _LOSSES if name in names]
    metrics = [name for name in names if name not in _NO_METRIC]
    panels = [("loss", losses)] * bool(losses) + [(name, [name]) for name in metrics]
    if not panels:
        raise UsageError("the history holds neither a loss nor a metric", hint="pass learn.history")
    figure = Drawing(figsize=(_PANEL[0] * len(panels), _PANEL[1]), layout="constrained")
    for place, (title, curves) in enumerate(panels):
        _draw_curves(figure.add_subplot(1, len(panels), place + 1), title, curves, history)
    return figure


def plot_rates(rates: ArrayLike, losses: ArrayLike, suggestions: Mapping[str, float]) -> Drawing:
    """The loss met at each learning rate, with a line at each rate suggested."""
    across, up = np.asarray(rates, np.float64), np.asarray(losses, np.float64)
    if across.shape != up.shape or across.ndim != 1 or not len(across):
        raise UsageError(f"{across.shape} rates and {up.shape} losses can't be drawn: pass as many of each, at least one")
    figure = Drawing(figsize=(1.4 * _PANEL[0], 1.2 * _PANEL[1]), layout="constrained")
    cell = figure.add_subplot()
    cell.plot(across, up, color="0.25")
    cell.set_xscale("log")
    cell.set_xlabel("learning rate")
    cell.set_ylabel("loss")
    for place, (name, rate) in enumerate(suggestions.items()):
        text = f"{name}: {rate:.1e}".replace("$", r"\$")
        cell.axvline(rate, color=f"C{place}", linestyle="--", label=text)
    if suggestions:
        cell.legend(fontsize=9)
    return figure


def plot_confusion(counts: ArrayLike, names: Sequence[str], *, normalise: bool = False) -> Drawing:
    """How often each class (row) was taken for each (column); normalised, as shares of the row."""
    table = np.asarray(counts)
    totals = table.sum(1, keepdims=True)
    shares = table / np.maximum(totals, 1)
    side = 1.6 + max(2.4, min(0.42 * len(names), 18.0))
    figure = Drawing(figsize=(side + 0.6, side), layout="constrained")
    cell = figure.add_subplot()
    # The colour is the share of the row in any case, so that a rare class shows as well as a common one.
    cell.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    cell.set_xticks(range(len(names)), names, rotation=90, parse_math=False)
    cell.set_yticks(range(len(names)), names, parse_math=False)
    cell.set_xlabel("predicted")
    cell.set_ylabel("actual")
    if len(names) <= _MOST_COUNTS:
        for actual, predicted in np.argwhere(table):
            share = shares[actual, predicted]
            text = f"{share:.2f}" if normalise else str(table[actual, predicted])
            cell.text(predicted, actual, text, ha="center", va="center", fontsize=8, color="white" if share > 0.5 else "black")
    return figure


def _draw_curves(cell: Axes, title: str, names: Sequence[str], history: Sequence[Row]) -> None:
    """One panel; epochs without a figure are left open."""
    epochs = [row.get("epoch", place) for place, row in enumerate(history)]
    for name in names:
        values = [_number(row.get(name)) for row in history]
        cell.plot(epochs, values, marker="o", markersize=3, label=name)  # type: ignore[arg-type]  # whole numbers
    cell.set_title(title, parse_math=False)
    cell.set_xlabel("epoch")
    cell.xaxis.set_major_locator(MaxNLocator(integer=True))
    if len(names) > 1:
        cell.legend(fontsize=9)


def _number(value: float | None) -> float:
    return float("nan") if value is None or not isfinite(value) else float(value)
