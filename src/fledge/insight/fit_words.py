"""Over- and underfitting, said in words by a rule that is stated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal, final

Kind = Literal["unknown", "broken", "overfitting", "improving", "underfitting", "gap", "settled"]
Row = Mapping[str, float | int | None]

RISE = 0.1
"""From this share above its lowest, the held-back loss counts as risen."""
FALL = 0.02
"""From this share below all earlier epochs, the last epoch's held-back loss counts as still falling."""
LEARNED = 0.1
"""The share by which the training loss has to fall for anything to have been learned."""
GAP = 0.25
"""From this share of the first held-back loss, the distance between the two losses counts as a gap."""

RULE = (
    f"The rule: overfitting, if the held-back loss ends {RISE:.0%} or more above its lowest while the training loss went on "
    f"falling; else still improving, if the last epoch's held-back loss lies {FALL:.0%} or more below all before it; else "
    f"underfitting, if the training loss fell by less than {LEARNED:.0%}; else a gap, if the held-back loss ends above the "
    f"training loss by {GAP:.0%} or more of where it began."
).replace("%", " %")


@final
@dataclass(frozen=True)
class FitWords:
    """How a training went: its kind, and a sentence with the numbers it stands on."""

    kind: Kind
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def fit_words(history: Sequence[Row]) -> FitWords:
    """What the losses of a training's epochs say, by `RULE`.

    >>> losses = [(0.9, 0.8), (0.5, 0.6), (0.2, 0.9)]
    >>> print(fit_words([{"epoch": i, "train_loss": a, "valid_loss": b} for i, (a, b) in enumerate(losses)]))
    Overfitting: after epoch 2 the held-back loss rose from 0.6 to 0.9, while the training loss fell from 0.5 to 0.2.
    """
    pairs = [(row.get("train_loss"), row.get("valid_loss")) for row in history]
    known = [(a, b) for a, b in pairs if a is not None and b is not None and isfinite(a) and isfinite(b)]
    if pairs and len(known) < len(pairs):
        return FitWords("broken", f"In {len(pairs) - len(known)} of {len(pairs)} epochs a loss is not a number.")
    if len(known) < 2:
        return FitWords("unknown", "One epoch or none is too few to say whether the training over- or underfits.")
    return _judged([a for a, _ in known], [b for _, b in known])


def _judged(train: Sequence[float], valid: Sequence[float]) -> FitWords:
    lowest = min(range(len(valid)), key=valid.__getitem__)
    if valid[-1] >= (1 + RISE) * valid[lowest] and train[-1] < train[lowest]:
        return FitWords(
            "overfitting",
            f"Overfitting: after epoch {lowest + 1} the held-back loss rose from {valid[lowest]:.3g} to {valid[-1]:.3g}, "
            f"while the training loss fell from {train[lowest]:.3g} to {train[-1]:.3g}.",
        )
    if valid[-1] <= (1 - FALL) * min(valid[:-1]):
        return FitWords(
            "improving",
            f"Still improving: the last epoch brought the held-back loss from {min(valid[:-1]):.3g} down to {valid[-1]:.3g}, "
            "so more epochs may help.",
        )
    if train[-1] > (1 - LEARNED) * train[0]:
        return FitWords(
            "underfitting",
            f"Underfitting, unless the network knew all this before: the training loss only went from {train[0]:.3g} to "
            f"{train[-1]:.3g}. A higher rate, more epochs or a larger network may help.",
        )
    if valid[-1] - train[-1] >= GAP * valid[0]:
        return FitWords(
            "gap",
            f"A gap: the held-back loss ends at {valid[-1]:.3g} and the training loss at {train[-1]:.3g}, so part of what was "
            "learned holds for the training data alone. More data or stronger augmentation may help.",
        )
    return FitWords(
        "settled",
        f"Settled: the held-back loss ends at {valid[-1]:.3g} (its lowest was {valid[lowest]:.3g}) and the training loss at "
        f"{train[-1]:.3g}. Neither over- nor underfitting shows.",
    )
