"""A look at all data before the first slow step: what can't be read, what is odd about the labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Literal

from fledge.core.errors import DataError, UnreadableItem, UsageError, listed, shown
from fledge.core.log import log
from fledge.data.fronts import Fronts
from fledge.data.gathering import Gathered
from fledge.data.label_checks import Finding, check_labels
from fledge.data.parallel import ordered
from fledge.transforms.columnar import LabelColumn
from fledge.transforms.transform import Block

OnBad = Literal["auto", "skip", "raise"]
"""What to do about items that can't be used: set them aside and list them, or stop; "auto" stops where there are many."""

_CHUNK = 16
"""Items a thread reads in one go."""

_MANY = 0.05
"""The share of bad items from which on something larger must be wrong."""


def unreadable(fronts: Fronts, values: Sequence[Any], places: Sequence[int], workers: int) -> dict[int, str]:
    """Reads the values at `places` in threads; tells which can't be read, and why. The others are in the cache now."""
    chunks = [places[start : start + _CHUNK] for start in range(0, len(places), _CHUNK)]

    def read(chunk: Sequence[int]) -> dict[int, str]:
        reasons = {place: _why_unreadable(fronts, values[place]) for place in chunk}
        return {place: reason for place, reason in reasons.items() if reason is not None}

    return {place: reason for found in ordered(read, chunks, workers) for place, reason in found.items()}


def _why_unreadable(fronts: Fronts, value: Any) -> str | None:
    try:
        fronts.of(value)
    except UnreadableItem as error:
        return error.message
    return None


def misfits(block: Block, steps: Sequence[Any], gathered: Gathered, workers: int) -> dict[int, str]:
    """Which targets can't be those of their inputs, and why."""
    pairs, good = gathered.samples, gathered.good.tolist()

    def look(place: int) -> str | None:
        return block.misfit(pairs[place].input, pairs[place].target, steps)

    reasons = zip(good, ordered(look, good, workers), strict=True)
    return {place: reason for place, reason in reasons if reason is not None}


def report_bad(gathered: Gathered, on_bad: OnBad) -> None:
    """Says what is set aside; stops if nothing is left, or if that was asked for."""
    bad, count = gathered.bad, len(gathered.items)
    if not bad:
        return
    some = "; ".join(str(each) for each in bad[:3]) + (f"; and {len(bad) - 3} more" if len(bad) > 3 else "")
    if len(bad) == count:
        raise DataError(f"none of the {count} items can be used: {some}", hint="DataBlock.summary(source) shows one item's way")
    many = len(bad) > _MANY * count
    if on_bad == "raise" or (many and on_bad == "auto"):
        why = ", more than one in twenty, so something larger may be wrong" if many else ""
        raise DataError(f"{len(bad)} of {count} items can't be used{why}: {some}", hint='set them aside with on_bad="skip"')
    log.warning("%d of %d items are set aside (dls.bad lists them): %s", len(bad), count, some)


def checked_labels(gathered: Gathered, on_bad: OnBad) -> tuple[Finding, ...]:
    """What is odd about the labels that are left; an error if nothing could be learned from them, or a class is lost."""
    targets, good = gathered.samples.targets or [], gathered.good
    if isinstance(targets, LabelColumn):
        labels: Sequence[Any] = targets.take(good)
        lost = []  # a row is set aside for having no label, so no class goes with it
    else:
        labels = [targets[place] for place in good.tolist()]
        if not all(_is_plain(label) for label in labels):
            return ()
        lost = _classes_lost(targets, labels)
    in_source = [replace(each, items=tuple(good[list(each.items)].tolist())) for each in check_labels(labels)]
    if lost and on_bad == "auto":
        raise DataError(lost[0].message, hint='mend these items, or go on without the class: on_bad="skip"')
    findings = [*lost, *in_source]
    if any(each.severity == "error" for each in findings):
        raise DataError(
            "; ".join(each.message for each in findings), hint="look at what get_y returns, and at what was set aside"
        )
    for each in findings:
        log.warning("%s", each.message)
    return tuple(findings)


def _is_plain(label: Any) -> bool:
    """Whether a label is one of a class, several such, or a number; masks and points are looked at by their own kind."""
    several = label if isinstance(label, list | tuple | set | frozenset) else (label,)
    return all(isinstance(each, str | int) for each in several) or isinstance(label, float)


def _classes_lost(before: Sequence[Any], after: Sequence[Any]) -> list[Finding]:
    """The classes that had items before some were set aside, and have none now."""
    if any(isinstance(label, float | list | tuple | set | frozenset) for label in after):
        return []
    lost = sorted({str(label) for label in before if label is not None} - {str(label) for label in after})
    return [Finding("class_lost", "warning", f"every item of class {listed(lost)} had to be set aside")] if lost else []


def checked_choice(name: str, value: Any, known: Sequence[Any]) -> None:
    """An error if a setting is none of the known ones."""
    if value not in known:
        raise UsageError(f"{name} is {shown(value)}", hint=f"known are {listed([shown(each) for each in known])}")
