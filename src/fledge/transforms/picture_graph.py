"""Pictures inside an exported graph: from decoded pixels to what the network takes, to the same bytes as in training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, final

import torch
from torch import Tensor, nn

from fledge.core.errors import UsageError, shown
from fledge.transforms.resize import CenterCrop, Padding, PictureStep, RandomResizedCrop, Resize, sides

if TYPE_CHECKING:
    from fledge.transforms.image import Image

_HALF = 1 << 15
_MOST_BITS = 22


@final
@dataclass(frozen=True)
class Axis:
    """What a step does along one side: `length` lines from `start` on become `inner` lines, laid into `out` at `offset`.

    All but `out` are numbers that may depend on the picture's size, which a graph knows only when it runs.
    """

    start: Tensor
    length: Tensor
    inner: Tensor
    out: int
    offset: Tensor
    pad: Padding = "zeros"


class PictureGraph(nn.Module):
    """Pixels (batch, height, width, channels) of any one size to prepared pictures, in plain tensor operations.

    torch resizes bytes with weights in whole numbers; so does this, with the whole numbers held in floats that are exact.
    """

    def __init__(self, image: Image) -> None:
        super().__init__()
        for step in image.steps:
            if not isinstance(step, Resize | CenterCrop | RandomResizedCrop):
                raise UsageError(
                    f"the item step {shown(step)} is a function of your own, which no exported graph can hold",
                    hint="export a model whose steps are fledge's own: Resize, CenterCrop, RandomResizedCrop",
                )
        self.steps = image.steps
        self.size = image.size
        mean, std = (torch.tensor(each, dtype=torch.float64).view(-1, 1, 1) for each in (image.mean, image.std))
        self.register_buffer("scale", (1 / (255 * std)).float())
        self.register_buffer("shift", (mean / std).float())
        self.scale: Tensor
        self.shift: Tensor

    def forward(self, pixels: Tensor) -> Tensor:
        picture = pixels.permute(0, 3, 1, 2).double()
        for step in self.steps:
            for axes in axes_of(step, *(_number(side) for side in picture.shape[2:])):
                picture = _laid(picture, *axes, whole=True)
        floats = picture.float() * self.scale - self.shift  # (batch, channels, height, width)
        if self.size is None or tuple(floats.shape[2:]) == self.size:
            return floats
        height, width = (_squished(_number(side), size) for side, size in zip(floats.shape[2:], self.size, strict=True))
        return _laid(floats.double(), height, width, whole=False).float()


def axes_of(step: PictureStep, height: Tensor, width: Tensor) -> list[tuple[Axis, Axis]]:
    """What a step without randomness does along height and width, one resampling after the other."""
    match step:
        case Resize(method="squish"):
            high, wide = sides(step.size)
            return [(_squished(height, high), _squished(width, wide))]
        case Resize(method="pad"):
            return [_fitted(step, height, width)]
        case Resize():
            return [_cropped(sides(step.size), height, width)]
        case CenterCrop():
            high, wide = sides(step.size)
            return [(_cut(height, high), _cut(width, wide))]
        case RandomResizedCrop():
            return _twice(step, height, width)
    raise TypeError(f"{step} has no axes")


def seen_axes(steps: Sequence[PictureStep], height: int, width: int) -> list[tuple[Tensor, Tensor]]:
    """Along height and width of a picture: where the part begins that all steps together give, and how far it reaches.

    It is what `seen_part` tells, of a size that a graph knows only when it runs.
    """
    now = [_number(height), _number(width)]
    seen = [(torch.zeros_like(side), side) for side in now]
    for step in steps:
        # What a random crop keeps on its way makes no difference here.
        axes = _cropped(sides(step.size), *now) if isinstance(step, RandomResizedCrop) else axes_of(step, *now)[0]
        for place, axis in enumerate(axes):
            (start, reach), scale = seen[place], axis.length / axis.inner
            wide = reach / now[place]
            seen[place] = start + (axis.start - axis.offset * scale) * wide, axis.out * scale * wide
            now[place] = _number(axis.out)
    return seen


def _squished(length: Tensor, out: int) -> Axis:
    return Axis(torch.zeros_like(length), length, torch.full_like(length, out), out, torch.zeros_like(length))


def _cut(length: Tensor, out: int) -> Axis:
    kept = length.clamp_max(out)
    return Axis(_half(length - kept), kept, kept, out, _half(out - kept))


def _cropped(size: tuple[int, int], height: Tensor, width: Tensor) -> tuple[Axis, Axis]:
    high, wide = size
    scale = torch.minimum(height / high, width / wide)
    axes = []
    for length, out in ((height, high), (width, wide)):
        kept = torch.minimum((out * scale).round().clamp_min(1), length)
        axes.append(Axis(_half(length - kept), kept, torch.full_like(kept, out), out, torch.zeros_like(kept)))
    return axes[0], axes[1]


def _fitted(step: Resize, height: Tensor, width: Tensor) -> tuple[Axis, Axis]:
    high, wide = sides(step.size)
    scale = torch.minimum(_over(high, height), _over(wide, width))
    axes = []
    for length, out in ((height, high), (width, wide)):
        inner = (length * scale).round().clamp_min(1)
        axes.append(Axis(torch.zeros_like(length), length, inner, out, _half(out - inner), step.pad))
    return axes[0], axes[1]


def _twice(step: RandomResizedCrop, height: Tensor, width: Tensor) -> list[tuple[Axis, Axis]]:
    """First down to what the step keeps of a picture, of which only the middle is worked out, then the crop of that."""
    least, out = step.at_least(), sides(step.size)
    scale = torch.maximum(_over(least[0], height), _over(least[1], width)).clamp_max(1)
    inner = [(length * scale).round() for length in (height, width)]
    crop = _cropped(out, inner[0], inner[1])
    first, second = [], []
    for length, kept, axis, most in zip((height, width), inner, crop, least, strict=True):
        seen = most + 2
        first.append(Axis(torch.zeros_like(length), length, kept, seen, -axis.start))
        second.append(Axis(torch.zeros_like(kept), axis.length, axis.inner, axis.out, axis.offset))
    return [(first[0], first[1]), (second[0], second[1])]


def _laid(picture: Tensor, high: Axis, wide: Axis, *, whole: bool) -> Tensor:
    """The picture resampled along its width, then along its height, as torch does it."""
    across = _along(picture, wide, whole=whole)
    return _along(across.transpose(2, 3), high, whole=whole).transpose(2, 3)


def _along(picture: Tensor, axis: Axis, *, whole: bool) -> Tensor:
    weights = _weights(axis, picture.shape[3])
    if not whole:
        return picture @ weights.T
    one = 2.0 ** _bits(weights)
    summed = picture @ (weights * one + 0.5).floor().T
    return ((summed + one / 2) / one).floor().clamp(0, 255)


def _weights(axis: Axis, count: int) -> Tensor:
    """(out, count): how much each line counts for each line of the result; lines of padding count none."""
    line = torch.arange(axis.out, dtype=torch.float64) - axis.offset
    real = (line >= 0) & (line < axis.inner)
    if axis.pad == "border":
        line = torch.minimum(line.clamp_min(0), axis.inner - 1)
    elif axis.pad == "reflection":
        period = 2 * (axis.inner - 1).clamp_min(1)
        line = line - (line / period).floor() * period
        line = torch.minimum(torch.minimum(line, period - line), axis.inner - 1)
    scale = axis.length / axis.inner
    support = scale.clamp_min(1)
    centre = (scale * (line + 0.5))[:, None]
    place = torch.arange(count, dtype=torch.float64) - axis.start
    first = (centre - support + 0.5).trunc().clamp_min(0)
    last = torch.minimum((centre + support + 0.5).trunc(), axis.length)
    near = (1 - ((place - centre + 0.5) / support).abs()).clamp_min(0)
    near = torch.where((place >= first) & (place < last), near, 0.0)
    if axis.pad == "zeros":
        near = torch.where(real[:, None], near, 0.0)
    return near / near.sum(1, keepdim=True).clamp_min(1e-6)


def _bits(weights: Tensor) -> Tensor:
    """As many bits as the largest weight leaves room for in 16, which is how torch chooses."""
    powers = 2.0 ** torch.arange(1, _MOST_BITS + 1, dtype=torch.float64)
    return ((0.5 + weights.max() * powers).floor() < _HALF).sum().double()


def _over(number: int, length: Tensor) -> Tensor:
    """One divided by the other, as Python does it: a number before a tensor becomes a product with its reciprocal."""
    return torch.full_like(length, number) / length


def _half(length: Tensor) -> Tensor:
    return (length / 2).floor()


def _number(side: int) -> Tensor:
    """A side of a picture, known or not, as a number to reckon with."""
    return torch.ones((), dtype=torch.float64) * side
