"""Which rows of a table are held back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fledge.core.errors import UnknownName, UsageError, listed
from fledge.core.log import log
from fledge.data.labels import ColReader
from fledge.data.splits import ColSplitter, GroupSplitter, IndexSplitter, RandomSplitter, Splitter, as_splitter
from fledge.data.tabular_options import Options
from fledge.data.time_split import TimeSplitter
from fledge.transforms.row import Row

_WAYS: Final = ("splitter", "valid_idx", "valid_col", "group", "time")
"""What says which rows they are; where nothing does, it is left to chance."""


def splitter_of(options: Options, columns: Sequence[str]) -> Splitter:
    """The one way asked for to hold rows back, or chance."""
    ways: dict[str, Any] = {name: options.get(name) for name in _WAYS}
    asked = [name for name, value in ways.items() if value is not None]
    if len(asked) > 1:
        raise UsageError(f"{listed(asked)} say each which rows are held back", hint="give one of them")
    for name in ("valid_col", "group", "time"):
        if ways[name] is not None and ways[name] not in columns:
            raise UnknownName("column", ways[name], columns)
    share = options.get("valid_pct", 0.2)
    match asked:
        case ["splitter"]:
            return as_splitter(ways["splitter"])
        case ["valid_idx"]:
            return IndexSplitter(ways["valid_idx"])
        case ["valid_col"]:
            return ColSplitter(ways["valid_col"])
        case ["group"]:
            return GroupSplitter(ColReader(ways["group"]), share, options.get("seed"))
        case ["time"]:
            return TimeSplitter(ways["time"], share)
    return RandomSplitter(share, options.get("seed"))


def offer_time(row: Row, options: Options) -> None:
    """Says that the rows have dates, where they were divided by chance."""
    dates = [each.source for each in row.numbers if each.part == "days"]
    if dates and all(options.get(name) is None for name in _WAYS):
        log.info("rows are held back by chance; time=%r would hold back the latest ones", dates[0])
