"""Random changes of a batch of pictures, drawn and then done in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.change import PictureChange, with_purposes
from fledge.transforms.colour import (
    Hue,
    LinearColour,
    Saturation,
    check_colours,
    normalised,
    recolour,
    relight,
    shift_hue,
    unchanged,
)
from fledge.transforms.erase import FinishingChange
from fledge.transforms.geometry import Crop, Frame, GeometricChange, PadMode, Rotate, Warp, Zoom
from fledge.transforms.matrices import Matrices, Size2, composed
from fledge.transforms.resample import Route, onto_shrunk, routes, sample, shrink, turn


@final
@dataclass(frozen=True)
class PicturePlan:
    """What happens to each picture of one batch: its geometry as one matrix, its colours as another.

    Depends on each item's own draws only: alone or in any batch, on any number of threads, an item comes out the same.

    >>> draws = Draws(seed=1, epoch=0, items=np.arange(4))
    >>> plan = PicturePlan.of([Rotate(max_degrees=20)], draws, (64, 64), (32, 32), torch.device("cpu"))
    >>> plan.pictures(torch.zeros(4, 3, 64, 64, dtype=torch.uint8), mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2)).shape
    torch.Size([4, 3, 32, 32])
    """

    changes: tuple[tuple[str, PictureChange], ...]
    """Each with the purpose its random numbers are drawn for."""
    draws: Draws
    frame: Frame
    device: torch.device
    pad_mode: PadMode
    """What stands where the pictures have ended."""

    @classmethod
    def of(cls, changes: Sequence[PictureChange], draws: Draws, in_size: Size2, out_size: Size2, device: torch.device) -> Self:
        """The plan for a batch of the items in `draws`; sizes are (height, width)."""
        named = with_purposes(changes, PictureChange, "picture", "pass some of aug_transforms()")
        return cls(named, draws, Frame(in_size, out_size), device, _pad_mode(changes))

    @cached_property
    def matrices(self) -> Matrices:
        """Each item's geometry: from a place in the result to the place it is taken from."""
        crops_first = sorted(self.changes, key=lambda named: not isinstance(named[1], Crop))
        geometric = [(purpose, change) for purpose, change in crops_first if isinstance(change, GeometricChange)]
        steps = [change.matrices(self.draws, purpose, self.frame) for purpose, change in geometric]
        return composed(steps, len(self.draws))

    def pictures(self, batch: Tensor, mean: Sequence[float] | Tensor, std: Sequence[float] | Tensor) -> Tensor:
        """The pictures of a uint8 batch changed and normalised: float32, channels last."""
        self._check_pictures(batch)
        mean, std = (_column(each, self.device) for each in (mean, std))
        hues = torch.from_numpy(self._hues).to(self.device, non_blocking=True)
        colours = self._colours(batch)
        if colours is not None and self._only_lit:
            colours = normalised(colours, mean, std)
        low, high = (0 - mean) / std, (1 - mean) / std
        shape = (*batch.shape[:2], *self.frame.out_size)
        result = torch.empty(shape, device=self.device, memory_format=torch.channels_last)
        for route in routes(self.matrices, self.frame.in_size, self.frame.out_size):
            sampling = onto_shrunk(self.matrices[route.rows], self.frame.in_size, route.pool)
            for rows, matrices in self._pieces(route, sampling):
                placed = self._placed(shrink(_floats(batch, rows), route.pool), matrices, route)
                if colours is not None and self._only_lit:
                    finished = relight(placed, colours[rows])
                else:
                    finished = self._coloured(placed, None if colours is None else colours[rows], hues[rows])
                    finished.sub_(mean).div_(std)
                _put(finished, low, high, rows, result)
        for purpose, change in self.changes:
            if isinstance(change, FinishingChange):
                change.finish(result, self.draws, purpose, mean, std)
        return result

    def masks(self, batch: Tensor, void: int | None = None) -> Tensor:
        """Masks (count, height, width) of whole numbers moved as the pictures are; `void` fills what lies outside them."""
        self._check(batch)
        height, width = self.frame.in_size
        place = torch.arange(1.0, height * width + 1, device=self.device).view(1, 1, height, width)  # 0 is outside
        result = batch.new_empty((len(batch), *self.frame.out_size))
        for route in routes(self.matrices, self.frame.in_size, self.frame.out_size, pool=False):
            for rows, matrices in self._pieces(route, self.matrices[route.rows]):
                taken = self._placed(place.expand(len(rows), -1, -1, -1), matrices, route, nearest=True)[:, 0]
                values = F.pad(batch.index_select(0, rows).flatten(1), (1, 0), value=void or 0)
                result.index_copy_(0, rows, values.gather(1, taken.flatten(1).long()).view_as(taken))
        return result

    def points(self, points: Tensor) -> Tensor:
        """Points (count, n, 2), as (x, y) from -1 to 1 between the edges, moved as the pictures are."""
        back = torch.from_numpy(np.linalg.inv(self.matrices).astype(np.float32)).to(points.device, non_blocking=True)
        x, y = points[:, :, None, 0], points[:, :, None, 1]
        moved = x * back[:, None, :, 0] + y * back[:, None, :, 1] + back[:, None, :, 2]  # (count, n, 3)
        return moved[:, :, :2] / moved[:, :, 2:]

    @property
    def _linear(self) -> list[tuple[str, LinearColour]]:
        return [(purpose, change) for purpose, change in self.changes if isinstance(change, LinearColour)]

    @cached_property
    def _only_lit(self) -> bool:
        """Whether no channel takes from another, so that light and normalisation are one pass over the pictures."""
        return not any(isinstance(change, Saturation | Hue) for _, change in self.changes)

    @cached_property
    def _hues(self) -> NDArray[np.float32]:
        """How far each item's hues are moved, (count, changes)."""
        shifts = [change.shifts(self.draws, purpose) for purpose, change in self.changes if isinstance(change, Hue)]
        return np.array(shifts, dtype=np.float32).reshape(-1, len(self.draws)).T.copy()

    def _pieces(self, route: Route, matrices: Matrices) -> list[tuple[Tensor, Tensor]]:
        """A route's rows and their matrices on the device; on a CPU in pieces, one picture a thread, that stay in its cache."""
        rows = torch.from_numpy(route.rows).to(self.device, non_blocking=True)
        sent = torch.from_numpy(matrices.astype(np.float32)).to(self.device, non_blocking=True)
        size = torch.get_num_threads() if self.device.type == "cpu" else len(rows)
        return [(rows[start : start + size], sent[start : start + size]) for start in range(0, len(rows), size)]

    def _placed(self, pictures: Tensor, matrices: Tensor, route: Route, *, nearest: bool = False) -> Tensor:
        if route.turn is not None:
            return turn(pictures, route.turn)
        return sample(pictures, matrices, self.frame.out_size, self.pad_mode, "nearest" if nearest else "bilinear")

    def _coloured(self, placed: Tensor, colours: Tensor | None, hues: Tensor) -> Tensor:
        """Pictures from 0 to 255 with their colours changed, from 0 to 1."""
        result = placed / 255 if colours is None else recolour(placed, colours)
        for shifts in hues.unbind(1):
            result = shift_hue(result, shifts)
        return result

    def _colours(self, batch: Tensor) -> Tensor | None:
        """The linear changes as one matrix a picture, from values up to 255 to values up to 1; nothing where there are none.

        They are worked out for the whole batch at once: a picture alone would take as long. Mean greys are those of the
        pictures before they are moved.
        """
        if not self._linear:
            return None
        channels = batch.shape[1]
        means = _means(batch) if any(change.needs_means for _, change in self._linear) else batch.new_empty(0)
        colours = unchanged(len(batch), channels, self.device)
        for purpose, change in self._linear:
            factors = torch.from_numpy(change.factors(self.draws, purpose).astype(np.float32))
            colours = change.onto(colours, factors.to(self.device, non_blocking=True), means)
        colours[:, :, :channels] /= 255
        return colours

    def _check(self, batch: Tensor) -> None:
        if len(batch) != len(self.draws) or tuple(batch.shape[-2:]) != self.frame.in_size:
            met = f"{len(batch)} of {tuple(batch.shape[-2:])}"
            raise UsageError(
                f"the plan is for {len(self.draws)} of {self.frame.in_size} (height, width), the batch holds {met}"
            )

    def _check_pictures(self, batch: Tensor) -> None:
        self._check(batch)
        if batch.dtype != torch.uint8:
            raise UsageError(f"the pictures are {batch.dtype}, not torch.uint8", hint="change them before they are scaled")
        for _, change in self.changes:
            if isinstance(change, Saturation | Hue):
                check_colours(batch.shape[1], type(change).__name__)


def _means(pictures: Tensor) -> Tensor:
    """The mean of each channel, 0 to 1, of pictures of bytes: sums of whole numbers, exact in any order."""
    channels, height, width = pictures.shape[1:]
    lines = pictures.permute(0, 2, 3, 1).flatten(2)  # (count, height, width * channels)
    pieces = torch.split(lines, torch.get_num_threads()) if pictures.device.type == "cpu" else [lines]
    # Bytes are summed slowly; a column of up to 65,000 of them is exact in float32.
    columns = [piece.to(torch.float32).sum(1).to(torch.int64).view(-1, width, channels) for piece in pieces]
    return torch.cat([each.sum(1) for each in columns]) / (255.0 * height * width)


def _floats(batch: Tensor, rows: Tensor) -> Tensor:
    """Some pictures of a batch as floats, in memory as they lay there."""
    if not batch.is_contiguous(memory_format=torch.channels_last):
        return batch.index_select(0, rows).to(torch.float32)
    return batch.permute(0, 2, 3, 1).index_select(0, rows).permute(0, 3, 1, 2).to(torch.float32)


def _put(pictures: Tensor, low: Tensor, high: Tensor, rows: Tensor, result: Tensor) -> None:
    """Sets `result[rows]`, kept within what black and white become; plane by plane on a CPU, where that is much faster."""
    if result.device.type != "cpu":
        result.index_copy_(0, rows, pictures.clamp(low, high))
        return
    ends = list(zip(low.flatten().tolist(), high.flatten().tolist(), strict=True))
    for row, picture in zip(rows.tolist(), pictures, strict=True):
        for into, plane, (least, most) in zip(result[row], picture, ends, strict=True):
            torch.clamp(plane, least, most, out=into)


def _pad_mode(changes: Sequence[PictureChange]) -> PadMode:
    """The one padding that all changes ask for."""
    modes = sorted({change.pad_mode for change in changes if isinstance(change, Rotate | Zoom | Warp)})
    if len(modes) > 1:
        raise UsageError(f"changes of one batch ask for pad_mode {' and '.join(modes)}", hint="give them all the same")
    return modes[0] if modes else "reflection"


def _column(values: Sequence[float] | Tensor, device: torch.device) -> Tensor:
    """One number a channel, to go with (count, channels, height, width)."""
    numbers = values if isinstance(values, Tensor) else torch.tensor(values)
    return numbers.to(device, torch.float32, non_blocking=True).view(-1, 1, 1)
