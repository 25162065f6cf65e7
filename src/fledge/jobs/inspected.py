"""What a file with a trained model says of itself; one that needs no torch is read without it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, final

from fledge.core.errors import listed
from fledge.predictor.card import Card
from fledge.predictor.onnx_file import SUFFIX

_LONGEST = 300


@final
@dataclass(frozen=True)
class Inspected:
    """A model file, described. `fault` is what its self-test found; `test` says in words how that went."""

    path: Path
    bytes: int
    digest: str
    task: str
    input: str
    target: str
    classes: tuple[str, ...]
    network: str
    numbers: int
    kinds: tuple[str, ...]
    card: Card
    test: str
    fault: bool

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names."""
        facts = {name: value for name, value in vars(self).items() if name != "card"}
        figures = {name: asdict(figure) for name, figure in self.card.figures.items()}
        card = {**vars(self.card), "versions": dict(self.card.versions), "figures": figures}
        return {**facts, "path": str(self.path), "classes": list(self.classes), "kinds": list(self.kinds), "card": card}

    def to_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False)

    def lines(self) -> list[tuple[str, str]]:
        """What to print: a word for each line, and the line."""
        card = self.card
        told = [
            ("Model", f"{card.name or 'without a name'} ({self.path}, {self.bytes / 1e6:.1f} MB)"),
            ("Task", self.task),
            ("Takes", self.input),
            ("Gives", f"{len(self.classes)} classes: {listed(self.classes, 20)}" if self.classes else self.target),
            ("Network", f"{self.network}: {self.numbers:,} numbers ({listed(self.kinds)})"),
            ("Trained", f"on {card.trained_on:,} examples, {card.held_back:,} held back{_when(card)}"),
            *((name, str(figure)) for name, figure in card.figures.items()),
            ("With", _pairs(card.versions)),
            ("Licence", card.licence),
            *(("Note", remark) for remark in card.remarks),
            ("Digest", self.digest),
            ("Test", self.test),
        ]
        return [(word, line) for word, line in told if line]

    def __str__(self) -> str:
        return "\n".join(f"{word:10}{line}" for word, line in self.lines())


def inspected(path: Path) -> Inspected:
    """Reads every byte of a model file or an exported one, and says whether it answers as it did."""
    if path.suffix.lower() == SUFFIX:
        from fledge.jobs.inspect_onnx import inspected_onnx

        return inspected_onnx(path)
    from fledge.jobs.inspect_model import inspected_model  # torch arrives only for what needs it

    return inspected_model(path)


def _when(card: Card) -> str:
    seed = "" if card.seed is None else f", seed {card.seed}"
    return f"; {card.created}{seed}" if card.created else seed


def _pairs(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def bounded(part: object) -> str:
    """What a part of a model is, cut where it is very long."""
    text = repr(part)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
