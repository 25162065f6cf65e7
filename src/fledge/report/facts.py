"""All that a report is written from: plain values, and results as they are stored. No learner, no loader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, final

from fledge.data.label_checks import Finding
from fledge.data.samples import BadItem
from fledge.insight.interpretation import Interpretation
from fledge.insight.row_reasons import RowReasons
from fledge.predictor.card import Card
from fledge.scoring.difference import Difference
from fledge.scoring.figure import Figure
from fledge.training.stage import Stage

Row = Mapping[str, float | int | None]
"""An epoch's figures by name, as a learner's history has them."""

Kind = Literal["rule", "classic", "network", "average"]


@final
@dataclass(frozen=True)
class Contender:
    """One thing that was tried: its figure on the held-back part, and what it costs.

    `ahead` is how much better the recommended one scores on the same items; missing where it was not compared.
    """

    name: str
    kind: Kind
    figure: Figure
    seconds: float
    size: int | None = None
    """The model file in bytes."""
    answer_seconds: float | None = None
    """How long one answer takes."""
    ahead: Difference | None = None


@final
@dataclass(frozen=True)
class DataFacts:
    """What was found in the data: items and classes in each part, what was set aside, what is odd."""

    source: str
    counts: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Each part's items by class."""
    bad: Sequence[BadItem] = ()
    findings: Sequence[Finding] = ()
    compared: bool = False
    """Whether items were compared by content, so that no finding means no duplicates."""
    split: str = ""
    """How the parts were made, in words."""


@final
@dataclass(frozen=True)
class Use:
    """How to call the model: its file, its run folder, and an input with its answer, as written in Python and in a terminal."""

    model: str
    run: str
    python: str
    example: str
    answer: str = ""
    rows: bool = False
    """Whether what is named in a terminal is a table of several inputs."""
    python_more: Sequence[str] = ()
    """What else the model is asked in Python."""
    shell_more: Sequence[str] = ()
    """What else is asked in a terminal, behind `fledge predict RUN`."""


@final
@dataclass(frozen=True)
class Repeat:
    """How to come to the same model again."""

    command: str
    digest: str = ""
    """That of the model file's tensors."""
    data: str = ""
    """The fingerprint of items, labels and split."""
    machine: Mapping[str, str] = field(default_factory=dict)
    """What it ran on: device, precision, Python, ..."""


@final
@dataclass(frozen=True)
class Ranked:
    """An order of things by name, held against what people liked of what was held back."""

    name: str
    recall: Figure
    ndcg: Figure
    coverage: float
    """The share of all things that is put first for anybody."""


@final
@dataclass(frozen=True)
class Suggested:
    """A person: some of what they have, what is recommended to them, and what would be by popularity alone; titles."""

    person: str
    had: Sequence[str]
    found: Sequence[str]
    popular: Sequence[str]


@final
@dataclass(frozen=True)
class Recommending:
    """What a recommender puts first (so many things), beside what is popular."""

    first: int
    ranked: Sequence[Ranked] = ()
    suggested: Sequence[Suggested] = ()


@final
@dataclass(frozen=True, eq=False)
class ReportFacts:
    """A run as plain facts; what is left out is left out of the page."""

    card: Card
    task: str
    metric: str
    contenders: Sequence[Contender]
    recommended: str
    """The name of the contender that was saved."""
    data: DataFacts
    use: Use
    repeat: Repeat
    noun: str = "items"
    """What an item is called, in the plural: photos, rows."""
    higher_is_better: bool = True
    history: Sequence[Row] = ()
    plan: Sequence[Stage] = ()
    """The stages of the last fit, to draw the learning rate from."""
    result: Interpretation | None = None
    """What the recommended model says of the held-back part."""
    thresholds: Sequence[float] = ()
    """From which probability on each tag applies."""
    rows: RowReasons | None = None
    """Where inputs are rows: what the recommended model goes by."""
    test: Mapping[str, Figure] = field(default_factory=dict)
    """Figures of the test part, which was kept apart and used once."""
    recommending: Recommending | None = None
    """Of a recommender, what it puts first."""
