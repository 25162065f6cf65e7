"""A small predictor of photos, made on the spot."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from fledge.models.vision import VisionNet
from fledge.predictor.card import Card
from fledge.predictor.predictor import Predictor
from fledge.scoring.figure import Figure
from fledge.tasks.image_classification import ImageClassification
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.resize import Resize
from fledge.transforms.transform import Codec

NET = VisionNet("test_resnet", outputs=3, hidden=())


def pictures(count: int, seed: int = 0) -> list[NDArray[np.uint8]]:
    """Pictures of noise, no two alike."""
    return list(np.random.default_rng(seed).integers(0, 255, (count, 40, 48, 3), dtype=np.uint8))


def small_predictor(**changes: Any) -> Predictor:
    """Three classes told apart by random weights, with a self-test."""
    torch.manual_seed(0)
    codec = Codec(Image((Resize(32),)).normalised((0.5,), (0.25,)), Category(("bird", "forest", "night")))
    card = Card.now(name="small", trained_on=40, figures={"accuracy": Figure.of_share(7, 8)}, seed=3)
    made: dict[str, Any] = {"model": NET.build(), "architecture": NET, "card": card} | changes
    return Predictor(ImageClassification(), codec, **made).with_examples(pictures(2, seed=9))
