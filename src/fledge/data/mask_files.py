"""Which mask belongs to which picture, and what the classes are called, by the names of files and folders."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from fledge.core.errors import DataError, UsageError, listed, shown

_MASK_FOLDER = re.compile(r"annot|mask|label|segm|ground.?truth|(^|[_\- ])gts?$", re.IGNORECASE)
_PICTURE_FOLDER = re.compile(r"^(images?|imgs?|pictures?|photos?|jpegimages|data|input)s?$", re.IGNORECASE)
_MASK_WORDS = re.compile(
    r"[_\- ]?(pixel[_\- ]?)?(annotations?|annot|masks?|labels?|segmentation(s|class)?|segms?|seg|ground.?truth|gts?)$",
    re.IGNORECASE,
)
CODE_FILES = ("codes.txt", "classes.txt", "class_names.txt", "label_colors.txt")
"""Where the names of the classes may stand."""


@final
@dataclass(frozen=True)
class Drawn:
    """Pictures, the mask of each (None where it is missing), and masks that belong to no picture."""

    pictures: tuple[Path, ...]
    masks: tuple[Path | None, ...]
    over: tuple[Path, ...]

    @property
    def complete(self) -> float:
        """The share of pictures that have a mask."""
        return sum(mask is not None for mask in self.masks) / max(len(self.masks), 1)

    @property
    def where(self) -> str:
        """Where the masks lie, in words."""
        folders = sorted({mask.parent.name for mask in self.masks if mask is not None})
        return listed(folders, 3)


def matched(root: Path, files: Sequence[Path]) -> Drawn:
    """Pictures and their masks: of the same name in a folder beside (`trainannot`, `masks`), or with `_mask` after the name.

    >>> found = matched(Path("d"), [Path("d/train/1.jpg"), Path("d/trainannot/1.png"), Path("d/val/1.jpg")])
    >>> [str(mask) for mask in found.masks]
    ['d/trainannot/1.png', 'None']
    """
    stems = {(file.parent, file.stem) for file in files}
    masks = [file for file in files if is_mask(file, root, stems)]
    pictures = sorted(set(files) - set(masks))
    by_key: dict[tuple[tuple[str, ...], str], list[Path]] = defaultdict(list)
    for mask in masks:
        by_key[_key(mask, root)].append(mask)
    chosen = [_one(picture, by_key.get(_key(picture, root), [])) for picture in pictures]
    used = {mask for mask in chosen if mask is not None}
    return Drawn(tuple(pictures), tuple(chosen), tuple(mask for mask in masks if mask not in used))


def is_mask(file: Path, root: Path, stems: set[tuple[Path, str]]) -> bool:
    """Whether a file is a mask, by its folder's name, or its own beside a picture's."""
    folders = file.relative_to(root).parts[:-1]
    if any(_MASK_FOLDER.search(folder) for folder in folders):
        return True
    plain = _MASK_WORDS.sub("", file.stem)
    return plain != file.stem and (file.parent, plain) in stems


def codes_in(root: Path) -> Path | None:
    """The file in a folder that names the classes of its masks."""
    return next((root / name for name in CODE_FILES if (root / name).is_file()), None)


def read_codes(file: Path) -> tuple[str, ...] | Mapping[str, int | tuple[int, int, int]]:
    """The classes that a text file names, one a line: names alone, in the order of their numbers; each with its number; or
    each with its colour, red green blue.
    """
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{file} can't be read: {error}") from error
    rows = [_row(line) for line in lines if line and not line.startswith("//")]
    kinds = {len(numbers) for _, numbers in rows}
    names = [name for name, _ in rows]
    if not rows or len(kinds) != 1 or kinds - {0, 1, 3} or not all(names):
        raise DataError(
            f"{file} does not name classes line by line", hint="write 'sky', or '0 sky', or '128 128 128 sky', all lines alike"
        )
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{file} names {listed([shown(name) for name in twice])} twice")
    if kinds == {0}:
        return tuple(names)
    return {name: numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1], numbers[2]) for name, numbers in rows}


def _row(line: str) -> tuple[str, tuple[int, ...]]:
    """A line's name, and the numbers before or after it.

    >>> _row("64 128 64\\tAnimal"), _row("0: sky"), _row("road")
    (('Animal', (64, 128, 64)), ('sky', (0,)), ('road', ()))
    """
    words = [word for word in re.split(r"[\s,;:=]+", line) if word]
    before = next((place for place, word in enumerate(words) if not word.isdecimal()), len(words))
    after = next((place for place in range(len(words), 0, -1) if not words[place - 1].isdecimal()), 0)
    numbers = words[:before] if before else words[after:]
    name = " ".join(words[before:] if before else words[:after])
    return name, tuple(map(int, numbers))


def _key(file: Path, root: Path) -> tuple[tuple[str, ...], str]:
    """What a picture and its mask have in common: folders without the words for either, and the name."""
    folders = [_MASK_WORDS.sub("", part) for part in file.relative_to(root).parts[:-1]]
    return tuple(part.lower() for part in folders if part and not _PICTURE_FOLDER.match(part)), _MASK_WORDS.sub("", file.stem)


def _one(picture: Path, masks: Sequence[Path]) -> Path | None:
    if len(masks) > 1:
        raise UsageError(
            f"{picture} has {len(masks)} masks: {listed(masks, 3)}",
            hint="leave one, or say which with get_y: SegmentationDataLoaders.from_label_func(...)",
        )
    return masks[0] if masks else None
