"""The question whether a movement is the owner's, before any training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fledge.core.errors import UnknownName, shown
from fledge.data.label_checks import Finding, is_blank
from fledge.jobs.check_source import Source
from fledge.transforms.label import label_text


def owned(found: Source, owner: str) -> Source:
    """The same movements, with the question whether each is this person's."""
    known = sorted({label_text(label) for label in found.layout.labels if not is_blank(label)})
    if owner not in known:
        raise UnknownName("owner", owner, known)
    return replace(found, task="track-verification", because=f"is it {owner}? (--owner); {found.because}")


def owner_findings(found: Source, parts: Sequence[str], owner: str) -> list[Finding]:
    """Why no threshold could be chosen, or nothing learned: one side has nobody. Strangers may be held back alone."""
    findings = []
    for part, what in (("train", "to learn from"), ("valid", "held back")):
        whose = {label_text(label) == owner for label, where in zip(found.layout.labels, parts, strict=True) if where == part}
        if whose == {True}:
            findings.append(Finding("one_side", "error", f"everything {what} is of {shown(owner)}: others are needed as well"))
        elif whose == {False}:
            findings.append(Finding("one_side", "error", f"nothing {what} is of {shown(owner)}"))
    return findings
