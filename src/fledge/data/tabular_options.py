"""What both ways to loaders of a table take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

import torch

from fledge.data.block import Balance
from fledge.data.checking import OnBad
from fledge.data.splits import Splitter
from fledge.data.table_reading import BadRows
from fledge.data.table_reading_types import Decimal
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
