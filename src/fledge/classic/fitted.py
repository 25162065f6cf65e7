"""What fitting a classic model gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from torch import nn

from fledge.classic.material import Material
from fledge.models.architecture import Architecture
from fledge.models.by_piece import ByPiece, PieceNet
from fledge.models.on_features import FeatureModel, OnFeatures


@final
@dataclass(frozen=True, eq=False)
class Fitted:
    """A model like any other, the description it is built from, and what is to be said of it."""

    model: nn.Module
    architecture: Architecture
    note: str = ""

    @classmethod
    def on(cls, material: Material, model: nn.Module, architecture: Architecture, note: str = "") -> Fitted:
        """A model of features as one of inputs."""
        assert material.maker is not None, "material with features know what made them"
        whole: nn.Module = FeatureModel(material.maker.build(), model)
        described: Architecture = OnFeatures(material.maker, architecture)
        if material.maker.of_pieces:
            whole, described = PieceNet(whole), ByPiece(described)
        notes = "; ".join(each for each in (material.note, note) if each)
        return cls(whole.eval().requires_grad_(False), described, notes)
