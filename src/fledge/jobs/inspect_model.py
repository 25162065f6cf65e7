"""What a model file says of itself, and whether it still answers as it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, final

from fledge.core.errors import ModelFileError, listed
from fledge.core.tensorfile import TensorFile
from fledge.models.architecture import Custom
from fledge.predictor.card import Card
from fledge.predictor.description import Description
from fledge.predictor.model_file import described_in, load

_MODEL = "model."
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
    """Reads a model file, every byte of it, and lets it answer its stored examples again."""
    file = TensorFile.open(path)
    described = described_in(file, {})
    test, fault = _self_test(path, described)
    weights = [entry for name, entry in file.entries.items() if name.startswith(_MODEL)]
    return Inspected(
        path=path,
        bytes=path.stat().st_size,
        digest=file.digest,
        task=described.task.title,
        input=_bounded(described.codec.input),
        target=_bounded(described.codec.target),
        classes=tuple(getattr(described.codec.target, "names", ())),
        network=_bounded(described.architecture),
        numbers=sum(entry.size for entry in weights),
        kinds=tuple(sorted({str(entry.dtype).removeprefix("torch.") for entry in weights})),
        card=described.card,
        test=test,
        fault=fault,
    )


def _self_test(path: Path, described: Description) -> tuple[str, bool]:
    """How the self-test went, and whether it failed."""
    if isinstance(described.architecture, Custom):
        return f"not run: its network is {described.architecture.class_name}, code of whoever saved it", False
    if not described.examples:
        load(path, verify=False)  # refuses what doesn't fit together
        return "not run: it holds no examples", False
    try:
        load(path, verify=False, check=True)
    except ModelFileError as error:
        return error.message, True
    return f"passed: {len(described.examples)} stored examples give the answers they gave when it was saved", False


def _when(card: Card) -> str:
    seed = "" if card.seed is None else f", seed {card.seed}"
    return f"; {card.created}{seed}" if card.created else seed


def _pairs(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _bounded(part: object) -> str:
    text = repr(part)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
