"""What is heard when: the answer to a recording longer than the model hears at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, final

import torch
from torch import Tensor

from fledge.tasks.answer import Answer, Label, percent

Span = tuple[float, float]
"""From when to when, in seconds."""


@final
@dataclass(frozen=True)
class Stretch:
    """A stretch of a recording, and the one class that is heard all through it."""

    start: float
    end: float
    label: str
    probability: float

    def __str__(self) -> str:
        return f"{clock(self.start)}–{clock(self.end)} {self.label} ({percent(self.probability)})"


@final
@dataclass(frozen=True)
class Timeline(Answer):
    """The class of the whole recording, and which is heard when.

    >>> rain = Label("rain", 0.75, {"dog": 0.25, "rain": 0.75})
    >>> print(Timeline(rain, (Stretch(0, 7.5, "rain", 0.9), Stretch(7.5, 10, "dog", 0.8))))
    rain (75.0 %): 0:00–0:07.5 rain (90.0 %), 0:07.5–0:10 dog (80.0 %)
    """

    whole: Label
    stretches: tuple[Stretch, ...]

    def __str__(self) -> str:
        return f"{self.whole}: {', '.join(map(str, self.stretches))}"

    def bars(self) -> Mapping[str, float]:
        return self.whole.bars()

    def _parts(self) -> dict[str, Any]:
        pieces = [
            {"start": each.start, "end": each.end, "answer": each.label, "probability": each.probability}
            for each in self.stretches
        ]
        return {**self.whole.as_dict(), "stretches": pieces}


def stretches(probabilities: Tensor, spans: Sequence[Span], names: Sequence[str]) -> tuple[Stretch, ...]:
    """The most probable class of each moment, the mean of all windows that cover it; neighbours of one class are joined.

    >>> both = torch.tensor([[0.9, 0.1], [0.7, 0.3], [0.0, 1.0]])
    >>> print(*stretches(both, [(0, 2), (1, 3), (2, 4)], ["dog", "rain"]), sep=", ")
    0:00–0:02 dog (85.0 %), 0:02–0:04 rain (82.5 %)
    """
    edges = sorted({edge for span in spans for edge in span})
    found: list[Stretch] = []
    for start, end in pairwise(edges):
        covering = [row for row, span in zip(probabilities, spans, strict=True) if span[0] <= start and end <= span[1]]
        if not covering:
            continue
        share, best = torch.stack(covering).mean(0).max(0)
        found.append(Stretch(start, end, names[int(best)], float(share)))
    return _joined(found)


def clock(seconds: float) -> str:
    """A moment as people write it.

    >>> clock(7.5), clock(75)
    ('0:07.5', '1:15')
    """
    minutes, rest = divmod(round(seconds, 1), 60)
    return f"{minutes:.0f}:{rest:04.1f}".removesuffix(".0")


def _joined(found: Sequence[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for each in found:
        if joined and joined[-1].label == each.label and joined[-1].end == each.start:
            last = joined.pop()
            long, short = last.end - last.start, each.end - each.start
            mean = (last.probability * long + each.probability * short) / (long + short)
            each = Stretch(last.start, each.end, each.label, mean)
        joined.append(each)
    return tuple(joined)
