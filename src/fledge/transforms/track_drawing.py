"""Movements as pictures: strokes, how fast they were, where they went, where they rested, where a button was pressed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, Final, final

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UsageError
from fledge.transforms.track_states import PRESS

CHANNELS: Final = ("stroke", "speed", "interval", "right", "left", "down", "up", "time", "pauses", "clicks")
"""What is drawn, each in a picture of its own, with values from 0 to 1."""

_POINTS = 16
"""Points along the strokes for each pixel of a picture's side, so that lines have no gaps."""
_LEAST = 0.2
"""How bright the slowest stroke and the first moment are: nothing that was drawn is quite dark."""
_SLOWEST, _FASTEST = -6.0, 4.0
"""Speeds that are told apart, as powers of two, in widths of the whole movement a second."""
_SHORTEST, _LONGEST = -8.0, 0.0
"""Times between events that are told apart, as powers of two, in seconds."""
_SOONEST = 0.004
"""Seconds that lie between two places at least: devices give several events at one time."""
_LONGER = (1.0, 3.0, 10.0)
"""How many times the shortest pause a pause of each size lasts at least."""
_BRIGHT = (0.4, 0.7, 1.0)
_RADII = (0.02, 0.04, 0.06, 0.08)
"""Of the three pauses' discs and the clicks' circle, in shares of the picture's side."""
_FINE, _TICKS = 1024, 1_000_000
"""Parts of a pixel, and of a second, that are told apart."""
_INK = np.array([[59, 76, 192], [120, 160, 230], [250, 200, 120], [200, 30, 30]], np.float32)
"""The colours of strokes from slow to fast."""


@final
@dataclass(frozen=True)
class Canvas:
    """How a piece of a movement is drawn: on `size` pixels a side, as large as it fits in.

    A rest of `pause` seconds or more is a disc, the larger the longer; a press is a circle. Lines are one pixel wide. What is
    drawn later covers what was there; the same movement gives the same bits, alone and in any batch.

    >>> there_and_back = torch.tensor([[[0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 0.1, 0.0], [0.0, 1.0, 0.1, 1.0]]])
    >>> Canvas(size=32)(there_and_back).shape
    torch.Size([1, 10, 32, 32])
    """

    size: Annotated[int, msgspec.Meta(ge=8, le=1024)] = 32
    pause: Annotated[float, msgspec.Meta(gt=0, le=3600)] = 0.3

    def __post_init__(self) -> None:
        if not 8 <= self.size <= 1024 or not 0 < self.pause <= 3600:
            raise UsageError(f"a canvas of {self.size} pixels, with pauses from {self.pause:g} s on", hint="Canvas(32, 0.3)")

    @property
    def channels(self) -> int:
        """How many pictures are drawn of a piece."""
        return len(CHANNELS)

    def __call__(self, events: Tensor) -> Tensor:
        """The pictures (pieces, channels, size, size) of events (pieces, events, 4): x, y, seconds since the last, kind."""
        with torch.no_grad(), torch.autocast(events.device.type, enabled=False):
            events = events.float()
            places, there = self._fitted(events)
            canvas = torch.cat([self._strokes(events, places, there), self._marks(events, places, there)], 1)
            return canvas.view(events.shape[0], self.channels, self.size, self.size)

    def in_colours(self, drawn: Tensor) -> NDArray[np.uint8]:
        """One piece's pictures (channels, size, size) as one in colours.

        Strokes go from blue (slow) to red (fast) on white; pauses are grey discs, clicks black circles.
        """
        maps = drawn.detach().cpu().float().clamp(0, 1).numpy()
        stroke, speed, pauses, clicks = (
            maps[CHANNELS.index(name)][:, :, None] for name in ("stroke", "speed", "pauses", "clicks")
        )
        fast = ((speed / np.maximum(stroke, 1e-6) - _LEAST) / (1 - _LEAST)).clip(0, 1)
        paper = np.full((*stroke.shape[:2], 3), 255, np.float32)
        for share, ink in ((0.35 * pauses, 90.0), (stroke, _gradient(fast)), (clicks, 0.0)):
            paper += share * (ink - paper)
        colours: NDArray[np.uint8] = paper.round().astype(np.uint8)
        return colours

    def _fitted(self, events: Tensor) -> tuple[Tensor, Tensor]:
        """Where each event lies on the canvas (pieces, events, 2), and which events there are."""
        there = events[..., 3] >= 0
        large = torch.finfo(torch.float32).max
        low = events[..., :2].masked_fill(~there[..., None], large).amin(1, keepdim=True)
        high = events[..., :2].masked_fill(~there[..., None], -large).amax(1, keepdim=True)
        span = (high - low).amax(2, keepdim=True)
        room = 0.8 * self.size
        scale = torch.where(span > 0, room / span.clamp_min(1e-12), 0.0)
        places = (events[..., :2] - (low + high) / 2) * scale + (self.size - 1) / 2
        # Beyond its end a piece stays where it ended, and draws nothing.
        last = there.sum(1).clamp_min(1) - 1
        end = places.gather(1, last[:, None, None].expand(-1, 1, 2))
        return torch.where(there[..., None], places, end), there

    def _strokes(self, events: Tensor, places: Tensor, there: Tensor) -> Tensor:
        """The way in its eight pictures, (pieces, 8, pixels): what is drawn later covers what was there."""
        steps = places.diff(dim=1)  # (pieces, events - 1, 2)
        # Lengths are whole numbers, for sums of those are the same in whatever order they are made.
        long = (steps.square().sum(2).sqrt() * _FINE).round().long() * there[:, 1:]
        ends = long.cumsum(1)
        along = torch.arange(_POINTS * self.size, device=events.device) * ends[:, -1:] // (_POINTS * self.size - 1)
        segment = _first_reaching(ends, along).clamp_max(steps.shape[1] - 1)  # (pieces, points)
        length = long.gather(1, segment)
        share = 1 - (ends.gather(1, segment) - along) / length.clamp_min(1)
        points = _at(places, segment) + share[..., None] * _at(steps, segment)
        pixels = self._pixels(points)
        order = torch.arange(1, along.shape[1] + 1, device=events.device).expand(events.shape[0], -1)
        last = torch.zeros(events.shape[0], self.size * self.size, dtype=torch.int64, device=events.device)
        last.scatter_reduce_(1, pixels, order, "amax")
        way = F.normalize(steps, dim=2)
        left = torch.stack([*way.relu().unbind(2), *(-way).relu().unbind(2)], 1)[:, [0, 2, 1, 3]]  # right, left, down, up
        levels = [speed_level(events), interval_level(events), _moments(events, there)]
        speed, interval, moment = ((_LEAST + (1 - _LEAST) * each)[:, None] for each in levels)
        drawn = torch.cat([torch.ones_like(speed), speed, interval, left, moment], 1)  # (pieces, 8, events - 1)
        covering = segment.gather(1, (last - 1).clamp_min(0))[:, None].expand(-1, drawn.shape[1], -1)
        return drawn.gather(2, covering) * (there[:, :1] & (last > 0))[:, None]

    def _marks(self, events: Tensor, places: Tensor, there: Tensor) -> Tensor:
        """Pauses and clicks, (pieces, 2, pixels): each a shape that is stamped around its place."""
        rest = torch.where(there[:, 1:], events[:, 1:, 2], 0.0)
        rest = F.pad(rest, (0, 1))  # a rest is before the next event, at the place of this one
        lasting = [rest >= self.pause * longer for longer in _LONGER]
        marks = torch.stack([*lasting, events[..., 3] == PRESS], 1).float()  # (pieces, 4, events)
        dots = torch.zeros(events.shape[0], marks.shape[1], self.size * self.size, device=events.device)
        dots.scatter_reduce_(2, self._pixels(places)[:, None].expand(-1, marks.shape[1], -1), marks, "amax")
        stamps = self._stamps(events.device)
        # Ones times ones: what is summed up here are whole numbers, so it is the same in any order.
        shapes = F.conv2d(dots.view(-1, len(stamps), self.size, self.size), stamps, padding="same", groups=len(stamps))
        shapes = shapes.round().clamp(0, 1).flatten(2)
        levels = torch.tensor(_BRIGHT, device=events.device)[:, None]
        return torch.stack([(shapes[:, :-1] * levels).amax(1), shapes[:, -1]], 1)

    def _stamps(self, device: torch.device) -> Tensor:
        """A disc for each length of a pause, and the circle of a click, (4, 1, side, side)."""
        radii = [share * self.size for share in _RADII]
        half = math.ceil(max(radii))
        rows, columns = torch.meshgrid(*[torch.arange(-half, half + 1, dtype=torch.float32, device=device)] * 2, indexing="ij")
        away = (rows.square() + columns.square()).sqrt()
        discs = [away <= radius for radius in radii[:-1]]
        return torch.stack([*discs, (away - radii[-1]).abs() <= 0.6])[:, None].float()

    def _pixels(self, points: Tensor) -> Tensor:
        """The pixel each point (pieces, points, 2) lies in."""
        column, row = points.round().long().clamp(0, self.size - 1).unbind(2)
        return row * self.size + column


def _at(values: Tensor, places: Tensor) -> Tensor:
    """The values (pieces, some, 2) at places (pieces, points)."""
    return values.gather(1, places[..., None].expand(-1, -1, 2))


def _first_reaching(ends: Tensor, along: Tensor) -> Tensor:
    """The place of the first of the rising `ends` that is not below each value; graphs know no search, so there they count."""
    if torch.compiler.is_exporting():
        return (ends[:, None] < along[..., None]).sum(2)
    return torch.searchsorted(ends, along)


def speed_level(events: Tensor) -> Tensor:
    """How fast each step was, (pieces, events - 1), from 0 (slow) to 1 (fast), over three steps together."""
    log = torch.log2(speeds(events).clamp_min(1e-9))
    return ((log - _SLOWEST) / (_FASTEST - _SLOWEST)).clamp(0, 1)


def interval_level(events: Tensor) -> Tensor:
    """How long each step took, (pieces, events - 1), from 0 (a few milliseconds) to 1 (a second): the rhythm of the device."""
    log = torch.log2(events[:, 1:, 2].clamp_min(1e-9))
    return ((log - _SHORTEST) / (_LONGEST - _SHORTEST)).clamp(0, 1)


def speeds(events: Tensor) -> Tensor:
    """Widths a second of each step, (pieces, events - 1), over three steps together; devices report in bursts."""
    long = events[..., :2].diff(dim=1).square().sum(2).sqrt() * (events[:, 1:, 3] >= 0)
    pair = torch.stack([long, events[:, 1:, 2].clamp_min(0)], 1)  # (pieces, 2, events - 1)
    both = F.avg_pool1d(pair, 3, 1, 1, count_include_pad=False)
    return both[:, 0] / both[:, 1].clamp_min(_SOONEST)


def _moments(events: Tensor, there: Tensor) -> Tensor:
    """When each step ended, as a share of the piece, (pieces, events - 1)."""
    passed = ((events[..., 2] * there)[:, 1:] * _TICKS).round().long().cumsum(1)
    return passed / passed[:, -1:].clamp_min(1)


def _gradient(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Colours between those of the inks."""
    place = shares[..., 0] * (len(_INK) - 1)
    before = np.minimum(place.astype(int), len(_INK) - 2)
    colours: NDArray[np.float32] = _INK[before] + (place - before)[..., None] * (_INK[before + 1] - _INK[before])
    return colours
