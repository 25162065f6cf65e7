"""What is wrong with data, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from fledge.core.errors import listed, shown
from fledge.data.label_checks import Finding, check_labels
from fledge.jobs.check_look import Look
from fledge.jobs.check_source import Source
from fledge.jobs.check_twins import MOST_COMPARED, Pair
from fledge.jobs.checked import counted

MANY = 0.05
"""The share of unusable items from which on something larger must be wrong."""


def unsupported(found: Source) -> list[Finding]:
    """A kind of problem that fledge doesn't know."""
    if found.supported:
        return []
    seems = found.task.replace("-", " ")
    return [Finding("unsupported", "error", f"this seems to be {seems}, which fledge can't be trained on yet")]


def set_aside(found: Source, bad: Mapping[int, str]) -> list[Finding]:
    """Too many files that can't be read, or all of a class."""
    labels, count = found.layout.labels, len(found.layout.files)
    if len(bad) == count > 0:
        return [Finding("all_bad", "error", f"none of the {counted(count, found.kind)} can be read", tuple(bad))]
    findings = []
    if len(bad) > MANY * count:
        message = (
            f"{len(bad)} of {counted(count, found.kind)} can't be read, more than one in twenty: something larger may be wrong"
        )
        findings.append(Finding("many_bad", "error", message, tuple(bad)))
    if found.layout.problem == "classification":
        lost = {str(labels[place]) for place in bad} - {str(label) for place, label in enumerate(labels) if place not in bad}
        if lost := lost - {"None"}:
            names = listed([shown(name) for name in sorted(lost)])
            findings.append(Finding("class_lost", "error", f"nothing of {names} can be read"))
    return findings


def put_right(found: Source, looks: Sequence[Look]) -> list[Finding]:
    """Files that could be read only by putting something right."""
    places = tuple(place for place, look in enumerate(looks) if look.said)
    if not places:
        return []
    first = f"{shown(found.called(places[0]), 200)}: {looks[places[0]].said}"
    return [Finding("put_right", "warning", f"{counted(len(places), found.kind)} had to be put right; {first}", places)]


def label_findings(found: Source, known: Sequence[int], blank: Sequence[int]) -> list[Finding]:
    """What is odd about the labels of what can be used (`known`) and of what has none (`blank`)."""
    layout = found.layout
    if not layout.files or not found.supported:
        return []
    if not known:
        return [
            Finding("no_label", "error", f"{layout.because}: put them in one folder for each label, or name them in a table")
        ]
    findings = []
    if blank:
        examples = listed([shown(found.called(place), 200) for place in blank], 3)
        message = f"{counted(len(blank), found.kind)} without a label will be set aside: {examples}"
        findings.append(Finding("no_label", "warning", message, tuple(blank)))
    if layout.problem == "segmentation" or (layout.problem == "regression" and len(layout.names) > 1):
        return findings
    found_here = check_labels([layout.labels[place] for place in known])
    return findings + [replace(each, items=tuple(known[place] for place in each.items)) for each in found_here]


def held_back_alone(found: Source, parts: Sequence[str]) -> list[Finding]:
    """Classes that nothing is learned of."""
    if found.layout.problem != "classification":
        return []
    labels: dict[bool, set[str]] = {True: set(), False: set()}
    for part, label in zip(parts, found.layout.labels, strict=True):
        if part:
            labels[part == "train"].add(str(label))
    if not (alone := sorted(labels[False] - labels[True])):
        return []
    names = listed([shown(name) for name in alone])
    return [Finding("held_back_alone", "error", f"there is nothing to learn {names} from: all of it is held back")]


def twin_findings(found: Source, pairs: Sequence[Pair], parts: Sequence[str]) -> list[Finding]:
    """Twins across the split, with other labels, and all of them; first copies, then those that only look the same."""
    same, near = [pair for pair in pairs if pair.same], [pair for pair in pairs if not pair.same]
    return [
        *_twins(found, same, parts, "", "the same file as"),
        *_twins(found, near, parts, "near_", "almost the same picture as"),
    ]


def _twins(found: Source, pairs: Sequence[Pair], parts: Sequence[str], kind: str, words: str) -> Iterator[Finding]:
    labels = found.layout.labels
    used = [pair for pair in pairs if parts[pair.first] and parts[pair.second]]
    across = [pair for pair in used if {parts[pair.first], parts[pair.second]} > {"train"}]
    if across:
        held = [place for place in _places(across) if parts[place] != "train"]
        who = _are(len(held), f"held-back {found.kind}")
        message = f"{who} {words} one to learn from, so results will look too good: {_told(across, found)}"
        yield Finding(f"{kind}leak", "warning", message, tuple(held))
    masked = found.layout.problem == "segmentation"  # each has a mask of its own, which may well be the same
    if torn := [pair for pair in used if not masked and labels[pair.first] != labels[pair.second]]:
        places = _places(torn)
        who = _are(len(places), found.kind)
        message = f"{who} {words} another one with a different label: {_told(torn, found)}"
        yield Finding(f"{kind}conflict", "warning", message, places)
    if len(pairs) > len(across):
        others = sorted({pair.second for pair in pairs})
        message = f"{_are(len(others), found.kind)} {words} another one: {_told(pairs, found)}"
        yield Finding(f"{kind}twins", "warning", message, tuple(others))


def not_compared(found: Source) -> list[Finding]:
    """More pictures than can be compared with each other."""
    if found.kind != "picture" or len(found.layout.files) <= MOST_COMPARED:
        return []
    return [Finding("not_compared", "warning", f"of more than {MOST_COMPARED} pictures only exact copies were looked for")]


def _places(pairs: Sequence[Pair]) -> tuple[int, ...]:
    return tuple(np.unique([place for pair in pairs for place in (pair.first, pair.second)]).tolist())


def _told(pairs: Sequence[Pair], found: Source) -> str:
    names = [shown(found.called(place), 200) for place in range(len(found.layout.files))] if pairs else []
    return listed([f"{names[pair.first]} and {names[pair.second]}" for pair in pairs], limit=2)


def _are(count: int, thing: str) -> str:
    return f"{counted(count, thing)} {'is' if count == 1 else 'are'}"
