"""What a movement is like on the whole: how fast, how straight, how jerky, how it rests and clicks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar, Final, final

import torch
from torch import Tensor, nn

from fledge.models.on_features import Features
from fledge.transforms.track_drawing import speeds
from fledge.transforms.track_states import DRAG, PRESS, RELEASE, SCROLL

_CUTS: Final = (0.1, 0.25, 0.5, 0.75, 0.9)
_WAYS = 8
"""Directions that are told apart."""
_STRIDE = 8
"""Events over which straightness is measured."""
_PAUSES = (0.1, 0.3, 1.0, 3.0)
_LEAST = 1e-4
_QUICKEST = 0.004


@final
@dataclass(frozen=True)
class TrackFeatures(Features):
    """Quantiles of speed, acceleration, curvature, time steps, step lengths and straightness; shares of directions, pauses,
    presses, drags and scrolls; how long buttons were held.

    >>> TrackFeatures().build()(torch.rand(2, 64, 4)).shape == (2, TrackFeatures().width)
    True
    """

    of_pieces: ClassVar[bool] = True

    @property
    def width(self) -> int:
        return 7 * len(_CUTS) + _WAYS + len(_PAUSES) + 11

    @property
    def words(self) -> str:
        return "statistics"

    def build(self) -> TrackFeaturesNet:
        return TrackFeaturesNet()


class TrackFeaturesNet(nn.Module):
    """Events (..., events, 4) to features (pieces, features)."""

    def forward(self, events: Tensor) -> Tensor:
        events = events.float().flatten(0, -3)  # (pieces, events, 4)
        there = events[..., 3] >= 0
        step = there[:, 1:]
        ways = events[..., :2].diff(dim=1)
        long = ways.square().sum(2).sqrt()
        since = events[:, 1:, 2]
        moved = step & (long > 0)
        speed = speeds(events)
        faster = speed.diff(dim=1).abs() / since[:, 1:].clamp_min(_QUICKEST)
        turned = _turns(ways)
        turning = moved[:, 1:] & moved[:, :-1]
        measures = [
            (_log(speed), moved),
            (_log(faster), step[:, 1:]),
            (turned, turning),
            (_log(turned / long[:, 1:].clamp_min(_LEAST)), turning),
            (_log(since), step),
            (_log(long), moved),
            _straightness(events, there),
        ]
        cut = torch.tensor(_CUTS, device=events.device)
        quantiles = [_quantiles(value, mask, cut) for value, mask in measures]
        parts = [*quantiles, _directions(ways, moved), _rests(since, step), _buttons(events, there)]
        return torch.cat([*parts, _whole(events, there, long, moved)], 1).nan_to_num(0.0, 0.0, 0.0)


def _quantiles(values: Tensor, mask: Tensor, cut: Tensor) -> Tensor:
    """Those of the masked values of each piece, (pieces, cuts); NaN where there are none. Graphs know only sorting."""
    if not torch.compiler.is_exporting():
        return torch.nanquantile(values.masked_fill(~mask, torch.nan), cut, dim=1).T
    rising = values.masked_fill(~mask, torch.finfo(torch.float32).max).sort(1).values
    count = mask.sum(1, keepdim=True)
    place = cut * (count - 1).clamp_min(0)  # (pieces, cuts)
    below, above = (rising.gather(1, each.long()) for each in (place.floor(), place.ceil()))
    found = below + (place - place.floor()) * (above - below)
    return torch.where(count > 0, found, torch.nan)


def _log(values: Tensor) -> Tensor:
    return values.clamp_min(_LEAST).log()


def _turns(ways: Tensor) -> Tensor:
    """By how much each step goes another way than the one before, from 0 to pi."""
    first, then = ways[:, :-1], ways[:, 1:]
    across = first[..., 0] * then[..., 1] - first[..., 1] * then[..., 0]
    return torch.atan2(across, (first * then).sum(2)).abs()


def _straightness(events: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
    """Of every few events, how far they lead as a share of how far they go."""
    long = events[..., :2].diff(dim=1).square().sum(2).sqrt()
    if long.shape[1] < _STRIDE:
        return torch.ones_like(long), there[:, 1:]
    went = long.unfold(1, _STRIDE, _STRIDE).sum(2)
    far = (events[:, _STRIDE::_STRIDE, :2] - events[:, :-_STRIDE:_STRIDE, :2]).square().sum(2).sqrt()
    return far[:, : went.shape[1]] / went.clamp_min(_LEAST), there[:, _STRIDE::_STRIDE] & (went > 0)


def _directions(ways: Tensor, moved: Tensor) -> Tensor:
    """The share of steps that lead each way."""
    angle = torch.atan2(ways[..., 1], ways[..., 0])
    place = ((angle / (2 * math.pi) + 0.5) * _WAYS).floor().clamp(0, _WAYS - 1)
    each = torch.stack([((place == way) & moved).float().sum(1) for way in range(_WAYS)], 1)
    return each / moved.sum(1, keepdim=True).clamp_min(1)


def _rests(since: Tensor, step: Tensor) -> Tensor:
    """The share of steps after a rest of each length."""
    each = torch.stack([((since >= rest) & step).float().sum(1) for rest in _PAUSES], 1)
    return each / step.sum(1, keepdim=True).clamp_min(1)


def _buttons(events: Tensor, there: Tensor) -> Tensor:
    """The shares of presses, releases, drags and scrolls; how long, on average, it took after a press, and before one."""
    kind, count = events[..., 3], there.sum(1).clamp_min(1)
    shares = [(kind == each).sum(1) / count for each in (PRESS, RELEASE, DRAG, SCROLL)]
    pressed = kind == PRESS
    after, before = pressed[:, :-1] & there[:, 1:], pressed[:, 1:]
    held, waited = ((events[:, 1:, 2] * each).sum(1) / each.sum(1).clamp_min(1) for each in (after, before))
    return torch.stack([*shares, _log(held), _log(waited)], 1)


def _whole(events: Tensor, there: Tensor, long: Tensor, moved: Tensor) -> Tensor:
    """How long it took, how far it went, how far it reaches each way, and the share of steps that moved."""
    large = torch.finfo(torch.float32).max
    gone = ~there[..., None]
    low, high = events[..., :2].masked_fill(gone, large).amin(1), events[..., :2].masked_fill(gone, -large).amax(1)
    took = (events[..., 2] * there).sum(1)
    steps = there[:, 1:].sum(1).clamp_min(1)
    went = (long * moved).sum(1)
    return torch.stack([_log(took), _log(went), *_log(high - low).unbind(1), moved.sum(1) / steps], 1)
