"""How data lie on a disk: which files belong to them, what each one is, and which part it stands in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

from fledge.core.errors import listed, shown
from fledge.data.label_checks import Finding
from fledge.data.splits import PART_NAMES

_PARTS = {name: part for part, names in PART_NAMES.items() for name in names}


@final
@dataclass(frozen=True)
class Layout:
    """Files, or movements out of a table, with their labels and parts, and why they are taken to mean that.

    `labels` holds None for a file nothing is known about; `parts` is empty where the data are not divided.
    """

    files: tuple[Any, ...]
    labels: tuple[Any, ...]
    parts: tuple[str, ...]
    problem: str
    because: str
    names: tuple[str, ...] = ()
    """What the numbers of a label are called, where it is numbers."""
    findings: tuple[Finding, ...] = ()


def by_folders(root: Path, files: Sequence[Path], kind: str) -> Layout | None:
    """A folder for each label, below folders for the parts where there are some; nothing if no folder could be a label.

    A part's files that stand in no folder have no label, and a part with no labels at all is left out and said.
    """
    places = [file.relative_to(root).parts[:-1] for file in files]
    shared = _common(places)
    places = [place[shared:] for place in places]
    parts = [_PARTS.get(place[0].lower(), "") if place else "" for place in places]
    divided = sum(map(bool, parts)) > 0.9 * len(parts)
    labels = [place[-1] if len(place) > (1 if divided else 0) else None for place in places]
    if len({label for label in labels if label is not None}) < 2:
        return None
    told = {part for part, label in zip(parts, labels, strict=True) if part and label is not None}
    outside = [place for place, part in enumerate(parts) if divided and part not in told]
    kept = sorted(set(range(len(files))) - set(outside))
    return Layout(
        tuple(files[place] for place in kept),
        tuple(labels[place] for place in kept),
        tuple(parts[place] for place in kept) if divided else (),
        "classification",
        _why(kind, parts if divided else []),
        findings=(
            *_left_out([files[place].relative_to(root) for place in outside]),
            *_depths(places, labels),
            *_empty([files[place] for place in kept if labels[place] is not None]),
        ),
    )


def part_of(file: Path, root: Path) -> str:
    """The part that a folder on a file's way names, or nothing.

    >>> part_of(Path("data/images/val/1.jpg"), Path("data"))
    'valid'
    """
    folders = file.relative_to(root).parts[:-1]
    return next((_PARTS[folder.lower()] for folder in reversed(folders) if folder.lower() in _PARTS), "")


def _common(places: Sequence[tuple[str, ...]]) -> int:
    """How many folders all files stand in together, so that they can't say what one of them is; parts are not counted."""
    for depth, names in enumerate(zip(*places, strict=False)):
        if len(set(names)) > 1 or names[0].lower() in _PARTS:
            return depth
    return min(map(len, places))


def _why(kind: str, parts: Sequence[str]) -> str:
    if not parts:
        return f"each folder holds the {kind}s of one label"
    return f"in {_and([part for part in PART_NAMES if part in parts])}, each folder holds the {kind}s of one label"


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def _left_out(outside: Sequence[Path]) -> list[Finding]:
    if not outside:
        return []
    examples = listed([shown(str(file), 200) for file in outside], limit=3)
    return [Finding("left_out", "warning", f"without a label or a part, and left out: {examples}")]


def _depths(places: Sequence[tuple[str, ...]], labels: Sequence[str | None]) -> list[Finding]:
    """A label that stands at several depths is easily not the one that was meant."""
    depths: dict[int, set[str]] = defaultdict(set)
    for place, label in zip(places, labels, strict=True):
        if label is not None:
            depths[len(place)].add(label)
    if len(depths) < 2:
        return []
    deepest = sorted(depths[max(depths)])
    message = f"labels are the folders the files stand in, and these lie deeper than others: {listed(deepest)}"
    return [Finding("depths", "warning", message)]


def _empty(files: Sequence[Path]) -> list[Finding]:
    """Folders beside those of the labels that hold nothing to learn from."""
    holding = {file.parent for file in files}
    known = holding | {above for folder in holding for above in folder.parents}
    beside = {folder.parent for folder in holding}
    empty = sorted(
        str(each)
        for above in beside
        for each in above.iterdir()
        if each.is_dir() and each.name[0] not in "._" and each not in known
    )
    if not empty:
        return []
    return [
        Finding("empty_folder", "warning", f"{listed([shown(name, 200) for name in empty], 3)} holds nothing that can be used")
    ]
