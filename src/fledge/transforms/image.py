"""Pictures as tensors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from typing import Annotated, Any, ClassVar, Self, cast, final

import msgspec
import numpy as np
import PIL
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from fledge.core.errors import UsageError, shown
from fledge.core.seeds import Draws
from fledge.transforms.picture import read_pixels
from fledge.transforms.picture_graph import PictureGraph
from fledge.transforms.picture_reading import PictureReading
from fledge.transforms.resize import PictureStep, Side, divided
from fledge.transforms.transform import Block, Transform

Channels = Annotated[int, msgspec.Meta(ge=1, le=64)]
Mean = Annotated[float, msgspec.Meta(ge=-1000, le=1000)]
Deviation = Annotated[float, msgspec.Meta(gt=0, le=1000)]

_READING = 2
"""Goes up when the same file and steps give other bytes than before, so that no cache of old bytes is taken for new."""


@final
@dataclass(frozen=True)
class Image(Transform[Any, Tensor]):
    """A picture as bytes (channels, height, width), after item steps; in a batch on its device as normalised floats.

    A function of the caller's own may stand among the steps: it is handed the picture, and its results are not cached.

    >>> photo = np.full((4, 8, 3), 255, np.uint8)
    >>> from fledge.transforms.resize import Resize
    >>> image = Image(steps=(Resize(2),)).normalised(mean=(0.5,), std=(0.25,))
    >>> image.encode(photo).shape
    torch.Size([3, 2, 2])
    >>> image.prepare(image.encode(photo)[None])[0, :, 0, 0].round(decimals=3)
    tensor([2., 2., 2.])
    """

    eager: ClassVar[bool] = False

    steps: tuple[PictureStep, ...] = ()
    channels: Channels = 3
    size: tuple[Side, Side] | None = None
    """Height and width of a prepared batch, where it differs from what the steps give."""
    mean: tuple[Mean, ...] = (0.0,)
    std: tuple[Deviation, ...] = (1.0,)

    def __post_init__(self) -> None:
        for name, values in (("mean", self.mean), ("std", self.std)):
            if len(values) not in (1, self.channels):
                raise UsageError(f"{name} has {len(values)} numbers for pictures of {self.channels} channels")
        if not all(each > 0 for each in self.std):
            raise UsageError(f"std is {shown(self.std)}: each has to be above 0", hint="std=(1.0,) leaves values as they are")

    def normalised(self, mean: Sequence[float], std: Sequence[float]) -> Self:
        """The same transform, with values in 0..1 brought to (value - mean) / std in a batch."""
        return replace(self, mean=tuple(map(float, mean)), std=tuple(map(float, std)))

    def encode(self, value: Any) -> Tensor:
        return self.rest(self.front(value), None)

    def front(self, value: Any) -> Tensor:
        """The picture read near the size it is needed in, and the steps before the first random one or function."""
        need = self.steps[0].at_least() if self._ahead else None
        pixels = np.ascontiguousarray(read_pixels(value, self.channels, need))
        picture = torch.from_numpy(pixels).permute(2, 0, 1)
        for step in self._ahead:
            picture = step.ahead(picture)
        return _interleaved(picture)

    def rest(self, front: Tensor, draws: Draws | None) -> Tensor:
        for step in self.steps[divided(self.steps)[1] :]:
            front = step(front, draws) if isinstance(step, PictureStep) else cast(Callable[[Tensor], Tensor], step)(front)
        return _interleaved(front)

    def to_kept(self, front: Tensor) -> NDArray[Any]:
        return super().to_kept(front.permute(1, 2, 0))

    def from_kept(self, kept: NDArray[Any]) -> Tensor:
        return torch.from_numpy(kept).permute(2, 0, 1)

    def front_settings(self) -> str:
        ahead = [repr(step) for step in self._ahead]
        return json.dumps({"reading": _READING, "channels": self.channels, "steps": ahead, **_versions()})

    def prepare(self, batch: Tensor) -> Tensor:
        """Bytes in a batch as normalised float32, channels last in memory."""
        height, width = batch.shape[2:]
        mean, std = (torch.tensor(each, dtype=torch.float64) for each in self._normalisation())
        scale, shift = ((each.float().repeat(width)).to(batch.device) for each in (1 / (255 * std), -mean / std))
        lines = batch.permute(0, 2, 3, 1).flatten(2)  # (count, height, width * channels): one row of memory each
        result = torch.empty(lines.shape, dtype=torch.float32, device=batch.device)
        size = torch.get_num_threads() if batch.device.type == "cpu" else max(1, len(batch))
        for part, into in zip(
            torch.split(lines, size), torch.split(result, size), strict=True
        ):  # pieces that stay in a CPU's cache
            into.copy_(part).mul_(scale).add_(shift)
        floats = result.view(len(batch), height, width, self.channels).permute(0, 3, 1, 2)
        if self.size is None or (height, width) == self.size:
            return floats
        return F.interpolate(floats, self.size, mode="bilinear", antialias=True)

    def sees(self, size: tuple[int, int]) -> tuple[int, int]:
        """Height and width of what a model is shown of a picture of this size."""
        height, width = self.size or self.encode(np.zeros((*size, self.channels), np.uint8)).shape[1:]
        return height, width

    def sized(self, size: tuple[int, int]) -> Image:
        return replace(self, size=size)

    def plan(self, changes: Sequence[Any], draws: Draws, batch: Tensor) -> Any:
        from fledge.transforms.augment import PicturePlan

        height, width = batch.shape[2:]
        return PicturePlan.of(changes, draws, (height, width), self.size or (height, width), batch.device)

    def augment(self, batch: Tensor, plan: Any) -> Tensor:
        augmented: Tensor = plan.pictures(batch, *self._normalisation())
        return augmented

    def decode(self, value: Tensor) -> NDArray[np.uint8]:
        """An encoded or a prepared picture as bytes (height, width, channels), to be looked at."""
        picture = value.detach().cpu()
        if picture.dtype != torch.uint8:
            mean, std = (torch.tensor(each).view(-1, 1, 1) for each in self._normalisation())
            picture = ((picture.float() * std + mean) * 255).round().clamp(0, 255).to(torch.uint8)
        pixels: NDArray[np.uint8] = picture.permute(1, 2, 0).contiguous().numpy()
        return pixels

    def reading(self, examples: Tensor | None) -> PictureReading:
        need = self.steps[0].at_least() if self._ahead else None
        if self.steps or examples is None:
            return PictureReading(self.channels, need)
        height, width = examples.shape[2:]  # nothing resizes pictures: all are as large as these
        return PictureReading(self.channels, need, (height, width))

    def graph(self) -> PictureGraph:
        return PictureGraph(self)

    def given_again(self, encoded: Tensor) -> NDArray[np.uint8]:
        return self.decode(encoded)

    @property
    def _ahead(self) -> tuple[PictureStep, ...]:
        """The steps that are done, at least in part, before a picture is cached."""
        return divided(self.steps)[0]

    def _normalisation(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Mean and standard deviation, one each a channel."""
        mean, std = (each * self.channels if len(each) == 1 else each for each in (self.mean, self.std))
        return mean, std


def _interleaved(picture: Tensor) -> Tensor:
    """The same picture (channels, height, width) with each pixel's channels side by side in memory, as networks take them."""
    return picture[None].contiguous(memory_format=torch.channels_last)[0]


@cache
def _versions() -> Mapping[str, str]:
    """Of what decodes and resizes: others may give other bytes."""
    return {"pillow": PIL.__version__, "torch": str(torch.__version__), "torchvision": version("torchvision")}


@final
@dataclass(frozen=True)
class ImageBlock(Block):
    """Pictures, from wherever `read_picture` can read them: 1 channel is luma, 3 are RGB, 4 are RGBA."""

    channels: int = 3

    def learn(self, values: Sequence[Any], steps: Sequence[Any] = ()) -> Image:
        """Nothing has to be learned from the pictures themselves."""
        return self.reader(steps)

    def reader(self, steps: Sequence[Any] = ()) -> Image:
        for step in steps:
            if isinstance(step, type) or not callable(step):
                raise UsageError(f"{shown(step)} is not an item step", hint="item_tfms=Resize(224)")
        return Image(steps=tuple(steps), channels=self.channels)
