"""Labels out of what is at hand: the folder a file stands in, its name, a column."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from pathlib import Path, PurePath
from typing import Any, final

from fledge.core.errors import DataError, UnknownName, UsageError, listed, shown


def parent_label(path: str | os.PathLike[str]) -> str:
    """The name of the folder a file stands in.

    >>> parent_label("pets/dog/1.jpg")
    'dog'
    """
    name = PurePath(path).parent.name
    if not name or name == "..":
        raise DataError(
            f"{shown(os.fspath(path), limit=300)} stands in no folder that could be its label", hint="pass longer paths"
        )
    return name


@final
@dataclass(frozen=True)
class RegexLabeller:
    """The first group of a regular expression, found in the path (written with `/` on every system).

    With `match` the pattern has to fit from the path's beginning.

    >>> RegexLabeller(r"([a-z]+)_\\d+.jpg$")("pets/great_dane_34.jpg")
    'dane'
    """

    pattern: str
    match: bool = False

    def __post_init__(self) -> None:
        try:
            groups = re.compile(self.pattern).groups
        except re.error as error:
            raise UsageError(f"the pattern {shown(self.pattern)} is no regular expression: {error}") from None
        if groups == 0:
            raise UsageError(
                f"the pattern {shown(self.pattern)} has no group", hint="put ( ) around the part of it that is the label"
            )

    def __call__(self, path: str | os.PathLike[str]) -> str:
        text = PurePath(path).as_posix()
        found = re.match(self.pattern, text) if self.match else re.search(self.pattern, text)
        if found is None or found.group(1) is None:
            raise DataError(f"the pattern {shown(self.pattern)} finds no label in {shown(text)}")
        return found.group(1)


@final
@dataclass(frozen=True)
class ColReader:
    """The value of a column in a row, or of several as a list.

    Text gets `prefix` and `suffix`; a Path as prefix is the folder the value is a file in. With `label_delim` a value
    holds several labels. A missing value (None, not a number) is None.

    >>> row = {"file": "sea.jpg", "tags": "boat gull"}
    >>> ColReader("file", prefix="photos/")(row), ColReader("tags", label_delim=" ")(row)
    ('photos/sea.jpg', ['boat', 'gull'])
    """

    cols: str | int | Sequence[str | int]
    prefix: str | Path = ""
    suffix: str = ""
    label_delim: str | None = None

    def __post_init__(self) -> None:
        if self.label_delim == "":
            raise UsageError("label_delim is empty", hint="leave it out, or name what stands between two labels, such as ' '")

    @property
    def is_plain(self) -> bool:
        """Whether values are given as they stand in the row."""
        return self.prefix == "" and not self.suffix and self.label_delim is None

    def __call__(self, row: Any) -> Any:
        if isinstance(self.cols, str | int):
            return self._read(row, self.cols)
        return [self._read(row, col) for col in self.cols]

    def _read(self, row: Any, col: str | int) -> Any:
        value = cell(row, col)
        if is_missing(value):
            return None
        if self.label_delim is not None:
            return [label.strip() for label in str(value).split(self.label_delim) if label.strip()]
        if isinstance(self.prefix, Path):
            return self.prefix / f"{value}{self.suffix}"
        return f"{self.prefix}{value}{self.suffix}" if self.prefix or self.suffix else value


def cell(row: Any, col: str | int) -> Any:
    """What stands in one column of a row: a mapping, a frame's row, a named tuple; a number counts from the first.

    >>> cell({"name": "Rex", "kind": "dog"}, "kind"), cell(("Rex", "dog"), 0)
    ('dog', 'Rex')
    """
    names = _names(row)
    if col in names:
        return row[col] if isinstance(row, Mapping) or hasattr(row, "keys") else getattr(row, str(col))
    values = [row[name] for name in names] if hasattr(row, "keys") else row
    if isinstance(col, int) and isinstance(values, Sequence) and -len(values) <= col < len(values):
        return values[col]
    if not names:
        raise DataError(f"there is no column {shown(col)} in a row {shown(row)}", hint="pass a frame, or rows as dicts")
    error = UnknownName("column", col, names)
    error.hint = f"take one of the columns that are there: {listed(names, limit=20)}"
    raise error


def is_missing(value: Any) -> bool:
    """Whether a row has no value there: None, not a number, or pandas' own marks for it.

    >>> is_missing(None), is_missing(float("nan")), is_missing("")
    (True, True, False)
    """
    if isinstance(value, Real):
        return bool(value != value)
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _names(row: Any) -> list[Any]:
    """The columns of a row, where they have names."""
    if isinstance(row, Mapping) or hasattr(row, "keys"):
        return list(row.keys())
    return list(getattr(row, "_fields", ()))
