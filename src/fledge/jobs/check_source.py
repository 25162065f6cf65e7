"""What a folder or a file seems to hold, and which kind of problem that makes."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from fledge.core.errors import DataError, UnknownName, listed, shown
from fledge.data.sources import get_files, get_image_files
from fledge.jobs.check_kinds import kind_of, main_kind
from fledge.jobs.check_layout import Layout, by_folders
from fledge.jobs.check_table import LABELS, by_table, read_rows
from fledge.jobs.check_target import target_of
from fledge.tasks.table import TASKS

_PREFIX = {"picture": "image", "sound": "sound", "table": "table", "text": "text"}
_MASKS = re.compile(r"annot|mask|label|segm|ground.?truth|^gts?$", re.IGNORECASE)
_ROWS = 10_000
_LONG = 100
"""Letters from which on, on average, a column holds texts."""


@final
@dataclass(frozen=True)
class Source:
    """What was found: which files, the kind of problem they make, and why."""

    root: Path
    kind: str
    task: str
    because: str
    layout: Layout

    @property
    def supported(self) -> bool:
        """Whether fledge knows this kind of problem."""
        return self.task in TASKS


def recognised(source: str | os.PathLike[str], target: Sequence[str] = ()) -> Source:
    """What a folder or a table seems to be; `target` names the columns of a table that are the label."""
    path = Path(source).expanduser()
    if path.is_file():
        return _of_file(path, target)
    files = get_files(path)
    kind = main_kind(files)
    if kind is None:
        get_image_files(path)  # which says what was looked for and what is there instead
        raise DataError(f"{path} holds nothing that fledge knows")
    if kind in ("picture", "sound"):
        return _of_files(path, kind, files, [file for file in files if kind_of(file) == "table"], target)
    if kind == "table":
        return _of_tables(path, files, target)
    return _of_texts(path, [file for file in files if kind_of(file) == "text"])


def _of_file(path: Path, target: Sequence[str]) -> Source:
    if kind_of(path) != "table":
        raise DataError(f"{path} is a single file, and no table", hint=f"pass the folder it stands in: {path.parent}")
    beside = get_files(path.parent)
    kind = main_kind(beside)
    if kind in ("picture", "sound"):
        return _of_files(path.parent, kind, beside, [path], target)
    return _table(path, [path], target)


def _of_files(root: Path, kind: str, files: Sequence[Path], tables: Sequence[Path], target: Sequence[str]) -> Source:
    """Pictures or sounds: their labels stand in a table, or are the folders they lie in."""
    data = [file for file in files if kind_of(file) == kind]
    if other := _drawn_on(data, files) if kind == "picture" else None:
        return Source(root, kind, other[0], other[1], _unlabelled(other[2], other[1]))
    layout = by_table(root, data, tables, target) or by_folders(root, data, kind)
    if target and (layout is None or not tables):
        raise UnknownName("column", target[0], [])
    layout = layout or _unlabelled(data, f"no folder and no table says what each {kind} is")
    return Source(root, kind, f"{_PREFIX[kind]}-{layout.problem}", layout.because, layout)


def _drawn_on(pictures: Sequence[Path], files: Sequence[Path]) -> tuple[str, str, list[Path]] | None:
    """Pictures with a mask for each, or with a file of boxes for each: the task, why, and the pictures themselves."""
    masks = {file for file in pictures if _MASKS.search(file.parent.name)}
    plain = [file for file in pictures if file not in masks]
    if _partners(plain, list(masks)):
        folder = min(mask.parent.name for mask in masks)
        return "image-segmentation", f"each picture has a mask of the same name (in {folder})", plain
    boxes = [file for file in files if file.suffix.lower() in (".xml", ".json")]
    if _partners(pictures, boxes):
        return "object-detection", f"each picture has a {boxes[0].suffix} file of the same name, as boxes do", list(pictures)
    return None


def _partners(files: Sequence[Path], others: Sequence[Path]) -> bool:
    """Whether most of the files have one of the same name among the others."""
    names = {other.stem for other in others}
    return bool(files) and sum(file.stem in names for file in files) > 0.9 * len(files)


def _unlabelled(files: Sequence[Path], because: str) -> Layout:
    return Layout(tuple(files), (None,) * len(files), (), "classification", because)


def _of_tables(root: Path, files: Sequence[Path], target: Sequence[str]) -> Source:
    tables = [file for file in files if kind_of(file) == "table"]
    layout = by_folders(root, tables, "table") if len(tables) > 10 else None
    rows = read_rows(tables[0], limit=_ROWS)
    columns = {name.strip().lower() for name in (rows[0] if rows else ())}
    if layout is not None and {"x", "y"} <= columns:
        return Source(root, "track", "track-classification", f"{layout.because}, with columns x and y", layout)
    return _table(root, tables, target)


def _table(root: Path, tables: Sequence[Path], target: Sequence[str]) -> Source:
    """Rows: the label is a column that was named, or else the last one."""
    table = max(tables, key=lambda file: ("train" in file.name.lower(), file.stat().st_size))
    rows = read_rows(table, limit=_ROWS)
    nothing = Layout((), (), (), "classification", "")
    if not rows:
        return Source(root, "table", "table-classification", f"{table.name} is a table", nothing)
    columns = [name for name in rows[0] if name]
    for name in target:
        if name not in columns:
            raise UnknownName("column", name, columns)
    words = {name.lower().replace("_", "") for name in columns}
    if not target and "rating" in words and {"userid", "user"} & words:
        return Source(root, "table", "recommendation", f"{table.name} has a user, an item and a rating in each row", nothing)
    likely = [name for name in columns if name.strip().lower() in LABELS]
    chosen = list(target) or likely[:1] or columns[-1:]
    label = target_of(rows, chosen)
    guess = "" if target else "; --target names another"
    because = (
        f"{table.name} has the columns {listed([shown(name) for name in columns])}: {shown(chosen[0])} is the label{guess}"
    )
    longest = (
        max(sum(len(row[name]) for row in rows) / len(rows) for name in columns if name not in chosen) if columns[1:] else 0
    )
    kind = "text" if longest > _LONG else "table"
    return Source(root, kind, f"{kind}-{label.problem}", because, nothing)


def _of_texts(root: Path, files: Sequence[Path]) -> Source:
    if layout := by_folders(root, files, "text"):
        return Source(root, "text", "text-classification", layout.because, layout)
    if any(file.suffix == ".conll" for file in files):
        return Source(root, "text", "token-classification", "a .conll file has a label for each word", _unlabelled(files, ""))
    return Source(root, "text", "language-model", "it is running text", _unlabelled(files, ""))
