"""A model that sees inputs only as features."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import ClassVar, final

from torch import Tensor, nn

from fledge.core.errors import UsageError
from fledge.models.architecture import Architecture


@dataclass(frozen=True)
class Features(Architecture):
    """What makes a vector of plain features of each prepared input; nothing in it is learned."""

    of_pieces: ClassVar[bool] = False
    """Whether inputs come in pieces, each of which gets its own features and answer."""

    @property
    @abstractmethod
    def width(self) -> int:
        """How many features it makes of one input."""

    @property
    @abstractmethod
    def words(self) -> str:
        """What the features are about, in a word or two."""


@final
@dataclass(frozen=True)
class OnFeatures(Architecture):
    """Features, and a model that takes a vector of them."""

    features: Architecture
    model: Architecture

    def __post_init__(self) -> None:
        takes = getattr(self.model, "inputs", None)
        if not isinstance(self.features, Features) or takes != self.features.width:
            raise UsageError(f"{type(self.model).__name__} doesn't take what {type(self.features).__name__} makes")

    @property
    def outputs(self) -> int:
        """How many numbers it gives for one input."""
        outputs: int = getattr(self.model, "outputs")  # noqa: B009 - what takes features has outputs
        return outputs

    def build(self) -> FeatureModel:
        return FeatureModel(self.features.build(), self.model.build())


class FeatureModel(nn.Module):
    """Two parts, each of use alone: `features` (inputs to vectors) and `model` (vectors to outputs).

    >>> import torch
    >>> FeatureModel(nn.Flatten(), nn.Linear(12, 2))(torch.zeros(4, 3, 2, 2)).shape
    torch.Size([4, 2])
    """

    def __init__(self, features: nn.Module, model: nn.Module) -> None:
        super().__init__()
        self.features = features
        self.model = model

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.model(self.features(inputs))  # (batch, outputs)
        return outputs
