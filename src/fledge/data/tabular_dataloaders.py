"""Tables as batches: from a file or a frame, in one call."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Unpack, final

import numpy as np
import polars as pl
import torch

from fledge.core.devices import choose_device
from fledge.core.errors import DataError, UnknownName, UsageError, listed
from fledge.data.block import Balance
from fledge.data.checking import checked_labels, report_bad
from fledge.data.column import Column, StoredColumn, column
from fledge.data.dataloaders import DataLoaders
from fledge.data.fitting import Fitted, class_shares
from fledge.data.gathering import Gathered, Intake
from fledge.data.labels import ColReader
from fledge.data.loader import Loader
from fledge.data.samples import Samples
from fledge.data.stored_tables import BLOCK, StoredTable, sampled
from fledge.data.table_pieces import StoredRows, TablePieces, is_too_large
from fledge.data.table_reading import found_below, read_table
from fledge.data.table_target import check_names, class_labels, numbers, row_target
from fledge.data.tabular_options import Options, Reading
from fledge.data.tabular_split import offer_time, splitter_of
from fledge.data.tabular_suspicions import hashed, suspicions
from fledge.transforms.category import CategoryBlock
from fledge.transforms.columnar import ManyRows
from fledge.transforms.row import RowBlock
from fledge.transforms.row_frame import Rows, as_frame
from fledge.transforms.table_number import TableNumberBlock
from fledge.transforms.transform import Block, Codec

Names = str | Sequence[str]

_PROCS = ("Categorify", "FillMissing", "Normalize")


@final
class TabularDataLoaders:
    """Ways to `DataLoaders` of the rows of a table; `y_names` is the column to tell, or several of numbers.

    What each column is, is found out and said (`cat_names`, `cont_names` and `ignore` decide otherwise). A share of the rows is
    held back by chance, unless `valid_idx`, `valid_col`, `group` (whole groups), `time` (the latest) or a `splitter` decides;
    `test` is a table for a last test. `procs` may name Categorify, FillMissing and Normalize, which are always done.
    """

    @staticmethod
    def from_csv(
        csv: str | Path,
        y_names: Names | None = None,
        *,
        path: str | Path = "",
        procs: Any = (),
        cat_names: Sequence[str] | None = None,
        cont_names: Sequence[str] | None = None,
        reading: Reading | None = None,
        in_memory: bool | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """A CSV (plain, .gz, .zst), Parquet or Arrow file, where it is or below `path`; `reading`: see `read_table`.

        A Parquet or Arrow file of more than about a quarter of the free memory is read in pieces, encoded once into a file that
        is mapped, and shuffled in blocks; `in_memory` decides otherwise.
        """
        settings: dict[str, Any] = {"as_text": tuple(cat_names or ()), **(reading or {})}
        file = found_below(path, csv)
        in_pieces = is_too_large(file) if in_memory is None else not in_memory
        table = TablePieces.of(file) if in_pieces else read_table(file, **settings).frame
        test = options.get("test")
        if isinstance(test, str | os.PathLike):
            options["test"] = read_table(found_below(path, test), **settings).frame
        return _made(table, y_names, procs, cat_names, cont_names, options)

    @staticmethod
    def from_df(
        df: Any,
        y_names: Names | None = None,
        *,
        procs: Any = (),
        cat_names: Sequence[str] | None = None,
        cont_names: Sequence[str] | None = None,
        **options: Unpack[Options],
    ) -> DataLoaders:
        """A frame of polars, pandas or Arrow, a list of rows, or a mapping of columns."""
        return _made(as_frame(df), y_names, procs, cat_names, cont_names, options)


def usual_bs(rows: int) -> int:
    """A batch size for so many rows to learn from: large tables take large steps.

    >>> usual_bs(600), usual_bs(26_000), usual_bs(10_000_000)
    (32, 256, 4096)
    """
    return int(min(max(32, 2 ** round(np.log2(max(rows, 1) / 100))), 4096))


def _made(
    table: pl.DataFrame | TablePieces,
    y_names: Names | None,
    procs: Any,
    cat_names: Sequence[str] | None,
    cont_names: Sequence[str] | None,
    options: Options,
) -> DataLoaders:
    """Loaders of a table in memory or on a disk, once it is known which columns are meant."""
    _check_procs(procs)
    if not table.height:
        raise DataError("the table has no rows", hint="pass a table that has some")
    targets = _target_names(table.columns, y_names)
    only = None if cat_names is None or cont_names is None else {*cat_names, *cont_names}
    ignore = list(options.get("ignore", ()))
    ignore += [name for name in (options.get("group"), options.get("valid_col")) if name and name not in ignore]
    if only is not None:  # both lists were given: the rest is not meant
        ignore += [name for name in table.columns if name not in {*only, *targets, *ignore}]
    block = RowBlock(
        targets,
        tuple(cat_names or ()),
        tuple(cont_names or ()),
        tuple(ignore),
        dict(options.get("dates", {})),
        options.get("bins", 32),
        options.get("least", 2),
    )
    return _loaders(table, targets, block, options)


def _loaders(table: pl.DataFrame | TablePieces, targets: Sequence[str], block: RowBlock, options: Options) -> DataLoaders:
    on_bad, seed = options.get("on_bad", "auto"), options.get("seed") or 0
    names = [name for name in table.columns if name not in targets]
    if isinstance(table, TablePieces):
        y_block, gathered = _gathered(StoredRows.all(table, names), table.whole(targets), options)
    else:
        y_block, gathered = _gathered(Rows(table.select(names)), table.select(targets), options)
    report_bad(gathered, on_bad)
    findings = list(checked_labels(gathered, on_bad))
    split = splitter_of(options, table.columns).split(gathered.items, gathered.labels)
    places = {"train": split.train, "valid": split.valid, "test": split.test}
    parts = {name: gathered.part(name, each) for name, each in places.items() if len(each)}
    looked = sampled(parts["train"], seed) if isinstance(table, TablePieces) else parts["train"]
    codec = Codec(block.learn(looked.inputs), y_block.learn(parts["train"].targets or []))
    stored = StoredTable.of(table, codec.input, targets, parts) if isinstance(table, TablePieces) else None
    offer_time(codec.input, options)
    findings += suspicions(codec.input, looked, parts, hashed(parts) if stored is None else stored.hashes)
    if options.get("test") is not None:
        parts["test"] = _kept_apart(as_frame(options["test"]), targets, y_block)
    made = loaders_of(
        parts,
        codec,
        targets,
        bs=options.get("bs"),
        valid_bs=options.get("valid_bs"),
        seed=seed,
        device=options.get("device", "auto"),
        balance=options.get("balance"),
        stored={} if stored is None else stored.columns,
    )
    return replace(made, bad=gathered.bad, findings=tuple(findings))


def loaders_of(
    parts: Mapping[str, Samples],
    codec: Codec[Any, Any],
    targets: Sequence[str],
    *,
    bs: int | None = None,
    valid_bs: int | None = None,
    seed: int = 0,
    device: str | torch.device = "auto",
    balance: Balance = None,
    stored: Mapping[str, StoredColumn] = MappingProxyType({}),
) -> DataLoaders:
    """The rows of each part (train, valid, and test if there is one) as batches, once it is known what they become.

    `stored` are those of parts that are encoded already, on a disk.
    """
    size = bs or usual_bs(len(parts["train"]))
    place = choose_device(device).device
    loaders = {}
    for name, samples in parts.items():
        inputs: Column = stored[name] if name in stored else column(codec.input, samples.inputs, None)
        answers = Fitted(codec, (None, None), ()).targets(samples, name)
        training = name == "train"
        shares = class_shares(answers) if training and balance else None
        rows = size if training else valid_bs or max(1024, 2 * size)
        loaders[name] = Loader(
            samples, inputs, answers, rows, seed, training, (), 0, place, shares, BLOCK if name in stored else None
        )
    reader = ColReader(targets[0] if len(targets) == 1 else tuple(targets))
    return DataLoaders(loaders["train"], loaders["valid"], loaders.get("test"), codec=codec, intake=Intake(get_y=reader))


def _gathered(rows: ManyRows, told: pl.DataFrame, options: Options) -> tuple[Block, Gathered]:
    """The rows beside what is to be told of them; those of which nobody knows it are set aside."""
    block = options.get("y_block")
    if isinstance(block, type):
        block = block()
    if block is None:
        classes = row_target(told, told.columns).problem == "classification"
        block = CategoryBlock() if classes else TableNumberBlock(tuple(told.columns), options.get("log_scale", "auto"))
    values = class_labels(told.to_series(0)) if isinstance(block, CategoryBlock) else numbers(told.get_columns())
    unknown = np.flatnonzero(values.missing).tolist()
    reasons = dict.fromkeys(unknown, f"it has no {listed(told.columns)}")
    return block, Gathered(rows, Samples.of(rows, values), reasons)


def _kept_apart(frame: pl.DataFrame, targets: Sequence[str], block: Block) -> Samples:
    """The rows of a table for a last test."""
    check_names(targets, frame.columns)
    found = _gathered(Rows(frame.drop(list(targets))), frame.select(targets), {"y_block": block})[1]
    return found.part("test", np.arange(frame.height))


def _target_names(columns: Sequence[str], y_names: Names | None) -> list[str]:
    if y_names is None:
        raise UsageError("nothing says which column is to be told", hint=f"y_names={columns[-1]!r}, say")
    names = [y_names] if isinstance(y_names, str) else list(y_names)
    if not names:
        raise UsageError("y_names is empty", hint=f"y_names={columns[-1]!r}, say")
    for name in names:
        if name not in columns:
            raise UnknownName("column", name, columns)
    return names


def _check_procs(procs: Any) -> None:
    """Steps that other libraries ask for are always done here; any other would not be."""
    for each in procs or ():
        name = each if isinstance(each, str) else getattr(each, "__name__", type(each).__name__)
        if name not in _PROCS:
            raise UnknownName("step for tables", name, _PROCS)
