"""A table of many movements: its rows are their events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from fledge.core.errors import DataError, UnreadableItem, UsageError, listed, shown
from fledge.data.label_checks import Finding
from fledge.data.splits import ColSplitter
from fledge.data.track_table import TrackTable, guess_label, guess_track, tracks_of, varying
from fledge.jobs.check_layout import Layout
from fledge.transforms.track_columns import TrackColumns

if TYPE_CHECKING:  # which itself needs what stands here
    from fledge.jobs.check_source import RowSource, Source, Wanted

_PART = "part of the data"
"""A column of ours: the part that a row's file is."""


def tracked(root: Path, name: str, rows: RowSource, wanted: Wanted) -> Source | None:
    """The movements in a table whose rows are their events; nothing where rows are something else."""
    said, frame = wanted.tracks, rows.frame
    table = None if said.rows else _columns(frame, wanted)
    if table is None:
        return None
    if left := [each for each in wanted.options.given if each != "part"]:
        raise UsageError(f"{listed(left)}: the rows of {name} are events of movements", hint="leave them out")
    try:
        columns = said.named.among(table.events(frame).columns)
    except UnreadableItem as error:
        raise DataError(
            f"{name} can't be read as movements: {error.message}", hint="name its columns: --column x=posX"
        ) from error
    findings: list[Finding] = []
    if alone := frame[table.track].null_count():
        message = f"{alone:,} rows without a value in {shown(table.track)} belong to no movement, and are left out"
        findings.append(Finding("no_track", "warning", message))
        rows = replace(rows, parts=_of_those(rows.parts, frame[table.track].is_not_null()))
        frame = frame.drop_nulls(table.track)
    if rows.parts:
        table, frame = replace(table, part=_PART), frame.with_columns(pl.Series(_PART, rows.parts))
    found = tracks_of(frame, table, columns)
    because = (
        f"each row of {name} is an event of the track that {shown(table.track)} names (--track), whose label is in "
        f"{shown(table.label)} (--target): {columns} (--column)"
    )
    tracks, labels = tuple(track for track, _, _ in found), tuple(label for _, label, _ in found)
    layout = Layout(
        tracks, labels, _parts(table, [part for _, _, part in found]), "classification", because, findings=tuple(findings)
    )
    from fledge.jobs.check_source import Source

    return Source(root, "track", "track-classification", because, layout, by_rows=True)


def _columns(frame: pl.DataFrame, wanted: Wanted) -> TrackTable | None:
    """Which column says which movement, and which whose; nothing where the rows are not known to be events."""
    names, said, part = frame.columns, wanted.tracks, wanted.options.part
    used = [each for each in (*wanted.target, part) if each is not None]
    try:
        events = said.named.among([name for name in names if name not in used])
    except UnreadableItem as error:
        if said.track is None:
            return None
        raise DataError(f"these rows are no events: {error.message}", hint="name their columns: --column x=posX") from error
    used += [name for name in (events.time, events.x, events.y, events.button, events.state) if name is not None]
    track = said.track or guess_track(frame, leave=used)
    if track is None:
        return None
    label = wanted.target[0] if wanted.target else guess_label([name for name in names if name not in (*used, track)])
    if label is not None and len(wanted.target) < 2:
        table = TrackTable(track, label, part)
        table.check(names)
        return table if said.track is not None or not varying(frame, track, label) else None
    if said.track is None:
        return None
    raise UsageError("which column says whose movement it is, or what it is, is not known", hint="name it: --target person")


def _parts(table: TrackTable, told: list[Any]) -> tuple[str, ...]:
    """The part of each movement, as a column or the files say; none where neither does."""
    if table.part is None:
        return ()
    if table.part == _PART:
        return tuple(map(str, told))
    split = ColSplitter(table.part).split([{table.part: each} for each in told])
    of = {int(place): name for name in ("train", "valid", "test") for place in getattr(split, name)}
    return tuple(of.get(place, "") for place in range(len(told)))


def _of_those(parts: tuple[str, ...], kept: pl.Series) -> tuple[str, ...]:
    return tuple(part for part, is_kept in zip(parts, kept, strict=True) if is_kept) if parts else ()


def named_columns(names: list[str], said: TrackColumns) -> TrackColumns | None:
    """The columns of a file's events, if it has such."""
    try:
        return said.among(names)
    except UnreadableItem:
        return None
