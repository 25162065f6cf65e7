"""Patches erased and noise added, on the finished picture."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fledge.core.seeds import Draws, key
from fledge.transforms.change import PictureChange, drawn, within
from fledge.transforms.matrices import Size2


class FinishingChange(PictureChange):
    """A change of a batch that is already normalised."""

    @abstractmethod
    def finish(self, pictures: Tensor, draws: Draws, purpose: str, mean: Tensor, std: Tensor) -> None:
        """Changes the pictures (count, channels, height, width) in place; mean and std are (channels, 1, 1)."""


@final
@dataclass(frozen=True)
class Erase(FinishingChange):
    """A rectangle of `min_area` to `max_area` of the picture, up to `max_ratio` as long as wide, made the mean colour."""

    min_area: float = 0.02
    max_area: float = 0.3
    max_ratio: float = 3.3
    p: float = 0.5

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("min_area", self.min_area, 0, 1)
        within("max_area", self.max_area, self.min_area, 1)
        within("max_ratio", self.max_ratio, 1, 100)

    def finish(self, pictures: Tensor, draws: Draws, purpose: str, mean: Tensor, std: Tensor) -> None:
        height, width = pictures.shape[2:]
        for picture, box in zip(pictures, self.boxes(draws, purpose, (height, width)).tolist(), strict=True):
            erase(picture, *box)

    def boxes(self, draws: Draws, purpose: str, size: Size2) -> NDArray[np.int64]:
        """A rectangle for each item as (top, left, height, width), empty where nothing happens."""
        area = draws.uniform(f"{purpose} area", self.min_area, self.max_area) * (size[0] * size[1])
        ratio = np.exp(draws.uniform(f"{purpose} ratio", -np.log(self.max_ratio), np.log(self.max_ratio)))
        sides = np.sqrt(np.stack([area * ratio, area / ratio], 1))
        sides = np.minimum(np.rint(sides), size) * draws.chance(purpose, self.p)[:, None]
        free = np.array(size) - sides + 1
        starts = np.stack([draws.uniform(f"{purpose} top"), draws.uniform(f"{purpose} left")], 1) * free
        return np.concatenate([starts, sides], 1).astype(np.int64)


@final
@dataclass(frozen=True)
class Noise(FinishingChange):
    """Each value moved at random, by a spread drawn between 0 and `max_spread` (1 being from black to white)."""

    max_spread: float = 0.1
    p: float = 0.5

    def __post_init__(self) -> None:
        within("p", self.p, 0, 1)
        within("max_spread", self.max_spread, 0, 1)

    def finish(self, pictures: Tensor, draws: Draws, purpose: str, mean: Tensor, std: Tensor) -> None:
        spreads = drawn(draws, purpose, self.p, 0.0, self.max_spread, 0.0)
        for row in np.flatnonzero(spreads).tolist():
            seed = key(draws.seed, draws.epoch, purpose, int(draws.items[row]))
            add_noise(pictures[row], float(spreads[row]), seed, mean, std)


def erase(picture: Tensor, top: int, left: int, height: int, width: int) -> None:
    """Makes a rectangle of one normalised picture (channels, height, width) the mean colour."""
    picture[:, top : top + height, left : left + width] = 0.0


def add_noise(picture: Tensor, spread: float, seed: int, mean: Tensor, std: Tensor) -> None:
    """Adds Gaussian noise to one normalised picture, within what black and white become."""
    source = torch.Generator(picture.device)
    source.manual_seed(seed)
    noise = torch.randn(picture.shape, generator=source, device=picture.device)
    picture.copy_(torch.minimum(torch.maximum(picture + noise * (spread / std), -mean / std), (1 - mean) / std))
