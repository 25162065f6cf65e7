"""Item steps: one picture brought to the size of all."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal, final, get_args

import msgspec
import torch
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UnknownName, UsageError, shown
from fledge.core.seeds import Draws

Side = Annotated[int, msgspec.Meta(ge=1, le=16384)]
Size = Side | tuple[Side, Side]
"""One side for a square, or (height, width)."""

Region = tuple[float, float, float, float]
"""A part of a picture: its upper and left edge, its height and width, in pixels; it may reach over the picture's edges."""

Method = Literal["crop", "squish", "pad"]
Padding = Literal["zeros", "reflection", "border"]


class PictureStep(ABC):
    """A change of one picture, bytes (channels, height, width) in and out.

    `draws` holds the random numbers of one item; without them a random step does what comes nearest to its mean. With
    `void` the picture is a mask: its values are never mixed, and `void` stands where nothing is known.
    """

    random: ClassVar[bool] = False

    @property
    def keeps_edges(self) -> bool:
        """Whether all of the picture stays, edge at edge, so that a place in it as a share of its sides stays true."""
        return False

    @abstractmethod
    def __call__(self, picture: Tensor, draws: Draws | None = None, *, void: int | None = None) -> Tensor:
        """The picture, changed."""

    @abstractmethod
    def region(self, height: float, width: float) -> Region:
        """The part of a picture of this size that, without randomness, becomes what the step gives."""

    def at_least(self) -> tuple[int, int] | None:
        """The height and width below which shrinking the picture before this step would blur what it gives."""
        return None

    def ahead(self, picture: Tensor, *, void: int | None = None) -> Tensor:
        """What of this step is the same every time, and so can be done once and kept."""
        return picture if self.random else self(picture, None, void=void)


@final
@dataclass(frozen=True)
class Resize(PictureStep):
    """Every picture at one size: the middle cropped, the whole squished, or the whole with padding around it.

    >>> Resize(4, method="pad")(torch.ones(3, 2, 6, dtype=torch.uint8))[0].tolist()
    [[0, 0, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]]
    """

    size: Size
    method: Method = "crop"
    pad: Padding = "zeros"

    def __post_init__(self) -> None:
        _check_size(self.size)
        _check_name("method", self.method, get_args(Method))
        _check_name("pad", self.pad, get_args(Padding))

    @property
    def keeps_edges(self) -> bool:
        return self.method == "squish"

    def __call__(self, picture: Tensor, draws: Draws | None = None, *, void: int | None = None) -> Tensor:
        height, width = sides(self.size)
        exact = void is not None
        match self.method:
            case "crop":
                return resized(_middle(picture, height, width), height, width, exact=exact)
            case "squish":
                return resized(picture, height, width, exact=exact)
            case "pad":
                return _padded(_fitted(picture, height, width, exact=exact), height, width, self.pad, void or 0)

    def region(self, height: float, width: float) -> Region:
        high, wide = sides(self.size)
        match self.method:
            case "crop":
                return _middle_of(height, width, high, wide)
            case "squish":
                return 0.0, 0.0, height, width
            case "pad":
                scale = min(high / height, wide / width)
                tall, broad = max(1, round(height * scale)), max(1, round(width * scale))
                top, left = (high - tall) // 2, (wide - broad) // 2
                down, across = height / tall, width / broad  # pixels of the picture for one of the result
                return -top * down, -left * across, high * down, wide * across

    def at_least(self) -> tuple[int, int]:
        return sides(self.size)


@final
@dataclass(frozen=True)
class CenterCrop(PictureStep):
    """The middle of a picture, its pixels as they are; zeros stand where it is too small.

    >>> CenterCrop(2)(torch.arange(16, dtype=torch.uint8).reshape(1, 4, 4)).tolist()
    [[[5, 6], [9, 10]]]
    """

    size: Size

    def __post_init__(self) -> None:
        _check_size(self.size)

    def __call__(self, picture: Tensor, draws: Draws | None = None, *, void: int | None = None) -> Tensor:
        height, width = sides(self.size)
        return _padded(_cut(picture, height, width), height, width, "zeros", void or 0)

    def region(self, height: float, width: float) -> Region:
        high, wide = sides(self.size)
        return _before(height, high), _before(width, wide), high, wide


@final
@dataclass(frozen=True)
class RandomResizedCrop(PictureStep):
    """A random part of a picture, brought to one size; without randomness the middle, as `Resize` has it.

    A crop has at least `min_scale` of the picture's area and a width to height in `ratio`. What is kept before the
    random part is the picture at `1 / sqrt(min_scale)` times the size (at most twice), so that most crops lose nothing.
    """

    random: ClassVar[bool] = True

    size: Size
    min_scale: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.35
    ratio: tuple[Annotated[float, msgspec.Meta(gt=0, le=100)], Annotated[float, msgspec.Meta(gt=0, le=100)]] = (3 / 4, 4 / 3)

    def __post_init__(self) -> None:
        _check_size(self.size)
        if not 0 < self.min_scale <= 1:
            raise UsageError(f"min_scale is {shown(self.min_scale)}, not a part of the area in 0..1")
        if not 0 < self.ratio[0] <= self.ratio[1] <= 100:
            raise UsageError(f"ratio is {shown(self.ratio)}, not (least, most) of width to height", hint="ratio=(3 / 4, 4 / 3)")

    def __call__(self, picture: Tensor, draws: Draws | None = None, *, void: int | None = None) -> Tensor:
        height, width = sides(self.size)
        part = _middle(picture, height, width) if draws is None else self._crop(picture, draws)
        return resized(part, height, width, exact=void is not None)

    def region(self, height: float, width: float) -> Region:
        return _middle_of(height, width, *sides(self.size))

    def at_least(self) -> tuple[int, int]:
        height, width = sides(self.size)
        more = min(2.0, self.min_scale**-0.5)
        return math.ceil(height * more), math.ceil(width * more)

    def ahead(self, picture: Tensor, *, void: int | None = None) -> Tensor:
        height, width = picture.shape[1:]
        least_height, least_width = self.at_least()
        scale = max(least_height / height, least_width / width)
        if scale >= 1:
            return picture
        return resized(picture, round(height * scale), round(width * scale), exact=void is not None)

    def _crop(self, picture: Tensor, draws: Draws) -> Tensor:
        height, width = picture.shape[1:]
        area = height * width * float(draws.uniform("crop area", self.min_scale, 1.0)[0])
        ratio = math.exp(draws.uniform("crop ratio", math.log(self.ratio[0]), math.log(self.ratio[1]))[0])
        high = min(height, max(1, round(math.sqrt(area / ratio))))
        wide = min(width, max(1, round(math.sqrt(area * ratio))))
        top = int(draws.uniform("crop top")[0] * (height - high + 1))
        left = int(draws.uniform("crop left")[0] * (width - wide + 1))
        return picture[:, top : top + high, left : left + wide]


def resized(picture: Tensor, height: int, width: int, *, exact: bool = False) -> Tensor:
    """Bilinear, averaging over all pixels that fall together; `exact` takes the nearest pixel as it is.

    >>> resized(torch.tensor([[[0, 100]]], dtype=torch.uint8), 1, 1).tolist()
    [[[50]]]
    """
    if picture.shape[1:] == (height, width):
        return picture
    if exact:
        return F.interpolate(picture[None], (height, width), mode="nearest-exact")[0]
    # Three times as fast as planes on their own, because all channels of a pixel are weighed at once. It is what
    # `F.interpolate(mode="bilinear", antialias=True)` calls, which would lay the result out as planes in the end.
    batch = picture[None].contiguous(memory_format=torch.channels_last)
    shape = (1, len(picture), height, width)
    result = torch.empty(shape, dtype=picture.dtype, device=picture.device, memory_format=torch.channels_last)
    torch.ops.aten._upsample_bilinear2d_aa.out(batch, (height, width), False, None, None, out=result)
    return result[0]


def sides(size: Size) -> tuple[int, int]:
    """Height and width of a size.

    >>> sides(224)
    (224, 224)
    """
    return (size, size) if isinstance(size, int) else size


def seen_part(steps: Sequence[object], height: int, width: int) -> Region:
    """The part of a picture of this size that becomes what all the steps together give.

    >>> seen_part([Resize(8)], height=10, width=20)
    (0.0, 5.0, 10.0, 10.0)
    """
    top, left, high, wide = 0.0, 0.0, float(height), float(width)
    now: tuple[float, float] = (float(height), float(width))
    for step in steps:
        if not isinstance(step, PictureStep):
            raise UsageError(f"where {shown(step)} takes its pixels from is not known", hint="use steps such as Resize(224)")
        part = step.region(*now)
        down, across = high / now[0], wide / now[1]
        top, left, high, wide = top + part[0] * down, left + part[1] * across, part[2] * down, part[3] * across
        now = sides(step.size) if hasattr(step, "size") else part[2:]
    return top, left, high, wide


def divided(steps: Sequence[object]) -> tuple[tuple[PictureStep, ...], int]:
    """The steps that are done, at least in part, before a picture is kept; and how many are done wholly.

    Those stand before the first step that is random, or a function of the caller's own.

    >>> divided([CenterCrop(8), RandomResizedCrop(4)])
    ((CenterCrop(size=8), RandomResizedCrop(size=4, min_scale=0.35, ratio=(0.75, 1.3333333333333333))), 1)
    """
    own = (place for place, step in enumerate(steps) if not isinstance(step, PictureStep) or step.random)
    done = next(own, len(steps))
    return tuple(step for step in steps[: done + 1] if isinstance(step, PictureStep)), done


def _middle(picture: Tensor, height: int, width: int) -> Tensor:
    """The largest middle part with the proportions of height to width."""
    _, _, high, wide = _middle_of(picture.shape[1], picture.shape[2], height, width)
    return _cut(picture, int(high), int(wide))


def _middle_of(tall: float, broad: float, height: int, width: int) -> Region:
    """Where the largest middle part of a picture, tall and broad, with the proportions of height to width lies."""
    scale = min(tall / height, broad / width)
    high, wide = max(1, round(height * scale)), max(1, round(width * scale))
    return float(max(0, tall - high) // 2), float(max(0, broad - wide) // 2), float(high), float(wide)


def _cut(picture: Tensor, height: int, width: int) -> Tensor:
    top, left = max(0, picture.shape[1] - height) // 2, max(0, picture.shape[2] - width) // 2
    return picture[:, top : top + height, left : left + width]


def _before(side: float, part: int) -> float:
    """Where a part in the middle of a side begins: before it, where the part is the longer one."""
    return float((side - part) // 2 if side >= part else -((part - side) // 2))


def _fitted(picture: Tensor, height: int, width: int, *, exact: bool) -> Tensor:
    """The whole picture, as large as it goes into height and width."""
    scale = min(height / picture.shape[1], width / picture.shape[2])
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[2] * scale))
    return resized(picture, *size, exact=exact)


def _padded(picture: Tensor, height: int, width: int, pad: Padding, zero: int = 0) -> Tensor:
    """The picture in the middle of height and width; `zero` stands where there would be zeros."""
    top, left = (height - picture.shape[1]) // 2, (width - picture.shape[2]) // 2
    if pad == "zeros":
        canvas = picture.new_full((len(picture), height, width), zero)
        canvas[:, top : top + picture.shape[1], left : left + picture.shape[2]] = picture
        return canvas
    rows, columns = _around(picture.shape[1], height, top, pad), _around(picture.shape[2], width, left, pad)
    return picture[:, rows][:, :, columns]


def _around(count: int, side: int, before: int, pad: Padding) -> Tensor:
    """Which of `count` lines stands at each place of a side that begins `before` the first."""
    places = torch.arange(side) - before
    if pad == "border" or count == 1:
        return places.clamp(0, count - 1)
    period = 2 * (count - 1)
    places = places % period
    return torch.minimum(places, period - places)


def _check_size(size: object) -> None:
    parts = size if isinstance(size, tuple) and len(size) == 2 else (size,)
    if not all(isinstance(side, int) and not isinstance(side, bool) and 1 <= side <= 16384 for side in parts):
        raise UsageError(f"size is {shown(size)}, not pixels from 1 to 16384", hint="size=224, or size=(height, width)")


def _check_name(kind: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise UnknownName(kind, name, known)
