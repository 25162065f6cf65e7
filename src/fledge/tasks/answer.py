"""What a trained model says of one input, in the person's words."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, Self, final

_BARS = 10


@dataclass(frozen=True)
class Answer(ABC):
    """One input's answer: prints as text, as JSON, and in a notebook.

    `warnings` says what about the input makes the answer less sure, such as a value never seen in training.
    """

    warnings: tuple[str, ...] = field(default=(), kw_only=True)

    @abstractmethod
    def __str__(self) -> str:
        """The answer on a line."""

    @abstractmethod
    def _parts(self) -> dict[str, Any]:
        """The answer in plain values, under stable names."""

    def placed(self, scene: Any) -> Answer:
        """The answer with what its task knows of the input beside the outputs."""
        return self

    def bars(self) -> Mapping[str, float]:
        """Shares from 0 to 1 that a picture of the answer shows as bars."""
        return {}

    def with_warnings(self, found: tuple[str, ...]) -> Self:
        """The same with these warnings too."""
        return replace(self, warnings=(*self.warnings, *found)) if found else self

    def as_dict(self) -> dict[str, Any]:
        """The answer as JSON has it: `answer`, what else is known, and `warnings` if there are any."""
        return {**self._parts(), **({"warnings": list(self.warnings)} if self.warnings else {})}

    def to_json(self) -> str:
        """The answer as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False)

    def _repr_html_(self) -> str:
        shown = sorted(self.bars().items(), key=lambda item: -item[1])[:_BARS]
        notes = "".join(f"<p>{escape(warning)}</p>" for warning in self.warnings)
        return f"<div><strong>{escape(str(self))}</strong><table>{''.join(map(_bar, shown))}</table>{notes}</div>"


@final
@dataclass(frozen=True)
class Label(Answer):
    """One of several classes.

    >>> robin = Label("bird", 0.998, {"bird": 0.998, "forest": 0.002})
    >>> print(robin)
    bird (99.8 %)
    >>> print(robin.to_json())
    {"answer": "bird", "probability": 0.998, "probabilities": {"bird": 0.998, "forest": 0.002}}
    """

    label: str
    probability: float
    probabilities: Mapping[str, float]

    def __str__(self) -> str:
        return f"{self.label} ({percent(self.probability)})"

    def bars(self) -> Mapping[str, float]:
        return self.probabilities

    def _parts(self) -> dict[str, Any]:
        return {"answer": self.label, "probability": self.probability, "probabilities": dict(self.probabilities)}


@final
@dataclass(frozen=True)
class Verified(Answer):
    """Whether something is the owner's: its score, and the score from which on it is taken to be.

    >>> print(Verified(True, 0.93, 0.71, "ann"))
    ann (score 0.93, from 0.71 on)
    >>> print(Verified(False, 0.12, 0.71, "ann"), bool(Verified(False, 0.12, 0.71, "ann")))
    not ann (score 0.12, from 0.71 on) False
    """

    owner: bool
    score: float
    threshold: float
    name: str

    def __bool__(self) -> bool:
        return self.owner

    def __str__(self) -> str:
        who = self.name if self.owner else f"not {self.name}"
        return f"{who} (score {self.score:.2f}, from {self.threshold:.2f} on)"

    def bars(self) -> Mapping[str, float]:
        return {self.name: self.score, f"not {self.name}": 1 - self.score}

    def _parts(self) -> dict[str, Any]:
        return {"answer": self.owner, "name": self.name, "score": self.score, "threshold": self.threshold}


@final
@dataclass(frozen=True)
class Labels(Answer):
    """Those of several tags that apply: each whose probability reaches its threshold.

    >>> print(Labels(("sky", "sea"), {"sky": 0.93, "sea": 0.71, "snow": 0.02}, {"sky": 0.5, "sea": 0.5, "snow": 0.5}))
    sky (93.0 %), sea (71.0 %)
    """

    labels: tuple[str, ...]
    probabilities: Mapping[str, float]
    thresholds: Mapping[str, float]

    def __str__(self) -> str:
        return ", ".join(f"{label} ({percent(self.probabilities[label])})" for label in self.labels) or "none"

    def bars(self) -> Mapping[str, float]:
        return self.probabilities

    def _parts(self) -> dict[str, Any]:
        return {
            "answer": list(self.labels),
            "probabilities": dict(self.probabilities),
            "thresholds": dict(self.thresholds),
        }


@final
@dataclass(frozen=True)
class Numbers(Answer):
    """One number, or several under their names.

    >>> print(Numbers((4.25,), ("age",))), float(Numbers((4.25,), ("age",)))
    4.25
    (None, 4.25)
    >>> Numbers((4.25, 1.0), ("age", "weight")).as_dict()
    {'answer': {'age': 4.25, 'weight': 1.0}}
    """

    values: tuple[float, ...]
    names: tuple[str, ...]

    def __str__(self) -> str:
        if len(self.values) == 1:
            return f"{self.values[0]:.6g}"
        return ", ".join(f"{name} {value:.6g}" for name, value in zip(self.names, self.values, strict=True))

    def __float__(self) -> float:
        if len(self.values) != 1:
            raise TypeError(f"{len(self.values)} numbers are not one: take one of .values")
        return self.values[0]

    def _parts(self) -> dict[str, Any]:
        return {"answer": self.values[0] if len(self.values) == 1 else dict(zip(self.names, self.values, strict=True))}


@final
@dataclass(frozen=True)
class Points(Answer):
    """Places in a picture, as shares of its width and height: (0, 0) is the upper left corner, (1, 1) the lower right.

    >>> eye = Points(((0.25, 0.5),))
    >>> print(eye)
    (0.250, 0.500)
    >>> eye.pixels(width=640, height=480)
    ((160.0, 240.0),)
    """

    points: tuple[tuple[float, float], ...]

    def __str__(self) -> str:
        return " ".join(f"({x:.3f}, {y:.3f})" for x, y in self.points)

    def pixels(self, width: int, height: int) -> tuple[tuple[float, float], ...]:
        """The same places in a picture of this size, in pixels."""
        return tuple((x * width, y * height) for x, y in self.points)

    def _parts(self) -> dict[str, Any]:
        return {"answer": [list(point) for point in self.points]}


def percent(share: float) -> str:
    """A probability for people, which never rounds to certainty.

    >>> percent(0.873), percent(0.99999), percent(0.00001)
    ('87.3 %', '> 99.9 %', '< 0.1 %')
    """
    if 0.9995 <= share < 1:
        return "> 99.9 %"
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return f"{100 * share:.1f} %"


def _bar(item: tuple[str, float]) -> str:
    name, share = item
    width = round(100 * min(max(share, 0.0), 1.0))
    bar = f'<div style="width:{width}px;height:0.8em;background:#4878a8"></div>'
    return f"<tr><td>{escape(name)}</td><td>{bar}</td><td>{percent(share)}</td></tr>"
