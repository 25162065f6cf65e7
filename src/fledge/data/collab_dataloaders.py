"""Ratings and likes as batches: from a file or a frame, in one call."""

from __future__ import annotations

import os
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypedDict, Unpack, final

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.devices import choose_device
from fledge.core.errors import DataError, UsageError, listed, shown
from fledge.core.log import log
from fledge.core.seeds import generator
from fledge.data.checking import OnBad, checked_choice
from fledge.data.collab_columns import CollabColumns, find_columns, titles_of
from fledge.data.column import WholeColumn
from fledge.data.dataloaders import DataLoaders
from fledge.data.gathering import Intake
from fledge.data.labels import ColReader
from fledge.data.last_split import LastSplitter
from fledge.data.loader import Loader
from fledge.data.samples import BadItem, Places, Samples
from fledge.data.splits import RandomSplitter, Splitter, as_splitter
from fledge.data.table_reading import read_table
from fledge.data.tabular_dataloaders import Reading
from fledge.data.time_split import TimeSplitter
from fledge.transforms.catalogue import Catalogue
from fledge.transforms.liked import Liked
from fledge.transforms.lists import Lists
from fledge.transforms.number import LARGEST
from fledge.transforms.pair import Pair
from fledge.transforms.person import Negatives, Person
from fledge.transforms.rating import Rating
from fledge.transforms.row_frame import Rows, as_frame
from fledge.transforms.transform import Codec

_JUDGED = 1 << 25
"""So many numbers the likes of people held back take at most; of more people, some are drawn."""

_MANY = 0.05


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
        table = read_table(_found(path, csv), **settings).frame
        for name in ("items", "test"):
            if isinstance(file := options.get(name), str | os.PathLike):
                options[name] = read_table(_found(path, file), **settings).frame
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
        source = cleaned(frame, columns, likes=likes, on_bad=options.get("on_bad", "auto"))
        parts = _parts(source, columns, options)
        return (_likes if likes else _ratings)(source, columns, parts, options)


@final
@dataclass(frozen=True)
class Cleaned:
    """The rows that can be used: each pair once; and what was set aside."""

    frame: pl.DataFrame
    bad: tuple[BadItem, ...]


def usual_bs(rows: int) -> int:
    """A batch size for so many ratings to learn from.

    >>> usual_bs(1000), usual_bs(80_000), usual_bs(20_000_000)
    (64, 1024, 16384)
    """
    return int(min(max(64, 2 ** round(np.log2(max(rows, 1) / 80))), 16_384))


def cleaned(frame: pl.DataFrame, columns: CollabColumns, *, likes: bool, on_bad: OnBad) -> Cleaned:
    """The rows that name somebody and something, and say how much; of a pair that comes up again the last one."""
    if not frame.height:
        raise DataError("the table has no rows", hint="pass a table that has some")
    names = [name for name in (columns.user, columns.item, columns.rating, columns.time) if name]
    frame = frame.select(names)
    known = frame[columns.user].is_not_null() & frame[columns.item].is_not_null()
    if not likes:
        assert columns.rating is not None
        if not frame[columns.rating].dtype.is_numeric():
            raise DataError(
                f"the column {columns.rating!r} holds no numbers but {listed(frame[columns.rating].head(3).to_list())}",
                hint="name the one with ratings: rating_name=..., or take each row for a like: likes=True",
            )
        frame = frame.with_columns(pl.col(columns.rating).cast(pl.Float64))
        known &= (frame[columns.rating].is_finite() & (frame[columns.rating].abs() < LARGEST)).fill_null(False)
    bad = _set_aside(frame, known.to_numpy(), names[: 2 if likes else 3], on_bad)
    frame = frame.filter(known)
    once = _once(frame, columns)
    if len(once) < frame.height:
        log.warning("%d rows are about a pair that comes up again: the last of each counts", frame.height - len(once))
        frame = frame[once]
    return Cleaned(frame, bad)


def _once(frame: pl.DataFrame, columns: CollabColumns) -> Places:
    """The rows that remain, in their order, when each pair keeps its last one: by time, or as they stand."""
    pairs = frame.with_row_index("\0row")
    if columns.time is not None:
        pairs = pairs.sort(columns.time, maintain_order=True, nulls_last=False)
    kept = pairs.unique([columns.user, columns.item], keep="last")
    return np.sort(kept["\0row"].to_numpy().astype(np.int64))


def _set_aside(frame: pl.DataFrame, known: NDArray[np.bool_], names: Sequence[str], on_bad: OnBad) -> tuple[BadItem, ...]:
    """Rows that can't be used, each with the reason; said, and refused where they are many."""
    lost = np.flatnonzero(~known)
    bad = tuple(BadItem(f"row {place}", frame.row(int(place), named=True), _reason(frame, int(place), names)) for place in lost)
    if not bad:
        return bad
    some = "; ".join(str(each) for each in bad[:3]) + (f"; and {len(bad) - 3} more" if len(bad) > 3 else "")
    many = len(bad) > _MANY * frame.height
    if len(bad) == frame.height or on_bad == "raise" or (many and on_bad == "auto"):
        raise DataError(f"{len(bad)} of {frame.height} rows can't be used: {some}", hint='set them aside with on_bad="skip"')
    log.warning("%d of %d rows are set aside (dls.bad lists them): %s", len(bad), frame.height, some)
    return bad


def _reason(frame: pl.DataFrame, place: int, names: Sequence[str]) -> str:
    """Why a row can't be used."""
    absent = [name for name in names if frame[name][place] is None]
    return f"it has no {listed(absent)}" if absent else f"its {names[-1]} is {shown(frame[names[-1]][place])}"


def _parts(source: Cleaned, columns: CollabColumns, options: Options) -> dict[str, pl.DataFrame]:
    """The rows of each part; those of `test` as they were given."""
    split = _splitter(columns, options).split(Rows(source.frame))
    places = {"train": split.train, "valid": split.valid, "test": split.test}
    parts = {name: source.frame[each] for name, each in places.items() if len(each)}
    if options.get("test") is not None:
        likes = columns.rating is None or bool(options.get("likes"))
        parts["test"] = cleaned(as_frame(options["test"]), columns, likes=likes, on_bad=options.get("on_bad", "auto")).frame
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


def _ratings(source: Cleaned, columns: CollabColumns, parts: Mapping[str, pl.DataFrame], options: Options) -> DataLoaders:
    """Loaders of pairs with what was given."""
    assert columns.rating is not None
    catalogue = _catalogue(columns, parts, options)
    train = parts["train"][columns.rating]
    codec = Codec(Pair(catalogue), Rating.learn(array("d", train.to_numpy().tobytes()), columns.rating))
    bs = options.get("bs") or usual_bs(len(train))
    loaders = {}
    for name, frame in parts.items():
        rows = Rows(frame.select(columns.user, columns.item))
        given = array("d", frame[columns.rating].to_numpy().tobytes())
        inputs = WholeColumn(codec.input, codec.input.encode_all(rows))
        targets = WholeColumn(codec.target, codec.target.encode_all(given))
        loaders[name] = _loader(name, Samples.of(rows, given), inputs, targets, bs, options, ())
    reader = ColReader(columns.rating)
    return replace(_together(loaders), codec=codec, bad=source.bad, intake=Intake(get_y=reader))


def _likes(source: Cleaned, columns: CollabColumns, parts: Mapping[str, pl.DataFrame], options: Options) -> DataLoaders:
    """Loaders of likes to learn from, and of people to ask about."""
    catalogue = _catalogue(columns, parts, options)
    codec = Codec(Person(catalogue), Liked(catalogue))
    frame = parts["train"]
    pairs = _encoded(catalogue, frame, columns)
    bs = options.get("bs") or usual_bs(len(pairs))
    train = Samples.of(Rows(frame.select(columns.user, columns.item)), _Same("liked", len(pairs)))
    liked = WholeColumn(codec.target, torch.ones(len(pairs), 1, dtype=torch.uint8))
    changes = (Negatives(options.get("negatives", 32)),)
    loaders = {"train": _loader("train", train, WholeColumn(codec.input, pairs), liked, bs, options, changes)}
    for name in ("valid", "test"):
        if name in parts:
            samples, inputs, targets = _people(codec, parts[name], columns, name, options.get("seed") or 0)
            loaders[name] = _loader(name, samples, inputs, targets, bs, options, ())
    return replace(_together(loaders), codec=codec, bad=source.bad)


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
    liked = [held[int(each)].numpy() for each in people]
    titles = [tuple(catalogue.title(int(place)) for place in each) for each in liked]
    inputs = WholeColumn(codec.input, torch.from_numpy(people.astype(np.int32))[:, None])
    return Samples.of(names, titles), inputs, WholeColumn(codec.target, codec.target.of_people(people, liked))


def _catalogue(columns: CollabColumns, parts: Mapping[str, pl.DataFrame], options: Options) -> Catalogue:
    """Who and what the training part knows; and what people have besides, which isn't recommended to them either."""
    items = options.get("items")
    titles = None if items is None else titles_of(items, columns.item, options.get("title_name"))
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


def _found(folder: str | Path, file: str | os.PathLike[str]) -> Path:
    return Path(file) if Path(file).is_file() else Path(folder) / file


@final
class _Same(Sequence[str]):
    """One value for each of many, without a list of it."""

    def __init__(self, value: str, count: int) -> None:
        self._value, self._count = value, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return _Same(self._value, len(range(*place.indices(self._count))))
        if not -self._count <= place < self._count:
            raise IndexError(place)
        return self._value
