"""Masks, looked at before any training: which can be read, what they hold, whether they fit their pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, final

from fledge.core.errors import FledgeError, UnreadableItem, listed, shown
from fledge.data.label_checks import Finding
from fledge.data.mask_files import codes_in, read_codes
from fledge.data.parallel import ordered
from fledge.jobs.check_look import Look
from fledge.jobs.check_source import Source
from fledge.transforms.mask_file import Form, in_file, read_mask, same_shape
from fledge.transforms.mask_look import MaskLook

_HARDLY = 0.0005
"""The share of all places below which a class is hardly there."""

_FULL = 0.999
"""From this share of one value on, masks say nothing."""


@final
@dataclass(frozen=True, eq=False)
class MasksLook:
    """What was found in masks: the share of places of each value, and why some can't be used (by place)."""

    shares: Mapping[str, float] = field(default_factory=dict)
    bad: Mapping[int, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()


def masks_looked_at(found: Source, looks: Sequence[Look], workers: int, codes: Path | None = None) -> MasksLook:
    """A look at every mask, in threads; nothing for labels that are no masks. `codes` is a file that names their classes."""
    labels = found.layout.labels
    if found.layout.problem != "segmentation":
        return MasksLook()
    places = [place for place, mask in enumerate(labels) if isinstance(mask, Path) and not looks[place].reason]
    seen: dict[int, MaskLook] = {}
    bad: dict[int, str] = {}
    for place, look in zip(places, ordered(_look, [labels[place] for place in places], workers), strict=True):
        reason = look if isinstance(look, str) else _misfit(look, looks[place], labels[place])
        if reason is not None:
            bad[place] = reason
        elif isinstance(look, MaskLook):
            seen[place] = look
    shares, findings = _shares(list(seen.values()), codes_in(found.root) if codes is None else codes)
    return MasksLook(shares, bad, tuple(findings))


def _look(mask: Path) -> MaskLook | str:
    try:
        return MaskLook.at(read_mask(mask))
    except UnreadableItem as error:
        return error.message


def _misfit(mask: MaskLook | str, picture: Look, file: Path) -> str | None:
    """Why a mask can't be that of its picture: it has another shape."""
    if isinstance(mask, str) or len(picture.size) != 2:
        return None
    width, height = int(picture.size[0]), int(picture.size[1])
    if same_shape(mask.size, (height, width)):
        return None
    return f"the mask {shown(str(file), 300)} is {mask.size[1]} × {mask.size[0]} and its picture {width} × {height}"


def _shares(seen: Sequence[MaskLook], codes: Path | None) -> tuple[dict[str, float], list[Finding]]:
    """The share of all places that each value covers, the largest first, and what is odd about that."""
    palettes = {None if look.palette is None else look.palette.tobytes() for look in seen} - {None}
    form: Form = "colours" if any(look.coloured for look in seen) or len(palettes) > 1 else "values"
    counts: Counter[int] = Counter()
    for look in seen:
        counts.update(look.of(form))
    total = max(sum(counts.values()), 1)
    try:
        names = _names(codes)
    except FledgeError as error:
        return {}, [Finding("codes", "error", error.message)]
    shares = {names.get(value, in_file(value, form)): count / total for value, count in counts.most_common()}
    findings = []
    if shares and (most := next(iter(shares))) and shares[most] > _FULL:
        findings.append(Finding("one_class", "error", f"nearly all places of all masks are {shown(most)}"))
    if rare := [name for name, share in shares.items() if share < _HARDLY]:
        message = f"hardly anything to learn of {listed(rare)}: less than {100 * _HARDLY:g} % of all places each"
        findings.append(Finding("rare_class", "warning", message))
    if absent := [name for name in names.values() if name not in shares]:
        findings.append(Finding("empty_class", "warning", f"no mask holds {listed(absent)}"))
    return shares, findings


def _names(file: Path | None) -> dict[int, str]:
    """What each value is called, where a file says so."""
    if file is None:
        return {}
    codes: Any = read_codes(file)
    if not isinstance(codes, Mapping):
        return dict(enumerate(codes))
    return {_packed(value): name for name, value in codes.items()}


def _packed(value: int | tuple[int, int, int]) -> int:
    return value if isinstance(value, int) else value[0] << 16 | value[1] << 8 | value[2]
