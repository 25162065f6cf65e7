"""What both ways to loaders of a table take, and which rows are held back of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

import torch

from fledge.core.errors import UnknownName, UsageError, listed
from fledge.core.log import log
from fledge.data.block import Balance
from fledge.data.checking import OnBad
from fledge.data.labels import ColReader
from fledge.data.splits import ColSplitter, GroupSplitter, IndexSplitter, RandomSplitter, Splitter, as_splitter
from fledge.data.table_reading import BadRows
from fledge.data.table_reading_types import Decimal
from fledge.data.time_split import TimeSplitter
from fledge.transforms.row import Row
from fledge.transforms.transform import Block


class Reading(TypedDict, total=False):
    """How a file is read, where that is not to be found out: see `read_table`."""

    encoding: str | None
    separator: str | None
    decimal: Decimal | None
    names: Sequence[str] | None
    quotes: bool
    bad_rows: BadRows


class Options(TypedDict, total=False):
    """What both ways take beside the table and its columns."""

    y_block: Block | type[Block] | None
    splitter: Splitter | Any
    valid_pct: float
    valid_idx: Sequence[int] | None
    valid_col: str | None
    group: str | None
    time: str | None
    test: Any
    ignore: Sequence[str]
    dates: Mapping[str, str]
    log_scale: bool | Literal["auto"]
    bins: int
    least: int
    bs: int | None
    valid_bs: int | None
    seed: int | None
    device: str | torch.device
    on_bad: OnBad
    balance: Balance


def splitter_of(options: Options, columns: Sequence[str]) -> Splitter:
    """The one way asked for to hold rows back, or chance."""
    ways: dict[str, Any] = {
        "splitter": options.get("splitter"),
        "valid_idx": options.get("valid_idx"),
        "valid_col": options.get("valid_col"),
        "group": options.get("group"),
        "time": options.get("time"),
    }
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
    if dates and all(options.get(name) is None for name in ("splitter", "valid_idx", "valid_col", "group", "time")):
        log.info("rows are held back by chance; time=%r would hold back the latest ones", dates[0])
