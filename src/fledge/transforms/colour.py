"""Brightness, contrast, saturation and hue.

The first three are sums of a pixel's channels, so those of one picture compose into one matrix: (channels, channels + 1),
the last column being added. Values run from 0 to 1.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.core.seeds import Draws
from fledge.transforms.change import PictureChange, drawn, within


class LinearColour(PictureChange):
    """A change of colours that a matrix can do; a factor of 1 changes nothing."""

    needs_means: ClassVar[bool] = False
    """Whether it looks at the means of the pictures."""

    max_change: float

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("max_change", self.max_change, 0, 0.99)

    def factors(self, draws: Draws, purpose: str) -> NDArray[np.float64]:
        """A factor for each item: from 1 - max_change to its inverse, more and less being equally likely."""
        reach = -np.log1p(-self.max_change)
        return np.exp(drawn(draws, purpose, self.p, -reach, reach, 0.0))

    @abstractmethod
    def onto(self, colours: Tensor, factors: Tensor, means: Tensor) -> Tensor:
        """The matrices with this change put after them; `means` (count, channels) are the pictures' own, where needed."""


@final
@dataclass(frozen=True)
class Brightness(LinearColour):
    """Lighter or darker."""

    max_change: float = 0.2
    p: float = 0.75

    def onto(self, colours: Tensor, factors: Tensor, means: Tensor) -> Tensor:
        return brighten(colours, factors)


@final
@dataclass(frozen=True)
class Contrast(LinearColour):
    """Nearer to the picture's mean grey, or further from it."""

    needs_means: ClassVar[bool] = True

    max_change: float = 0.2
    p: float = 0.75

    def onto(self, colours: Tensor, factors: Tensor, means: Tensor) -> Tensor:
        return add_contrast(colours, factors, means)


@final
@dataclass(frozen=True)
class Saturation(LinearColour):
    """More or less colourful."""

    max_change: float = 0.2
    p: float = 0.75

    def onto(self, colours: Tensor, factors: Tensor, means: Tensor) -> Tensor:
        return saturate(colours, factors)


@final
@dataclass(frozen=True)
class Hue(PictureChange):
    """Every colour moved on around the colour circle by up to `max_change` of it, after all other changes of colour."""

    max_change: float = 0.05
    p: float = 0.75

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("max_change", self.max_change, 0, 0.5)

    def shifts(self, draws: Draws, purpose: str) -> NDArray[np.float64]:
        """How far to go for each item, 1 being once around."""
        return drawn(draws, purpose, self.p, -self.max_change, self.max_change, 0.0)


def unchanged(count: int, channels: int, device: torch.device) -> Tensor:
    """The matrices that leave colours as they are: (count, channels, channels + 1)."""
    return torch.eye(channels, channels + 1, device=device).repeat(count, 1, 1)


def brighten(colours: Tensor, factors: Tensor) -> Tensor:
    """Every value times its picture's factor."""
    return colours * factors[:, None, None]


def add_contrast(colours: Tensor, factors: Tensor, means: Tensor) -> Tensor:
    """Every value's distance from its picture's mean grey times a factor."""
    channels = colours.shape[1]
    level = colours[:, :, channels].clone()  # each channel's mean by now
    for channel in range(channels):
        level = level + colours[:, :, channel] * means[:, channel, None]
    mean_grey = _grey_row(level[:, :, None])  # (count, 1)
    stretched = colours * factors[:, None, None]
    stretched[:, :, channels] += (1 - factors[:, None]) * mean_grey
    return stretched


def saturate(colours: Tensor, factors: Tensor) -> Tensor:
    """Every value's distance from its pixel's grey times a factor."""
    strength = factors[:, None, None]
    return colours * strength + (1 - strength) * _grey_row(colours)[:, None, :]


def recolour(pictures: Tensor, colours: Tensor) -> Tensor:
    """Pictures (count, channels, height, width) with their matrices applied, kept within 0 to 1."""
    channels = pictures.shape[1]
    cells = colours[:, :, :, None, None]
    result = cells[:, :, 0] * pictures[:, :1]
    for channel in range(1, channels):
        result += cells[:, :, channel] * pictures[:, channel, None]
    return result.add_(cells[:, :, channels]).clamp_(0, 1)


def relight(pictures: Tensor, colours: Tensor) -> Tensor:
    """`recolour` in place, for matrices in which no channel takes from another; values may leave 0 to 1."""
    channels = pictures.shape[1]
    scale = torch.diagonal(colours[:, :, :channels], dim1=1, dim2=2)[:, :, None, None]
    return pictures.mul_(scale).add_(colours[:, :, channels, None, None])


def normalised(colours: Tensor, mean: Tensor, std: Tensor) -> Tensor:
    """The matrices with normalisation put after them; mean and std are (channels, 1, 1)."""
    result = colours / std[:, :, 0]
    result[:, :, -1] -= (mean / std).flatten()
    return result


def shift_hue(pictures: Tensor, shifts: Tensor) -> Tensor:
    """Pictures in red, green, blue with every hue moved on by its picture's shift, 1 being once around; grey ones stay."""
    if pictures.shape[1] == 1:
        return pictures
    value, least = pictures.amax(1), pictures.amin(1)
    chroma = value - least
    red, green, blue = pictures.unbind(1)
    span = torch.where(chroma == 0, 1.0, chroma)
    sixth = torch.where(value == green, (blue - red) / span + 2, (red - green) / span + 4)
    sixth = torch.where(value == red, (green - blue) / span, sixth)
    moved = sixth + 6 * shifts[:, None, None]
    place = [(moved + start) % 6 for start in (5, 3, 1)]
    return torch.stack([value - chroma * torch.minimum(k, 4 - k).clamp(0, 1) for k in place], dim=1)


def check_colours(channels: int, change: str) -> None:
    """Refuses a change of colours for pictures that are neither coloured nor grey."""
    if channels not in (1, 3):
        raise UsageError(f"{change} needs pictures of 3 channels or 1, these have {channels}", hint=f"leave {change} out")


def _grey_row(cells: Tensor) -> Tensor:
    """The row of a pixel's grey: (count, channels, n) -> (count, n)."""
    channels = cells.shape[1]
    weights = (0.2989, 0.587, 0.114) if channels == 3 else (1 / channels,) * channels
    row = cells[:, 0] * weights[0]
    for channel in range(1, channels):
        row = row + cells[:, channel] * weights[channel]
    return row
