"""A look at data before any training: what they are, what can't be used, what is there twice."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import Any

from fledge.core.errors import DataError, UsageError, listed
from fledge.data.label_checks import Finding, is_blank
from fledge.data.parallel import ordered, usual_workers
from fledge.data.samples import BadItem
from fledge.data.splits import USUAL_SEED, RandomSplitter
from fledge.jobs.check_findings import (
    held_back_alone,
    label_findings,
    not_compared,
    put_right,
    set_aside,
    twin_findings,
    unsupported,
)
from fledge.jobs.check_look import Look, look_at
from fledge.jobs.check_masks import masks_looked_at
from fledge.jobs.check_owner import owned, owner_findings
from fledge.jobs.check_source import RowSource, Source, recognised
from fledge.jobs.check_twins import MOST_COMPARED, Pair, copies, near_twins
from fledge.jobs.checked import Checked, Looked
from fledge.jobs.parts import Parts
from fledge.jobs.row_options import RowOptions
from fledge.jobs.track_options import TrackOptions

_AHEAD = 64


def check(
    source: Any,
    *,
    target: Sequence[str] = (),
    valid: float = 0.2,
    seed: int | None = None,
    rows: RowOptions | None = None,
    tracks: TrackOptions | None = None,
    codes: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Checked:
    """What a folder, a table or a frame holds and what that means for training; all of it is read once, and nothing changed.

    `target` names the columns of a table that are the label, `rows` what else is to be said of a table, `tracks` of
    movements; `codes` is a file that names the classes of masks. `valid` and `seed` say what will be held back where the data
    are not divided. `progress` is called with the number of files looked at, and of all. Needs no torch.
    """
    began, options, said = perf_counter(), rows or RowOptions(), tracks or TrackOptions()
    found = recognised(source, target, options, said)
    name = os.fspath(source) if isinstance(source, str | os.PathLike) else "the frame"
    _refuse_unheard(found, options, said, codes, name)
    if found.rows is not None:
        return _of_rows(found, found.rows, source, options, valid, seed, began)
    if said.owner is not None:
        found = owned(found, said.owner)
    looks = _looks(found, said, usual_workers() if workers is None else workers, progress)
    files, labels = found.layout.files, found.layout.labels
    masks = masks_looked_at(
        found, looks, usual_workers() if workers is None else workers, None if codes is None else Path(codes)
    )
    bad = {place: look.reason for place, look in enumerate(looks) if look.reason} | dict(masks.bad)
    blank = [place for place, label in enumerate(labels) if place not in bad and is_blank(label)]
    known = [place for place in range(len(files)) if place not in bad and not is_blank(labels[place])]
    parts, split, split_findings = _parts(found, known, valid, seed)
    pairs = [*_copies(looks), *near_twins(looks)]
    findings = [
        *unsupported(found),
        *found.layout.findings,
        *set_aside(found, bad),
        *put_right(found, looks),
        *label_findings(found, known, blank),
        *split_findings,
        *(held_back_alone(found, parts) if said.owner is None else owner_findings(found, parts, said.owner)),
        *twin_findings(found, pairs, parts),
        *not_compared(found),
        *masks.findings,
    ]
    return Checked(
        source=name,
        root=found.root,
        kind=found.kind,
        task=found.task,
        supported=found.supported,
        because=found.because,
        files=files,
        labels=labels,
        names=found.layout.names,
        parts=parts,
        split=split,
        looked=Looked.of(found.kind, looks),
        bad=tuple(BadItem(str(files[place]), files[place], reason) for place, reason in bad.items()),
        pairs=tuple(pairs),
        findings=tuple(findings),
        shares=masks.shares,
        seconds=perf_counter() - began,
    )


def _refuse_unheard(found: Source, options: RowOptions, tracks: TrackOptions, codes: Any, name: str) -> None:
    """An error for what was said of rows, movements or masks where there are none."""
    if codes is not None and found.layout.problem != "segmentation":
        raise UsageError(f"codes name the classes of masks, and {name} holds none", hint="leave codes out")
    if options.given and found.rows is None and not found.by_rows:
        raise UsageError(f"{name} is no table, so it has no rows to divide and no columns: {listed(options.given)}")
    if tracks.given and found.kind != "track":
        raise UsageError(
            f"{listed(tracks.given)}: this is about movements, and {name} holds {found.kind}s", hint="leave it out"
        )
    if tracks.track is not None and not found.by_rows:
        raise UsageError(f"{name} has a file for each movement, so no column tells them apart", hint="leave track out")


def _of_rows(
    found: Source, rows: RowSource, source: Any, options: RowOptions, valid: float, seed: int | None, began: float
) -> Checked:
    """What the rows of a table hold."""
    if rows.ratings is not None:
        return _of_ratings(found, rows, source, options, valid, seed, began)
    if options.of_ratings:
        raise UsageError(f"{listed(options.of_ratings)} are about ratings, and these rows are none", hint="leave them out")
    facts = None
    if rows.target is not None and found.supported:
        from fledge.jobs.check_rows import check_rows  # polars is only loaded for tables

        facts = check_rows(rows, options, valid, seed)
    return Checked(
        source=os.fspath(source) if isinstance(source, str | os.PathLike) else "the frame",
        root=found.root,
        kind=found.kind,
        task=found.task,
        supported=found.supported,
        because=found.because,
        files=(),
        labels=() if facts is None else facts.labels,
        names=rows.target.names if rows.target is not None and rows.target.problem == "regression" else (),
        parts=Parts.of(rows.frame.height, {}) if facts is None else facts.parts,
        split="" if facts is None else facts.split,
        looked=Looked.of(found.kind, []),
        bad=(),
        pairs=(),
        findings=(*unsupported(found), *(() if facts is None else facts.findings)),
        seconds=perf_counter() - began,
        rows=None if facts is None else facts.rows,
    )


def _of_ratings(
    found: Source, rows: RowSource, source: Any, options: RowOptions, valid: float, seed: int | None, began: float
) -> Checked:
    """What ratings or likes hold."""
    from fledge.jobs.check_ratings import check_ratings  # polars is only loaded for tables

    if options.of_rows:
        raise UsageError(
            f"{listed(options.of_rows)} are about tables with a column to tell, and these rows are {found.task}",
            hint="name the column with --target, or leave them out",
        )
    assert rows.ratings is not None, "this is about ratings"
    facts = check_ratings(rows.frame, rows.ratings, found.root, options, valid, seed)
    return Checked(
        source=os.fspath(source) if isinstance(source, str | os.PathLike) else "the frame",
        root=found.root,
        kind=found.kind,
        task=found.task,
        supported=found.supported,
        because=found.because,
        files=(),
        labels=(),
        names=(),
        parts=facts.parts,
        split=facts.split,
        looked=Looked.of(found.kind, []),
        bad=facts.bad,
        pairs=(),
        findings=facts.findings,
        seconds=perf_counter() - began,
        ratings=replace(facts.ratings, said=(*rows.said, *facts.ratings.said)),
    )


def _looks(found: Source, tracks: TrackOptions, workers: int, progress: Callable[[int, int], None] | None) -> list[Look]:
    """A look at each file, in threads and in order; of too many pictures the small ones are not kept."""
    files, looks = found.layout.files, []
    for look in ordered(lambda file: look_at(found.kind, file, tracks), files, workers, ahead=_AHEAD):
        looks.append(look if len(files) <= MOST_COMPARED else replace(look, small=None))
        if progress is not None:
            progress(len(looks), len(files))
    return looks


def _copies(looks: Sequence[Look]) -> list[Pair]:
    return [Pair(group[0], other, 1.0) for group in copies(looks) for other in group[1:]]


def _parts(found: Source, known: Sequence[int], valid: float, seed: int | None) -> tuple[tuple[str, ...], str, list[Finding]]:
    """The part of each file ("" if it is in none), how that came, and what is wrong with it."""
    layout = found.layout
    parts = ["" for _ in layout.files]
    for place in known:
        parts[place] = layout.parts[place] if layout.parts else "train"
    learned = [place for place in known if parts[place] == "train"]
    if "valid" in parts or not known:
        return tuple(parts), "as the data are divided", []
    splitter = RandomSplitter(valid, seed)
    labels = [layout.labels[place] for place in learned]
    try:
        held = splitter.split(learned, labels).valid
    except DataError as error:
        return tuple(parts), "", [Finding("no_split", "error", error.message)]
    for place in held.tolist():
        parts[learned[place]] = "valid"
    kept_apart = ", beside the test part" if layout.parts else ""
    words = f"{100 * valid:g} % held back by chance, seed {USUAL_SEED if seed is None else seed}{kept_apart}"
    return tuple(parts), words, []
