"""What is wrong with labels and files, seen before the first step."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, final

import numpy as np
from numpy.typing import NDArray

from fledge.core.errors import listed, shown
from fledge.data.digests import content_digest
from fledge.data.labels import is_missing
from fledge.data.split import Split
from fledge.transforms.columnar import LabelColumn

Places = Mapping[str, Sequence[int] | NDArray[np.int64]]
"""Each label, and the items that carry it."""

MOSTLY = 0.9
"""From this share of one class on, a model that always says its name looks good."""


@final
@dataclass(frozen=True)
class Finding:
    """One thing that was noticed, and the items it is about."""

    kind: str
    severity: Literal["error", "warning"]
    message: str
    items: tuple[int, ...] = ()

    def __str__(self) -> str:
        return self.message


def check_labels(labels: Sequence[Any]) -> list[Finding]:
    """What may be wrong with the labels of classes; an item's label is one, or a list of several.

    Measured numbers are only looked at for gaps and for being all the same.

    >>> for finding in check_labels(["cat"] * 4 + ["Cat"] + ["dog"] * 3 + [None]):
    ...     print(finding)
    1 of 9 items has no label (item 8)
    1 class stands on a single item: 'Cat'
    labels that differ only in case, blanks or the way they are typed are different classes: 'cat' (4) and 'Cat' (1)
    """
    if isinstance(labels, LabelColumn):
        return _check_column(labels)
    blank = tuple(place for place, label in enumerate(labels) if is_blank(label))
    carriers = _carriers(labels, leave_out=frozenset(blank))
    known = len(labels) - len(blank)
    findings = [*_missing(blank, len(labels)), *_alone(carriers, known, several=any(map(_is_several, labels)))]
    if known and not any(isinstance(label, float) for label in labels if not is_missing(label)):
        findings += [*_singles(carriers), *_twins(carriers), *_mostly_one(carriers, known)]
    return findings


def _check_column(labels: LabelColumn) -> list[Finding]:
    """The same of labels that stand in a column, where none is a list of several."""
    blank = tuple(np.flatnonzero(labels.missing).tolist())
    known = len(labels) - len(blank)
    if labels.measured:
        alike = known > 0 and labels.count_distinct() - bool(blank) == 1
        one = {str(next(each for each in labels if each is not None)): range(known)} if alike else {}
        return [*_missing(blank, len(labels)), *(_alone(one, known, several=False) if alike else ())]
    numbers = labels.numbered()
    by_class = np.split(np.argsort(numbers, kind="stable"), np.cumsum(np.bincount(numbers))[:-1])
    carriers = {str(labels[int(places[0])]): places for places in by_class if labels[int(places[0])] is not None}
    return [
        *_missing(blank, len(labels)),
        *_alone(carriers, known, several=False),
        *_singles(carriers),
        *_twins(carriers),
        *_mostly_one(carriers, known),
    ]


def content_duplicates(
    paths: Sequence[str | os.PathLike[str]], split: Split | None = None, labels: Sequence[Any] | None = None
) -> list[Finding]:
    """Files of the same content: on both sides of the split, or with different labels.

    Only files of equal size are read. What can't be read is left to whoever reads it for training.
    """
    twins = list(_same_content(paths))
    findings: list[Finding] = []
    if split is not None:
        learned = set(split.train.tolist())
        findings += _leaks(paths, [group for group in twins if learned & set(group) and set(group) - learned], learned)
    if labels is not None:
        findings += _conflicts(paths, [group for group in twins if len({str(labels[place]) for place in group}) > 1], labels)
    return findings


def is_blank(label: Any) -> bool:
    """Whether an item carries no label: a missing value or text of blanks; an empty list says that no class applies.

    >>> is_blank("  "), is_blank([]), is_blank(0)
    (True, False, False)
    """
    return is_missing(label) or (isinstance(label, str) and not label.strip())


def _is_several(label: Any) -> bool:
    return isinstance(label, list | tuple | set | frozenset)


def _carriers(labels: Sequence[Any], leave_out: frozenset[int]) -> dict[str, list[int]]:
    carriers: dict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        if place not in leave_out:
            for each in label if _is_several(label) else (label,):
                carriers[str(each)].append(place)
    return carriers


def _missing(blank: tuple[int, ...], count: int) -> Iterator[Finding]:
    if blank and len(blank) == count:
        yield Finding("no_label", "error", f"none of the {count} items has a label", blank)
    elif blank:
        verb = "has" if len(blank) == 1 else "have"
        yield Finding("no_label", "warning", f"{len(blank)} of {count} items {verb} no label (item {listed(blank, 5)})", blank)


def _alone(carriers: Places, known: int, several: bool) -> Iterator[Finding]:
    """One class only, or none: there is nothing to tell apart. Of several labels an item has, one alone may be there or not."""
    if known and (not carriers or (len(carriers) == 1 and not (several and len(next(iter(carriers.values()))) < known))):
        what = f"the same label {shown(next(iter(carriers)))}" if carriers else "an empty list of labels"
        yield Finding("one_class", "error", f"all {known} items have {what}: there is nothing to tell apart")


def _singles(carriers: Places) -> Iterator[Finding]:
    if single := {label: places for label, places in carriers.items() if len(places) == 1}:
        verb = "class stands" if len(single) == 1 else "classes stand"
        message = f"{len(single)} {verb} on a single item: {listed([shown(label) for label in sorted(single)])}"
        yield Finding("single_item", "warning", message, tuple(int(place) for places in single.values() for place in places))


def _twins(carriers: Places) -> Iterator[Finding]:
    alike: dict[str, list[str]] = defaultdict(list)
    for label in carriers:
        alike[_plain(label)].append(label)
    for group in alike.values():
        if len(group) > 1:
            main, *others = sorted(group, key=lambda label: (-len(carriers[label]), label))
            named = " and ".join(f"{_told_apart(label, group)} ({len(carriers[label])})" for label in (main, *others))
            message = f"labels that differ only in case, blanks or the way they are typed are different classes: {named}"
            yield Finding("twins", "warning", message, tuple(int(place) for label in others for place in carriers[label]))


def _plain(label: str) -> str:
    """A label without case, outer and double blanks, and differences of Unicode form."""
    return " ".join(unicodedata.normalize("NFKC", label).casefold().split())


def _told_apart(label: str, group: Iterable[str]) -> str:
    """A label as it is written, and letter by letter where another one looks the same."""
    same = [other for other in group if unicodedata.normalize("NFKC", other) == unicodedata.normalize("NFKC", label)]
    return ascii(label) if len(same) > 1 else shown(label)


def _mostly_one(carriers: Places, known: int) -> Iterator[Finding]:
    label, places = max(carriers.items(), key=lambda each: len(each[1]), default=("", []))
    if len(carriers) > 1 and len(places) >= MOSTLY * known:
        share = f"{100 * len(places) / known:.1f} %"
        message = f"{share} of the items have the label {shown(label)}: always saying that would be right as often"
        yield Finding("mostly_one", "warning", message)


def _same_content(paths: Sequence[str | os.PathLike[str]]) -> Iterator[list[int]]:
    """Groups of places whose files are equal byte for byte."""
    by_size: dict[int, list[int]] = defaultdict(list)
    for place, path in enumerate(paths):
        if size := _size(path):
            by_size[size].append(place)
    for same_size in by_size.values():
        by_content: dict[bytes, list[int]] = defaultdict(list)
        for place in same_size if len(same_size) > 1 else ():
            if digest := _digest(paths[place]):
                by_content[digest].append(place)
        yield from (group for group in by_content.values() if len(group) > 1)


def _size(path: str | os.PathLike[str]) -> int | None:
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None


def _digest(path: str | os.PathLike[str]) -> bytes | None:
    try:
        return content_digest(path)
    except OSError:
        return None


def _leaks(paths: Sequence[Any], groups: Sequence[list[int]], learned: set[int]) -> Iterator[Finding]:
    held = tuple(place for group in groups for place in group if place not in learned)
    if held:
        pairs = [
            (next(each for each in group if each in learned), next(e for e in group if e not in learned)) for group in groups
        ]
        examples = listed([f"{shown(str(paths[one]))} = {shown(str(paths[other]))}" for one, other in pairs], limit=3)
        message = f"{len(held)} held-back files lie in the training part too, with another name: {examples}"
        yield Finding("leak", "warning", message, held)


def _conflicts(paths: Sequence[Any], groups: Sequence[list[int]], labels: Sequence[Any]) -> Iterator[Finding]:
    if groups:
        items = tuple(place for group in groups for place in group)
        examples = listed([_told(group, paths, labels) for group in groups], limit=3)
        yield Finding("conflict", "warning", f"{len(items)} files of the same content have different labels: {examples}", items)


def _told(group: Sequence[int], paths: Sequence[Any], labels: Sequence[Any]) -> str:
    one = group[0]
    other = next(place for place in group if str(labels[place]) != str(labels[one]))
    return " = ".join(f"{shown(str(paths[place]))} ({shown(labels[place])})" for place in (one, other))
