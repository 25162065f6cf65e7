"""What a folder or a file seems to hold, and which kind of problem that makes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from fledge.core.errors import DataError, UnknownName, listed, shown
from fledge.data.label_checks import Finding
from fledge.data.mask_files import matched
from fledge.data.sources import get_files, get_image_files
from fledge.jobs.check_kinds import kind_of, main_kind
from fledge.jobs.check_layout import Layout, by_folders, part_of
from fledge.jobs.check_table import by_table, read_rows
from fledge.jobs.row_options import RowOptions
from fledge.jobs.track_options import TrackOptions
from fledge.tasks.table import TASKS

if TYPE_CHECKING:  # tables alone need polars
    import polars as pl

    from fledge.data.collab_columns import CollabColumns
    from fledge.data.table_target import RowTarget

_PREFIX = {"picture": "image", "sound": "sound"}
_MOST = 0.9
"""From this share of pictures with a mask on, masks are what is to be learned."""

_ROWS = 100


@final
@dataclass(frozen=True)
class Wanted:
    """What a person says of the columns of a table before it is read."""

    target: tuple[str, ...] = ()
    as_text: tuple[str, ...] = ()
    options: RowOptions = field(default_factory=RowOptions)
    tracks: TrackOptions = field(default_factory=TrackOptions)


@final
@dataclass(frozen=True, eq=False)
class RowSource:
    """The rows of a table; `parts` says of each which part its file is, where several files hold them."""

    frame: pl.DataFrame
    said: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    target: RowTarget | None = None
    ratings: CollabColumns | None = None
    """Whose columns are what, where rows are ratings or likes."""


@final
@dataclass(frozen=True)
class Source:
    """What was found: which files or which rows, the kind of problem they make, and why."""

    root: Path
    kind: str
    task: str
    because: str
    layout: Layout
    rows: RowSource | None = None
    by_rows: bool = False
    """Whether it came from the rows of a table, and what was said of these was heard."""

    def called(self, place: int) -> str:
        """What an item is called: a file by its way below the folder, a movement of a table by its name."""
        item = self.layout.files[place]
        return str(item.relative_to(self.root)) if isinstance(item, Path) else str(item)

    @property
    def supported(self) -> bool:
        """Whether fledge knows this kind of problem."""
        return self.task in TASKS


def recognised(
    source: Any, target: Sequence[str] = (), options: RowOptions | None = None, tracks: TrackOptions | None = None
) -> Source:
    """What a folder, a table or a frame seems to be.

    `target` names the columns of a table that are the label, `options` what else was said of its columns, `tracks` what was
    said of movements.
    """
    options = options or RowOptions()
    wanted = Wanted(tuple(target), options.category, options, tracks or TrackOptions())
    if not isinstance(source, str | os.PathLike):
        from fledge.jobs.check_tables import of_frame
        from fledge.transforms.row_frame import as_frame

        return of_frame(Path("the frame"), "the frame", RowSource(as_frame(source)), wanted)
    path = Path(source).expanduser()
    if path.is_file():
        return _of_file(path, wanted)
    files = get_files(path)
    kind = main_kind(files)
    if kind is None:
        get_image_files(path)  # which says what was looked for and what is there instead
        raise DataError(f"{path} holds nothing that fledge knows")
    if kind in ("picture", "sound"):
        return _of_files(path, kind, files, [file for file in files if kind_of(file) == "table"], target)
    if kind == "table":
        return _of_tables(path, files, wanted)
    return _of_texts(path, [file for file in files if kind_of(file) == "text"])


def _of_file(path: Path, wanted: Wanted) -> Source:
    if kind_of(path) != "table":
        raise DataError(f"{path} is a single file, and no table", hint=f"pass the folder it stands in: {path.parent}")
    beside = get_files(path.parent)
    kind = main_kind(beside)
    named = [file for file in beside if kind_of(file) == kind]
    if kind in ("picture", "sound") and by_table(path.parent, named, [path], wanted.target):
        return _of_files(path.parent, kind, beside, [path], wanted.target)
    from fledge.jobs.check_tables import of_frame, read

    return of_frame(path.parent, path.name, read(path, wanted), wanted)


def _of_files(root: Path, kind: str, files: Sequence[Path], tables: Sequence[Path], target: Sequence[str]) -> Source:
    """Pictures or sounds: their labels stand in a table, or are the folders they lie in."""
    data = [file for file in files if kind_of(file) == kind]
    if kind == "picture" and (drawn := _masked(root, data)) is not None:
        return Source(root, kind, "image-segmentation", drawn.because, drawn)
    if kind == "picture" and (boxes := _boxed(data, files)) is not None:
        return Source(root, kind, "object-detection", boxes, _unlabelled(data, boxes))
    layout = by_table(root, data, tables, target) or by_folders(root, data, kind)
    if target and (layout is None or not tables):
        raise UnknownName("column", target[0], [])
    layout = layout or _unlabelled(data, f"no folder and no table says what each {kind} is")
    return Source(root, kind, f"{_PREFIX[kind]}-{layout.problem}", layout.because, layout)


def _masked(root: Path, pictures: Sequence[Path]) -> Layout | None:
    """Pictures with a mask for each, divided as their folders are; nothing if few have one."""
    drawn = matched(root, pictures)
    if drawn.complete < _MOST:
        return None
    parts = [part_of(picture, root) for picture in drawn.pictures]
    because = f"each picture has a mask of the same name (in {drawn.where})"
    findings = []
    if drawn.over:
        names = listed([shown(str(mask.relative_to(root)), 200) for mask in drawn.over], 3)
        findings.append(Finding("masks_over", "warning", f"masks without a picture are left out ({len(drawn.over)}): {names}"))
    divided = tuple(parts) if all(parts) else ()
    return Layout(drawn.pictures, drawn.masks, divided, "segmentation", because, findings=tuple(findings))


def _boxed(pictures: Sequence[Path], files: Sequence[Path]) -> str | None:
    """Why pictures seem to have a file of boxes for each, if they do."""
    boxes = [file for file in files if file.suffix.lower() in (".xml", ".json")]
    if not _partners(pictures, boxes):
        return None
    return f"each picture has a {boxes[0].suffix} file of the same name, as boxes do"


def _partners(files: Sequence[Path], others: Sequence[Path]) -> bool:
    """Whether most of the files have one of the same name among the others."""
    names = {other.stem for other in others}
    return bool(files) and sum(file.stem in names for file in files) > 0.9 * len(files)


def _unlabelled(files: Sequence[Path], because: str) -> Layout:
    return Layout(tuple(files), (None,) * len(files), (), "classification", because)


def _of_tables(root: Path, files: Sequence[Path], wanted: Wanted) -> Source:
    tables = [file for file in files if kind_of(file) == "table"]
    layout = by_folders(root, tables, "table") if len(tables) > 10 else None
    if layout is not None:
        from fledge.jobs.check_tracks import named_columns  # polars is only loaded for tables

        names = [name for row in read_rows(tables[0], limit=1) for name in row]
        if (columns := named_columns(names, wanted.tracks.named)) is not None:
            because = f"{layout.because.replace('table', 'track')}: {columns} (--column)"
            return Source(root, "track", "track-classification", because, layout)
    from fledge.jobs.check_tables import main_table, of_frame  # polars is only loaded for tables

    return of_frame(root, *main_table(root, tables, wanted), wanted)


def _of_texts(root: Path, files: Sequence[Path]) -> Source:
    if layout := by_folders(root, files, "text"):
        return Source(root, "text", "text-classification", layout.because, layout)
    if any(file.suffix == ".conll" for file in files):
        return Source(root, "text", "token-classification", "a .conll file has a label for each word", _unlabelled(files, ""))
    return Source(root, "text", "language-model", "it is running text", _unlabelled(files, ""))
