"""A sheet of pictures to look at: some of each label, side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from fledge.core.errors import UnreadableItem, UsageError
from fledge.core.files import write_atomically
from fledge.core.words import bare, in_words
from fledge.jobs.checked import Checked, counted
from fledge.transforms.picture_bytes import picture_bytes
from fledge.transforms.picture_file import decode_file

_SIDE = 112
_GAP = 8
_CAPTION = 20
_COLUMNS = 8
_MOST_LABELS = 16
_PAPER, _INK, _SHADE = (255, 255, 255), (40, 40, 40), (236, 236, 236)


def draw_sheet(checked: Checked, path: Path) -> None:
    """Writes a PNG with a row for each of the most frequent labels, or several rows where labels are numbers."""
    if checked.kind != "picture":
        raise UsageError(f"a sheet shows pictures, and {checked.source} holds {checked.kind}s", hint="leave out --sheet")
    rows = _rows(checked)
    width = _GAP + _COLUMNS * (_SIDE + _GAP)
    height = _GAP + max(1, len(rows)) * (_CAPTION + _SIDE + _GAP)
    sheet = Pillow.new("RGB", (width, height), _PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(13)
    for number, (caption, files) in enumerate(rows):
        top = _GAP + number * (_CAPTION + _SIDE + _GAP)
        pen.text((_GAP, top), caption[:120], fill=_INK, font=font)
        for column, file in enumerate(files):
            _paste(sheet, file, _GAP + column * (_SIDE + _GAP), top + _CAPTION)
    write_atomically(path, lambda file: sheet.save(file, "PNG"))


def _rows(checked: Checked) -> list[tuple[str, list[Path]]]:
    """A caption and files for each row; the files are spread evenly over those there are."""
    usable = [place for place, part in enumerate(checked.parts) if part]
    if not checked.classes:
        chosen = _spread(usable, _COLUMNS * 4)
        return [
            (", ".join(in_words(checked.labels[place]) for place in row), [checked.files[place] for place in row])
            for row in (chosen[start : start + _COLUMNS] for start in range(0, len(chosen), _COLUMNS))
        ]
    of_label: dict[str, list[int]] = defaultdict(list)
    for place in usable:
        label: Any = checked.labels[place]
        for each in label if isinstance(label, tuple) else (label,):
            of_label[str(each)].append(place)
    return [
        (f"{bare(name)}: {counted(count, 'picture')}", [checked.files[place] for place in _spread(of_label[name], _COLUMNS)])
        for name, count in list(checked.classes.items())[:_MOST_LABELS]
    ]


def _spread(places: Sequence[int], most: int) -> list[int]:
    """So many of the places, evenly spread.

    >>> _spread(range(10), 3)
    [0, 4, 9]
    """
    if len(places) <= most:
        return list(places)
    return [places[int(each)] for each in np.linspace(0, len(places) - 1, most)]


def _paste(sheet: Pillow.Image, file: Path, left: int, top: int) -> None:
    """A picture, whole, in the middle of its square."""
    sheet.paste(_SHADE, (left, top, left + _SIDE, top + _SIDE))
    try:
        pixels = decode_file(picture_bytes(file), channels=3, at_least=(_SIDE, _SIDE))
    except UnreadableItem:  # it was deleted since it was looked at
        return
    picture = Pillow.fromarray(np.ascontiguousarray(pixels))
    scale = _SIDE / max(picture.size)
    width, height = (max(1, round(side * scale)) for side in picture.size)
    small = picture.resize((width, height), Pillow.Resampling.BICUBIC if scale > 1 else Pillow.Resampling.LANCZOS)
    sheet.paste(small, (left + (_SIDE - width) // 2, top + (_SIDE - height) // 2))
