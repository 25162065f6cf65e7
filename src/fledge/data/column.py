"""One side of the samples, ready to give any of them encoded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, final

import numpy as np
import torch
from torch import Tensor

from fledge.core.errors import DataError, UnreadableItem, shown
from fledge.core.seeds import Draws
from fledge.core.unordered import row_digests, unordered
from fledge.data.digests import content_digest
from fledge.data.fronts import Fronts
from fledge.data.parallel import ordered, usual_workers
from fledge.data.samples import Places
from fledge.transforms.transform import Transform, is_interleaved, stack


@final
@dataclass(frozen=True)
class WholeColumn:
    """Values that were encoded all at once: a batch is picked out of one tensor."""

    transform: Transform[Any, Any]
    encoded: Tensor

    def gather(self, items: Places, draws: Draws | None, *, pinned: bool = False) -> Tensor:
        """The encoded values of some items."""
        places = torch.from_numpy(items).to(self.encoded.device, non_blocking=True)
        return self.encoded.index_select(0, places)

    @cached_property
    def contents(self) -> int:
        """What the values are known by, in whatever order; worked out once."""
        return unordered(row_digests(self.encoded.detach().cpu().numpy()))

    def to(self, device: torch.device) -> WholeColumn:
        """The same, standing on a device."""
        return replace(self, encoded=self.encoded.to(device))


@final
@dataclass(frozen=True)
class StoredColumn:
    """Values that were encoded all at once into a file which is mapped: what a batch holds is read when it is made."""

    transform: Transform[Any, Any]
    encoded: Tensor

    def gather(self, items: Places, draws: Draws | None, *, pinned: bool = False) -> Tensor:
        """The encoded values of some items."""
        found = self.encoded.index_select(0, torch.from_numpy(items))
        return found.pin_memory() if pinned else found

    @cached_property
    def contents(self) -> int:
        """What the values are known by, in whatever order; worked out once."""
        return unordered(row_digests(self.encoded.numpy()))


@final
@dataclass(frozen=True)
class ReadColumn:
    """Values that are read when they are needed."""

    transform: Transform[Any, Any]
    values: Sequence[Any]
    fronts: Fronts

    def gather(self, items: Places, draws: Draws | None, *, pinned: bool = False) -> Tensor:
        """The encoded values of some items, each with its own random numbers."""
        encoded = [self._one(int(item), None if draws is None else draws_of(draws, k)) for k, item in enumerate(items)]
        return together(encoded, pinned=pinned)

    @cached_property
    def contents(self) -> int:
        """What the values are known by, in whatever order, as far as they are files or arrays; worked out once."""
        known = [found for value in self.values if (found := self._content(value)) is not None]
        return sum(int.from_bytes(each, "little") for each in known)

    def _content(self, value: Any) -> bytes | None:
        if isinstance(value, bytes):
            return content_digest(value)
        if isinstance(value, Tensor):
            return content_digest(np.ascontiguousarray(value).tobytes())
        if hasattr(value, "tobytes"):  # an array, a movement that was read
            return content_digest(value.tobytes())
        try:
            return self.fronts.digest(value)
        except (OSError, UnreadableItem):  # a name that leads to no file
            return None

    def _one(self, item: int, draws: Draws | None) -> Any:
        try:
            return self.transform.rest(self.fronts.of(self.values[item]), draws)
        except Exception as error:
            error.add_note(f"while reading item {item}: {shown(self.values[item], 200)}")
            raise


@final
@dataclass(frozen=True)
class PieceColumn:
    """Pieces of values that are read when they are needed: of which value each is, and the how many-eth."""

    transform: Transform[Any, Any]
    whole: ReadColumn
    owners: Places
    numbers: Places

    def gather(self, items: Places, draws: Draws | None, *, pinned: bool = False) -> Tensor:
        """The encoded pieces, each with its own random numbers."""
        encoded = [self._one(int(item), None if draws is None else draws_of(draws, k)) for k, item in enumerate(items)]
        return together(encoded, pinned=pinned)

    @property
    def contents(self) -> int:
        """What the whole values are known by."""
        return self.whole.contents

    def _one(self, item: int, draws: Draws | None) -> Any:
        value = self.whole.values[self.owners[item]]
        try:
            return self.transform.piece(self.whole.fronts.of(value), int(self.numbers[item]), draws)
        except Exception as error:
            error.add_note(f"while reading piece {self.numbers[item]} of {shown(value, 200)}")
            raise


Column = WholeColumn | StoredColumn | ReadColumn | PieceColumn


def column(transform: Transform[Any, Any], values: Sequence[Any], fronts: Fronts | None) -> Column:
    """The column of a transform's kind: whole where it is eager, read item by item where it isn't."""
    if transform.eager:
        return WholeColumn(transform, transform.encode_all(values))
    return ReadColumn(transform, values, fronts or Fronts(transform))


def look_through(column: ReadColumn) -> None:
    """Encodes each value once, in threads, so that one that can't be is met before the first slow step."""
    for _ in ordered(lambda value: column.transform.rest(column.fronts.of(value), None), column.values, usual_workers()):
        pass


def draws_of(draws: Draws, place: int) -> Draws:
    """The random numbers of one item of a batch."""
    return Draws(draws.seed, draws.epoch, draws.items[place : place + 1])


def together(encoded: Sequence[Any], *, pinned: bool = False) -> Tensor:
    """Encoded values as one batch, in memory a card can copy from by itself where that is asked for."""
    _check_shapes(encoded)
    if not isinstance(encoded[0], Tensor | np.ndarray):
        return stack(encoded)
    if is_interleaved(encoded[0]):
        return together([each.permute(1, 2, 0) for each in encoded], pinned=pinned).permute(0, 3, 1, 2)
    arrays = [each.numpy() if isinstance(each, Tensor) else each for each in encoded]
    first = torch.from_numpy(np.empty(0, arrays[0].dtype))
    batch = torch.empty((len(arrays), *arrays[0].shape), dtype=first.dtype, pin_memory=pinned)
    np.stack(arrays, out=batch.numpy())
    return batch


def _check_shapes(encoded: Sequence[Any]) -> None:
    shapes = {tuple(each.shape) for each in encoded if hasattr(each, "shape")}
    if len(shapes) > 1:
        one, other = sorted(shapes)[:2]
        raise DataError(
            f"items of different sizes can't stand in one batch: {'×'.join(map(str, one))} and {'×'.join(map(str, other))}",
            hint="bring them to one size first: item_tfms=Resize(224)",
        )
