"""Before a training: what the data are, with what is kept apart for the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.data.digests import content_digest
from fledge.data.label_checks import Finding, is_blank
from fledge.jobs.asked_task import as_asked
from fledge.jobs.check import check
from fledge.jobs.checked import Checked, counted
from fledge.jobs.parts import Parts
from fledge.jobs.settings import Settings
from fledge.jobs.telling import Teller

_ENOUGH_LEFT = ("many_bad", "class_lost")
"""What `--skip-bad` goes on in spite of."""


def looked_at(settings: Settings, tell: Teller) -> Checked:
    """What the data are, said line by line; an error if nothing can be learned from them."""
    counting = tell.counting(f"looking at {settings.source}")
    found = check(
        settings.source,
        target=settings.target,
        valid=settings.valid,
        seed=settings.seed,
        progress=counting,
        rows=settings.rows,
        tracks=settings.tracks,
        codes=settings.codes,
    )
    for word, line in found.lines():
        tell(f"{word:8}{line}{_flags(word, found)}")
    _refuse(found, settings)
    found = as_asked(found, settings.task)
    if settings.test is not None:
        known = len(found.findings)
        if found.ratings is not None:
            from fledge.jobs.check_ratings import with_test_ratings

            ratings = with_test_ratings(found.ratings, settings.test)
            assert ratings.test is not None, "it was just read"
            more = Parts.of(ratings.test.height, {"test": slice(None)})
            assert isinstance(found.parts, Parts), "those of rows stand in a column"
            split = f"{found.split}; the test part is {settings.test}"
            found = replace(found, ratings=ratings, parts=found.parts + more, split=split)
        elif found.rows is not None:
            from fledge.jobs.looking_at_rows import with_test_table  # polars is only loaded for tables

            found = with_test_table(found, settings)
        else:
            found = _with_test(found, _test_part(settings, settings.test, tell), settings)
        tell(f"{'Test':8}{counted(found.part_counts['test'], found.noun)} of {settings.test}, used once, at the end")
        for finding in found.findings[known:]:
            tell(f"{'Note':8}{finding.message}")
    return found


def _flags(word: str, found: Checked) -> str:
    """What changes that which a line says was chosen."""
    if word == "Split" and "seed" in found.split:
        return "  (--valid, --seed)"
    return "  (--task)" if word == "Task" else ""


def _refuse(found: Checked, settings: Settings) -> None:
    errors = [each for each in found.errors if not (settings.on_bad == "skip" and each.kind in _ENOUGH_LEFT)]
    if errors:
        skippable = all(each.kind in _ENOUGH_LEFT for each in errors)
        raise DataError(
            "; ".join(each.message for each in errors),
            hint="--skip-bad trains on the others" if skippable else f"`fledge check {settings.source}` says more",
        )


def _test_part(settings: Settings, test: str, tell: Teller) -> Checked:
    """The data kept apart, read as the others; that they may be of one class alone, say, is no fault of theirs."""
    counting = tell.counting(f"looking at {test}")
    said = replace(settings.tracks, owner=None)
    if Path(test).is_dir():  # of which each file is a movement
        said = replace(said, track=None)
    part = check(test, target=settings.target, seed=settings.seed, progress=counting, tracks=said)
    if not any(part.parts):
        raise DataError("; ".join(each.message for each in part.errors), hint=f"`fledge check {test}` says more")
    return part


def _with_test(found: Checked, part: Checked, settings: Settings) -> Checked:
    """Both together, all of the second in the test part."""
    if "test" in found.parts:
        raise UsageError(f"{settings.source} has a test part of its own", hint="leave --test out")
    if part.kind != found.kind:
        raise DataError(f"{part.source} holds {part.kind}s, and {found.source} {found.kind}s")
    part = part if found.kind == "track" else as_asked(part, found.task)
    used = [place for place, label in enumerate(part.labels) if part.parts[place] and not is_blank(label)]
    labels = [part.labels[place] for place in used]
    if settings.owner is None:  # of whom strangers are to be told, too
        refuse_strange(found, labels, part.source)
    files = [part.files[place] for place in used]
    return replace(
        found,
        files=(*found.files, *files),
        labels=(*found.labels, *labels),
        parts=(*found.parts, *("test" for _ in used)),
        bad=(*found.bad, *part.bad),
        findings=(*found.findings, *_leaks(found, part, used)),
        split=f"{found.split}; the test part is {part.source}",
    )


def refuse_strange(found: Checked, labels: Sequence[Any], source: str) -> None:
    """Labels to be tested on that nothing is learned of."""
    if not (known := found.classes):
        return
    pieces = [each for label in labels for each in _several(label)]
    if strange := Counter(each for each in pieces if str(each) not in known):
        names = listed([f"{shown(name)} ({count})" for name, count in strange.most_common()])
        raise DataError(
            f"{source} has labels that {found.source} hasn't: {names}",
            hint="the test part needs the labels of the others, in a folder each or in a table",
        )


def _leaks(found: Checked, part: Checked, used: list[int]) -> list[Finding]:
    """Copies of what is learned from or chosen by, byte for byte, among what is kept apart."""
    sizes = {_size(found.files[place]) for place, where in enumerate(found.parts) if where}
    suspects = [place for place in used if _size(part.files[place]) in sizes]
    wanted = {_size(part.files[place]) for place in suspects}
    theirs = [file for file, where in zip(found.files, found.parts, strict=True) if where and _size(file) in wanted]
    known = {_digest(file) for file in theirs}
    twins = [part.files[place] for place in suspects if _digest(part.files[place]) in known]
    if not twins:
        return []
    what = f"{counted(len(twins), part.kind)} of {part.source} {'is' if len(twins) == 1 else 'are'} also in {found.source}"
    return [Finding("leak", "warning", f"{what}, so the test will look too good: {listed(twins, 2)}")]


def _size(item: Any) -> int:
    """How many bytes a file has, or a movement out of a table."""
    return item.stat().st_size if isinstance(item, Path) else len(item.tobytes())


def _digest(item: Any) -> bytes:
    return content_digest(item if isinstance(item, Path) else item.tobytes())


def _several(label: object) -> tuple[object, ...]:
    return label if isinstance(label, tuple) else (label,)
