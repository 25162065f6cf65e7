"""What a look at data found: to print, to read on, or as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import listed, shown
from fledge.core.words import bare
from fledge.data.label_checks import Finding
from fledge.data.samples import BadItem
from fledge.jobs.check_look import Look
from fledge.jobs.check_twins import Pair
from fledge.jobs.parts import Parts, counts_of
from fledge.transforms.columnar import LabelColumn

if TYPE_CHECKING:  # tables alone need polars
    from fledge.jobs.check_ratings import CheckedRatings
    from fledge.jobs.check_rows import CheckedRows

_PARTS = {"train": "to learn from", "valid": "held back", "test": "kept for a last test"}
_SHOWN_CLASSES = 10
_SHOWN_BAD = 10
_MOST_LISTED = 1000


@final
@dataclass(frozen=True)
class Looked:
    """All files together: their formats, bytes, and the smallest, middle and largest of them."""

    forms: Mapping[str, int]
    bytes: int
    sizes: tuple[tuple[float, ...], ...]
    measure: str

    @classmethod
    def of(cls, kind: str, looks: Sequence[Look]) -> Looked:
        """The sum of what was seen of each file."""
        read = [look for look in looks if not look.reason]
        forms = Counter(look.form for look in read)
        sized = sorted((look.size for look in read if look.size), key=_amount)
        sizes = (sized[0], sized[len(sized) // 2], sized[-1]) if sized else ()
        return cls(dict(forms.most_common()), sum(look.bytes for look in read), sizes, kind)

    def __str__(self) -> str:
        forms = listed([f"{count:,} {form}" for form, count in self.forms.items()])
        sizes = [_size(size, self.measure) for size in self.sizes]
        spread = (
            ""
            if not sizes
            else f"; {sizes[0]}"
            if len(set(sizes)) == 1
            else f"; {sizes[0]} to {sizes[2]}, the middle one {sizes[1]}"
        )
        return f"{forms}; {_megabytes(self.bytes)}{spread}"


@final
@dataclass(frozen=True, eq=False)
class Checked:
    """What data are and what is wrong with them.

    `files` may also be movements out of a table.
    `labels` and `parts` ("train", "valid", "test", or "" for what is set aside) belong to `files` one by one, or to the
    `rows` of a table, and so do the places in `pairs` and `findings`.
    """

    source: str
    root: Path
    kind: str
    task: str
    supported: bool
    because: str
    files: tuple[Any, ...]
    labels: Sequence[Any]
    names: tuple[str, ...]
    parts: Sequence[str]
    split: str
    looked: Looked
    bad: tuple[BadItem, ...]
    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]
    seconds: float
    rows: CheckedRows | None = None
    """Of a table: its rows, and what its columns are."""

    ratings: CheckedRatings | None = None
    """Of ratings or likes: their rows, and whose columns are what."""

    shares: Mapping[str, float] = field(default_factory=dict)
    """Of masks, the share of all places that each value covers, the largest first."""

    @property
    def noun(self) -> str:
        """What an item is called."""
        return self.kind if self.files or self.kind != "table" else "row"

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What keeps these data from being trained on."""
        return tuple(each for each in self.findings if each.severity == "error")

    @property
    def classes(self) -> dict[str, int]:
        """How many items of each class or tag can be used, most first; empty where the labels are numbers."""
        if self.ratings is not None or self.task.endswith(("regression", "segmentation")):
            return {}
        counts: Counter[str] = Counter()
        for of_part in self.class_counts.values():
            counts.update(of_part)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def class_counts(self) -> dict[str, dict[str, int]]:
        """How many items of each class or tag are in each part."""
        if isinstance(self.labels, LabelColumn) and isinstance(self.parts, Parts):
            return {part: self.labels.take(self.parts.places(part)).counts() for part in self.part_counts}
        found: dict[str, dict[str, int]] = {}
        for part, label in zip(self.parts, self.labels, strict=True):
            counts = found.setdefault(part, {}) if part else {}
            for each in label if isinstance(label, tuple) else (label,):
                counts[str(each)] = counts.get(str(each), 0) + 1
        return found

    @property
    def part_counts(self) -> dict[str, int]:
        """How many items are in each part."""
        counts = counts_of(self.parts)
        return {part: counts[part] for part in _PARTS if counts.get(part)}

    def item(self, place: int) -> str:
        """What to call an item in a message."""
        return str(self.files[place]) if self.files else f"row {place}"

    def name(self, file: Any) -> str:
        """What a file is called below the folder that was looked at; what is no file by its own name."""
        return str(file.relative_to(self.root)) if isinstance(file, Path) else str(file)

    def as_dict(self) -> dict[str, Any]:
        """Plain values under stable names; lists end after a thousand, the counts in the messages are whole."""
        return {
            "source": self.source,
            "kind": self.kind,
            "task": self.task,
            "supported": self.supported,
            "because": self.because,
            "items": len(self.parts),
            "classes": self.classes,
            "parts": self.part_counts,
            **({"shares": dict(self.shares)} if self.shares else {}),
            "split": self.split,
            "formats": dict(self.looked.forms),
            "bytes": self.looked.bytes,
            "sizes": [list(size) for size in self.looked.sizes],
            "unreadable": [{"file": each.name, "reason": each.reason} for each in self.bad],
            "findings": [self._finding(each) for each in self.findings],
            "twins": [self._twins(pair) for pair in self.pairs[:_MOST_LISTED]],
            **({} if self.rows is None else self.rows.as_dict()),
            **({} if self.ratings is None else self.ratings.as_dict()),
            "seconds": round(self.seconds, 3),
        }

    def to_json(self) -> str:
        """All of it as one line of JSON."""
        return json.dumps(self.as_dict(), ensure_ascii=False, allow_nan=False)

    def lines(self) -> list[tuple[str, str]]:
        """What to print: a word for each line, and the line."""
        found = [("Found", self._found()), ("Task", self._task())]
        if self.rows is not None:
            found += [("Read", line) for line in self.rows.said]
            found += [("" if place else "Columns", line) for place, line in enumerate(self.rows.lines())]
        if self.ratings is not None:
            found += [("Read", line) for line in self.ratings.said]
            found += [("" if place else "Columns", line) for place, line in enumerate(self.ratings.lines())]
        if self.looked.forms:
            found.append(("Files", str(self.looked)))
        if len(self.classes) > 1:
            found.append(("Labels", self._shares()))
        found += [("Labels", line) for line in self._ranges()]
        if self.shares:
            covered = [f"{bare(name)} {100 * share:.1f} %" for name, share in self.shares.items()]
            found.append(("Masks", f"{len(covered)} classes: {listed(covered, 2 * _SHOWN_CLASSES)} of all places"))
        if self.part_counts:
            found.append(("Split", self._split()))
        found += [("Bad", f"{counted(len(self.bad), self.noun)} can't be read")] if self.bad else []
        found += [("", f"{shown(self._bad_name(each), 200)}: {each.reason}") for each in self.bad[:_SHOWN_BAD]]
        if len(self.bad) > _SHOWN_BAD:
            found.append(("", f"and {len(self.bad) - _SHOWN_BAD} more: --json lists them all"))
        found += [("Error" if each.severity == "error" else "Note", each.message) for each in self.findings]
        return found

    def __str__(self) -> str:
        return "\n".join(f"{word:8}{line}" for word, line in self.lines())

    def _bad_name(self, each: BadItem) -> str:
        return self.name(each.item) if self.files else each.name

    def _found(self) -> str:
        what = counted(len(self.parts), self.noun) if self.parts else f"a {self.kind}"
        return f"{what} in {bare(self.source)}"

    def _task(self) -> str:
        size = f", {len(self.classes)} {'tags' if 'tags' in self.task else 'classes'}" if len(self.classes) > 1 else ""
        return f"{self.task.replace('-', ' ')}{size}: {self.because}"

    def _shares(self) -> str:
        count = sum(self.part_counts.values())
        shares = [f"{_before_a_count(name)} {number:,} ({100 * number / count:.1f} %)" for name, number in self.classes.items()]
        return listed(shares, _SHOWN_CLASSES)

    def _ranges(self) -> list[str]:
        """For each number that is a label, its smallest, mean and largest value."""
        if self.ratings is not None:
            return []
        table = self._numbers() if self.names else np.empty((0, 0))
        columns = zip(self.names, table.T if len(table) else (), strict=False)
        return [f"{bare(name)} from {v.min():.4g} to {v.max():.4g}, on average {v.mean():.4g}" for name, v in columns]

    def _numbers(self) -> NDArray[np.float64]:
        """The labels that can be used, which are numbers: (items, numbers)."""
        if isinstance(self.labels, LabelColumn) and isinstance(self.parts, Parts):
            return np.asarray(self.labels.take(self.parts.used()), np.float64).reshape(-1, len(self.names))
        used = [label for label, part in zip(self.labels, self.parts, strict=True) if part]
        return np.asarray(used, np.float64).reshape(len(used), -1)

    def _split(self) -> str:
        counts = ", ".join(f"{count:,} {_PARTS[part]}" for part, count in self.part_counts.items())
        return f"{counts} ({self.split})" if self.split else counts

    def _finding(self, each: Finding) -> dict[str, Any]:
        told = {"kind": each.kind, "severity": each.severity, "message": each.message}
        if self.files:
            return {**told, "files": [str(self.files[place]) for place in each.items[:_MOST_LISTED]]}
        return {**told, "rows": list(each.items[:_MOST_LISTED])}

    def _twins(self, pair: Pair) -> dict[str, Any]:
        files = [str(self.files[pair.first]), str(self.files[pair.second])]
        return {"files": files, "parts": [self.parts[pair.first], self.parts[pair.second]], "alike": round(pair.alike, 4)}


def counted(count: int, thing: str) -> str:
    """A number of things.

    >>> counted(1, "picture"), counted(3000, "picture")
    ('1 picture', '3,000 pictures')
    """
    return f"{count} {thing}" if count == 1 else f"{count:,} {thing}s"


def _before_a_count(name: str) -> str:
    """A class's name; one that ends in a digit is set off from the number that follows."""
    return f"{bare(name)}:" if name[-1:].isdigit() else bare(name)


def _amount(size: tuple[float, ...]) -> float:
    """What sizes are put in order by: a picture's pixels, a sound's seconds, a track's events."""
    return size[0] * size[1] if len(size) == 2 else size[0]


def _size(size: tuple[float, ...], kind: str) -> str:
    if kind == "picture":
        return f"{size[0]:.0f} × {size[1]:.0f}"
    if kind == "track":
        return f"{size[0]:,.0f} events"
    seconds, rate, channels = size
    return f"{seconds:.2g} s at {rate / 1000:g} kHz{'' if channels == 1 else f' × {channels:.0f}'}"


def _megabytes(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 100_000 else f"{count / 1e3:.1f} kB"
