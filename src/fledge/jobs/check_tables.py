"""Which kind of problem the rows of a table make, and where they stand: in one file, or in one for each part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.core.seeds import generator
from fledge.data.splits import PART_NAMES, USUAL_SEED
from fledge.data.table_pieces import TablePieces, is_too_large
from fledge.data.table_reading import read_table
from fledge.data.table_target import check_names, row_target
from fledge.jobs.check_layout import Layout
from fledge.jobs.check_ratings import rated
from fledge.jobs.check_source import RowSource, Source, Wanted
from fledge.jobs.check_table import LABELS
from fledge.jobs.check_tracks import tracked
from fledge.transforms.column_kinds import USED, kinds_of

_NOTHING = Layout((), (), (), "classification", "")
_PARTS = {name: part for part, names in PART_NAMES.items() for name in names}
_ROWS = 10_000
_MOST = 2_000_000
"""So many rows are drawn of a table that doesn't fit into memory."""

_LONG = 100
"""Letters from which on, on average, a column holds long texts."""


def read(file: Path, wanted: Wanted) -> RowSource:
    """The rows of one file; of one that doesn't fit into memory, some that are drawn by chance."""
    if not is_too_large(file):
        table = read_table(file, as_text=wanted.as_text)
        return RowSource(table.frame, table.said)
    pieces = TablePieces.of(file)
    count = min(_MOST, pieces.height)
    drawn = np.sort(generator(USUAL_SEED, "rows").choice(pieces.height, count, replace=False))
    said = f"{pieces.height:,} rows take more memory than is free: {count:,} are looked at and learned from, drawn by chance"
    return RowSource(pieces.rows(drawn), (f"{said} (TabularDataLoaders learns from all, in pieces)",))


def main_table(root: Path, tables: Sequence[Path], wanted: Wanted) -> tuple[str, RowSource]:
    """The table of a folder that is to be learned from: its name, and its rows.

    Files called train, valid or test that have the same columns belong together; else the largest is taken.
    """
    parts = {part: file for file in tables if (part := _PARTS.get(file.name.partition(".")[0].lower()))}
    if "train" not in parts:
        largest = max(tables, key=lambda file: ("train" in file.name.lower(), file.stat().st_size))
        return str(largest.relative_to(root)), read(largest, wanted)
    main = read(parts["train"], wanted)
    names, frames, of, said = [parts["train"].name], [main.frame], ["train"] * main.frame.height, [*main.said]
    for part in ("valid", "test"):
        if part not in parts:
            continue
        other = read(parts[part], wanted)
        if other.frame.columns != main.frame.columns:
            said.append(f"{parts[part].name} has other columns than {parts['train'].name}, and is left out")
            continue
        names.append(parts[part].name)
        frames.append(other.frame)
        of += [part] * other.frame.height
        said += other.said
    if len(frames) == 1:
        return names[0], replace(main, said=tuple(said))
    return listed(names), RowSource(_together(frames), tuple(said), tuple(of))


def of_frame(root: Path, name: str, rows: RowSource, wanted: Wanted) -> Source:
    """What the rows are: the label is a column that was named, that is called so, or else the last one."""
    frame = rows.frame
    if not frame.height:
        raise DataError(f"{name} has no rows", hint="pass a table that has some")
    check_names(wanted.target, frame.columns)
    if (tracks := tracked(root, name, rows, wanted)) is not None:
        return tracks
    if not wanted.target and (found := rated(frame, wanted.options)) is not None:
        columns, because = found
        task = "likes" if wanted.options.likes or columns.rating is None else "ratings"
        return Source(root, "table", task, because, _NOTHING, replace(rows, ratings=columns))
    likely = [each for each in frame.columns if each.strip().lower() in LABELS]
    names = wanted.target or tuple(likely[:1] or frame.columns[-1:])
    if len(frame.columns) == len(names):
        raise UsageError(f"{name} has no column beside {listed([shown(each) for each in names])}", hint="name another --target")
    target = row_target(frame, names)
    guess = "" if wanted.target else "; --target names another"
    because = f"{listed([shown(each) for each in names])} is to be told, {target.because}{guess}"
    kind = "text" if _is_text(frame.drop(list(names))) else "table"
    return Source(root, kind, f"{kind}-{target.problem}", because, _NOTHING, replace(rows, target=target))


def _is_text(inputs: pl.DataFrame) -> bool:
    """Whether texts are all there is to learn from; beside long ones, one other column (a source, a fold) doesn't count."""
    some = inputs.head(_ROWS)
    kinds = kinds_of(some)
    texts = [each.name for each in kinds if each.kind == "text"]
    others = sum(each.kind in USED for each in kinds)
    long = any(float(some[name].str.len_chars().mean() or 0) > _LONG for name in texts)  # type: ignore[arg-type]
    return bool(texts) and others <= long


def _together(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Rows of several files below each other: what is text in one of them is text in all."""
    columns = []
    for place, name in enumerate(frames[0].columns):
        pieces = [frame.to_series(place) for frame in frames]
        kinds = {piece.dtype for piece in pieces}
        if len(kinds) > 1:
            kind = pl.Float64 if all(each.is_numeric() for each in kinds) else pl.String
            pieces = [piece.cast(kind) for piece in pieces]
        columns.append(pl.concat(pieces).alias(name))
    return pl.DataFrame(columns)
