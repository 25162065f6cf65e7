"""Ratings and likes as batches: from a file or a frame, in one call."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict, Unpack, final

import numpy as np
import polars as pl
import torch
from torch import Tensor

from fledge.core.devices import choose_device
from fledge.core.errors import DataError, UsageError, listed
from fledge.core.log import log
from fledge.core.seeds import generator
from fledge.data.checking import OnBad, checked_choice
from fledge.data.collab_columns import CollabColumns, find_columns, titles_of
from fledge.data.collab_rows import cleaned, report_cleaned
from fledge.data.column import WholeColumn
from fledge.data.dataloaders import DataLoaders
from fledge.data.gathering import Intake
from fledge.data.labels import ColReader
from fledge.data.last_split import LastSplitter
from fledge.data.loader import Loader
from fledge.data.samples import Samples
from fledge.data.splits import RandomSplitter, Splitter, as_splitter
from fledge.data.table_reading import found_below, read_table
from fledge.data.tabular_options import Reading
from fledge.data.time_split import TimeSplitter
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.column_values import Values
from fledge.transforms.liked import Liked
from fledge.transforms.lists import Lists
from fledge.transforms.pair import Pair
from fledge.transforms.person import Negatives, Person
from fledge.transforms.rating import Rating
from fledge.transforms.row_frame import Rows, as_frame
from fledge.transforms.transform import Codec

_JUDGED = 1 << 25
"""So many numbers the likes of people held back take at most; of more people, some are drawn."""


class Options(TypedDict, total=False):
    """What both ways take beside the table."""

    user_name: str | None
    item_name: str | None
    rating_name: str | None
    time_name: str | None
    items: Any
    title_name: str | None
    likes: bool | None
    splitter: Splitter | Any
    valid_pct: float
    time: str | bool | None
    last: int | None
    test: Any
    negatives: int
    bs: int | None
    valid_bs: int | None
    seed: int | None
    device: str | torch.device
    on_bad: OnBad


@final
class CollabDataLoaders:
    """Ways to `DataLoaders` of who gave what to which thing, or of who has what, where nothing says how much they like it.

    Columns are found by their usual names and said (`user_name`, `item_name`, `rating_name`, `time_name`). `items` is a file or
    a frame that says what things are called (`title_name`). `likes=True` takes every row for a like, whatever its rating.

    A share of the rows (`valid_pct`) is held back by chance; by `time` (True, or a column) the latest rows are, by `last=5` the
    last five of everybody. Of likes, everybody with something held back is asked about at once.
    """

    @staticmethod
    def from_csv(
        csv: str | Path, *, path: str | Path = "", reading: Reading | None = None, **options: Unpack[Options]
    ) -> DataLoaders:
        """A CSV (plain, .gz, .zst), Parquet or Arrow file, where it is or below `path`; `reading`: see `read_table`."""
        settings: dict[str, Any] = dict(reading or {})
        table = read_table(found_below(path, csv), **settings).frame
        for name in ("items", "test"):
            if isinstance(file := options.get(name), str | os.PathLike):
                options[name] = read_table(found_below(path, file), **settings).frame
        return CollabDataLoaders.from_df(table, **options)

    @staticmethod
    def from_df(df: Any, **options: Unpack[Options]) -> DataLoaders:
        """A frame of polars, pandas or Arrow, a list of rows, or a mapping of columns."""
        checked_choice("on_bad", options.get("on_bad", "auto"), ("auto", "skip", "raise"))
        frame = as_frame(df)
        columns = find_columns(
            frame,
            options.get("user_name"),
            options.get("item_name"),
            options.get("rating_name"),
            options.get("time_name") or _time_column(options),
        )
        if options.get("likes") is False and columns.rating is None:
            raise UsageError("likes=False, and no column holds ratings", hint="name it: rating_name=...")
        likes = columns.rating is None or bool(options.get("likes"))
        source = cleaned(frame, columns, likes=likes)
        report_cleaned(source, options.get("on_bad", "auto"))
        items = options.get("items")
        titles = None if items is None else titles_of(items, columns.item, options.get("title_name"))
        made = loaders_of(_parts(source.frame, columns, options, likes=likes), columns, titles, options, likes=likes)
        return replace(made, bad=source.bad)


def usual_bs(rows: int) -> int:
    """A batch size for so many ratings to learn from.

    >>> usual_bs(1000), usual_bs(80_000), usual_bs(20_000_000)
    (64, 1024, 16384)
    """
    return int(min(max(64, 2 ** round(np.log2(max(rows, 1) / 80))), 16_384))


def loaders_of(
    parts: Mapping[str, pl.DataFrame],
    columns: CollabColumns,
    titles: Mapping[str, str] | None,
    options: Options,
    *,
    likes: bool,
) -> DataLoaders:
    """Loaders of rows that are divided, and of which each can be used; `titles` are found by ids."""
    catalogue = _catalogue(columns, parts, titles)
    return (_likes if likes else _ratings)(catalogue, columns, parts, options)


def _parts(frame: pl.DataFrame, columns: CollabColumns, options: Options, *, likes: bool) -> dict[str, pl.DataFrame]:
    """The rows of each part; those of `test` as they were given."""
    split = _splitter(columns, options).split(Rows(frame))
    places = {"train": split.train, "valid": split.valid, "test": split.test}
    parts = {name: frame[each] for name, each in places.items() if len(each)}
    if options.get("test") is not None:
        parts["test"] = cleaned(as_frame(options["test"]), columns, likes=likes).frame
    return parts


def _splitter(columns: CollabColumns, options: Options) -> Splitter:
    """The one way asked for to hold rows back, or chance; what else there would be is said."""
    asked = [name for name in ("splitter", "time", "last") if options.get(name)]
    if len(asked) > 1:
        raise UsageError(f"{listed(asked)} say each which rows are held back", hint="give one of them")
    share = options.get("valid_pct", 0.2)
    match asked:
        case ["splitter"]:
            return as_splitter(options["splitter"])
        case ["time"]:
            if columns.time is None:
                raise UsageError("no column says when it was", hint="name it: time_name=..., or hold rows back by chance")
            return TimeSplitter(columns.time, share)
        case ["last"]:
            return LastSplitter(columns.user, int(options["last"] or 1), columns.time)
    if columns.time:
        log.info("rows are held back by chance; time=True would hold back the latest, last=5 the last five of everybody")
    return RandomSplitter(share, options.get("seed"), stratify=False)


def _ratings(catalogue: Catalogue, columns: CollabColumns, parts: Mapping[str, pl.DataFrame], options: Options) -> DataLoaders:
    """Loaders of pairs with what was given."""
    assert columns.rating is not None
    train = parts["train"][columns.rating].cast(pl.Float64)
    codec = Codec(Pair(catalogue), Rating.learn(Values(train), columns.rating))
    bs = options.get("bs") or usual_bs(len(train))
    loaders = {}
    for name, frame in parts.items():
        rows = Rows(frame.select(columns.user, columns.item))
        given = Values(frame[columns.rating].cast(pl.Float64))
        inputs = WholeColumn(codec.input, codec.input.encode_all(rows))
        targets = WholeColumn(codec.target, codec.target.encode_all(given))
        loaders[name] = _loader(name, Samples.of(rows, given), inputs, targets, bs, options, ())
    reader = ColReader(columns.rating)
    return replace(_together(loaders), codec=codec, intake=Intake(get_y=reader))


def _likes(catalogue: Catalogue, columns: CollabColumns, parts: Mapping[str, pl.DataFrame], options: Options) -> DataLoaders:
    """Loaders of likes to learn from, and of people to ask about."""
    codec = Codec(Person(catalogue), Liked(catalogue))
    frame = parts["train"]
    pairs = _encoded(catalogue, frame, columns)
    bs = options.get("bs") or usual_bs(len(pairs))
    train = Samples.of(Rows(frame.select(columns.user, columns.item)), Values(_all_liked(len(pairs))))
    liked = WholeColumn(codec.target, torch.ones(len(pairs), 1, dtype=torch.uint8))
    changes = (Negatives(options.get("negatives", 16)),)
    loaders = {"train": _loader("train", train, WholeColumn(codec.input, pairs), liked, bs, options, changes)}
    for name in ("valid", "test"):
        if name in parts:
            samples, inputs, targets = _people(codec, parts[name], columns, name, options.get("seed") or 0)
            loaders[name] = _loader(name, samples, inputs, targets, bs, options, ())
    return replace(_together(loaders), codec=codec)


def _together(loaders: Mapping[str, Loader]) -> DataLoaders:
    return DataLoaders(loaders["train"], loaders["valid"], loaders.get("test"))


def _people(
    codec: Codec[Person, Liked], frame: pl.DataFrame, columns: CollabColumns, part: str, seed: int
) -> tuple[Samples, WholeColumn, WholeColumn]:
    """Everybody of whom something is held back, beside all of that; who or what was never met can't be asked about."""
    catalogue = codec.input.catalogue
    pairs = _encoded(catalogue, frame, columns).numpy()
    pairs = pairs[(pairs > 0).all(1)]
    pairs = pairs[~catalogue.had.holds(pairs[:, 0], pairs[:, 1])]
    if not len(pairs):
        raise DataError(
            f"nobody in the {part} part likes anything that was learned of and that they didn't have before",
            hint="hold back less, or split by chance",
        )
    held = Lists.of(pairs[:, 0], pairs[:, 1], owners=catalogue.places[0])
    people = np.unique(pairs[:, 0])
    most = max(200, _JUDGED // len(catalogue.things))
    if len(people) > most:
        log.info("%d of %d people of the %s part are asked about, drawn by chance", most, len(people), part)
        people = np.sort(generator(seed, "people", part).choice(people, most, replace=False))
    names = [catalogue.people[int(each) - 1] for each in people]
    liked = [held[int(each)] for each in people]
    titles = [tuple(catalogue.title(int(place)) for place in each) for each in liked]
    inputs = WholeColumn(codec.input, torch.from_numpy(people.astype(np.int32))[:, None])
    return Samples.of(names, titles), inputs, WholeColumn(codec.target, codec.target.of_people(people, liked))


def _catalogue(columns: CollabColumns, parts: Mapping[str, pl.DataFrame], titles: Mapping[str, str] | None) -> Catalogue:
    """Who and what the training part knows; and what people have besides, which isn't recommended to them either."""
    train = parts["train"]
    catalogue = Catalogue.learn(train[columns.user], train[columns.item], titles)
    besides = [frame.select(columns.user, columns.item) for name, frame in parts.items() if name != "train"]
    if not besides:
        return catalogue
    whole = pl.concat(besides)
    log.info("%d people, %d items, %d rows to learn from", len(catalogue.people), len(catalogue.things), train.height)
    return catalogue.also_had(whole[columns.user], whole[columns.item])


def _encoded(catalogue: Catalogue, frame: pl.DataFrame, columns: CollabColumns) -> Tensor:
    found = catalogue.places_of(frame[columns.user], frame[columns.item])
    return torch.stack([torch.from_numpy(each.copy()) for each in found], 1)


def _loader(
    part: str,
    samples: Samples,
    inputs: WholeColumn,
    targets: WholeColumn,
    bs: int,
    options: Options,
    changes: tuple[Any, ...],
) -> Loader:
    training = part == "train"
    size = bs if training else options.get("valid_bs") or (max(4096, 2 * bs) if inputs.encoded.shape[1] == 2 else 64)
    place = choose_device(options.get("device", "auto")).device
    return Loader(samples, inputs, targets, size, options.get("seed") or 0, training, changes, 0, place)


def _time_column(options: Options) -> str | None:
    """`time` may name the column itself."""
    time = options.get("time")
    return time if isinstance(time, str) else None


def _all_liked(count: int) -> pl.Series:
    """What is told of each like: a byte each."""
    return pl.repeat("liked", count, dtype=pl.Enum(["liked"]), eager=True)
