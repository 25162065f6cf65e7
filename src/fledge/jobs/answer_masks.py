"""Answers' masks as files, picture by picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from fledge.core.errors import UsageError
from fledge.core.files import write_atomically
from fledge.jobs.answering import Answered
from fledge.tasks.regions import Regions

if TYPE_CHECKING:
    from fledge.predictor.loading import AnyPredictor


def check_masks(predictor: AnyPredictor) -> None:
    """Refuses to write masks of a model that gives none."""
    if predictor.kinds[1] != "mask":
        raise UsageError(f"{predictor!r} does not answer with masks", hint="leave --masks out")


def with_masks(answers: Iterable[Answered], folder: Path) -> Iterator[Answered]:
    """The same answers, each mask written to the folder on its way: `NAME_mask.png`, numbered where a name comes twice."""
    folder.mkdir(parents=True, exist_ok=True)
    used: set[str] = set()
    for each in answers:
        if isinstance(each.answer, Regions):
            _write(folder / _name(each.input, used), each.answer.png())
        yield each


def _name(given: str, used: set[str]) -> str:
    stem, number = Path(given).stem, 1
    name = f"{stem}_mask.png"
    while name.lower() in used:
        number += 1
        name = f"{stem}_mask-{number}.png"
    used.add(name.lower())
    return name


def _write(path: Path, content: bytes) -> None:
    def write(file: BinaryIO) -> None:
        file.write(content)

    write_atomically(path, write, needed=len(content))
