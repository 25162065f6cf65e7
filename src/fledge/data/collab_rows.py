"""Rows of who gave what to which thing, so that each can be used and none counts twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fledge.core.errors import DataError, listed, shown
from fledge.core.log import log
from fledge.data.collab_columns import CollabColumns
from fledge.data.samples import BadItem, Places

MANY = 0.05
"""The share of rows that can't be used from which on something larger must be wrong."""

_LARGEST = 3e38


@final
@dataclass(frozen=True)
class Cleaned:
    """The rows that can be used, each pair once; what was set aside; and how many rows were about a pair that came again."""

    frame: pl.DataFrame
    bad: tuple[BadItem, ...]
    again: int


def cleaned(frame: pl.DataFrame, columns: CollabColumns, *, likes: bool) -> Cleaned:
    """The rows that name somebody and something, and say how much; of a pair that comes up again the last one."""
    if not frame.height:
        raise DataError("the table has no rows", hint="pass a table that has some")
    frame = frame.select(name for name in (columns.user, columns.item, columns.rating, columns.time) if name)
    known = _usable(frame, columns, likes=likes)
    names = [columns.user, columns.item, *([] if likes or not columns.rating else [columns.rating])]
    lost = np.flatnonzero(~known.to_numpy())
    bad = tuple(BadItem(f"row {place}", frame.row(int(place), named=True), _reason(frame, int(place), names)) for place in lost)
    frame = frame.filter(known)
    once = _once(frame, columns)
    again = frame.height - len(once)
    return Cleaned(frame[once] if again else frame, bad, again)


def report_cleaned(found: Cleaned, on_bad: Literal["auto", "skip", "raise"]) -> None:
    """Says what was set aside, and what came again; stops if too much is lost, or if that was asked for."""
    if found.bad:
        count = found.frame.height + found.again + len(found.bad)
        if not found.frame.height or on_bad == "raise" or (on_bad == "auto" and len(found.bad) > MANY * count):
            raise DataError(bad_words(found), hint='set them aside with on_bad="skip"')
        log.warning("set aside, and listed in dls.bad: %s", bad_words(found))
    if found.again:
        log.warning("%s", again_words(found))


def bad_words(found: Cleaned) -> str:
    """How many rows can't be used, and why some can't."""
    count = found.frame.height + found.again + len(found.bad)
    some = "; ".join(f"{each.name}: {each.reason}" for each in found.bad[:3])
    more = f"; and {len(found.bad) - 3} more" if len(found.bad) > 3 else ""
    return f"{len(found.bad)} of {count} rows can't be used: {some}{more}"


def again_words(found: Cleaned) -> str:
    """What becomes of rows about the same pair."""
    return f"{found.again} rows are about a pair that comes up again: the last of each counts"


def _usable(frame: pl.DataFrame, columns: CollabColumns, *, likes: bool) -> pl.Series:
    known = frame[columns.user].is_not_null() & frame[columns.item].is_not_null()
    if likes or columns.rating is None:
        return known
    ratings = frame[columns.rating]
    if not ratings.dtype.is_numeric():
        raise DataError(
            f"the column {shown(columns.rating)} holds no numbers but {listed(ratings.head(3).to_list())}",
            hint="name the one with ratings, or take each row for a like",
        )
    return known & (ratings.cast(pl.Float64).is_finite() & (ratings.abs() < _LARGEST)).fill_null(False)


def _reason(frame: pl.DataFrame, place: int, names: list[str]) -> str:
    absent = [name for name in names if frame[name][place] is None]
    return f"it has no {listed(absent)}" if absent else f"its {names[-1]} is {shown(frame[names[-1]][place])}"


def _once(frame: pl.DataFrame, columns: CollabColumns) -> Places:
    """The rows that remain, in their order, when each pair keeps its last one: by time, or as they stand."""
    pairs = frame.with_row_index("\0row")
    if columns.time is not None:
        pairs = pairs.sort(columns.time, maintain_order=True, nulls_last=False)
    kept = pairs.unique([columns.user, columns.item], keep="last")
    rows: NDArray[np.int64] = np.sort(kept["\0row"].to_numpy().astype(np.int64))
    return rows
