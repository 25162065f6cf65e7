"""Small facts to write a report from."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from fledge.data.samples import Samples
from fledge.insight.interpretation import Interpretation
from fledge.insight.predictions import Predictions
from fledge.predictor.card import Card
from fledge.report.facts import Contender, DataFacts, Repeat, ReportFacts, Use
from fledge.scoring.difference import difference
from fledge.scoring.figure import Figure
from fledge.training.schedule import OneCycle
from fledge.training.stage import Stage
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.mask import Mask
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.number import Number
from fledge.transforms.points import Points
from fledge.transforms.transform import Codec

COUNT = 40
RULE, NET = "always 'bird'", "resnet18, new head only"


def contenders() -> list[Contender]:
    """A rule that is right on half, and a network on nine of ten."""
    rule, net = np.arange(COUNT) % 2, np.arange(COUNT) % 10 > 0
    return [
        Contender(
            RULE, "rule", Figure.of_share(20, COUNT), 0.001, 500, 0.00001, difference(net.astype(float), rule.astype(float))
        ),
        Contender(NET, "network", Figure.of_share(36, COUNT), 4.1, 45_000_000, 0.012),
    ]


def some_facts(**others: Any) -> ReportFacts:
    """A whole report's facts, of which any may be replaced."""
    history = [{"epoch": i, "train_loss": 0.9 / (i + 1), "valid_loss": 0.8 / (i + 1), "accuracy": 0.5 + i / 10, "seconds": 1.0,
                "waited": 0.1} for i in range(4)]  # fmt: skip
    given: dict[str, Any] = {
        "card": Card(
            name="bird or not", created="2026-01-02T03:04:05+00:00", versions={"fledge": "0.1.0", "torch": "2.10"}, seed=3
        ),
        "task": "image classification, 2 classes",
        "metric": "accuracy",
        "contenders": contenders(),
        "recommended": NET,
        "data": DataFacts("birds", {"train": 160, "valid": COUNT}, {"train": {"bird": 90, "forest": 70}}, compared=True),
        "use": Use("runs/birds/model.safetensors", "runs/birds", "'robin.jpg'", "robin.jpg", "bird (99.8 %)"),
        "repeat": Repeat("fledge train birds --seed 3", "ab12", "cd34", {"Device": "cpu"}),
        "noun": "photos",
        "history": history,
        "plan": (Stage(4, (1e-4, 1e-3), OneCycle()),),
        "result": classes(),
    }
    return ReportFacts(**{**given, **others})


def classes(names: tuple[str, ...] = ("bird", "forest"), samples: Samples | None = None, count: int = COUNT) -> Interpretation:
    """Every tenth item is taken for the class after its own, and surely."""
    actual = torch.arange(count) % len(names)
    said = torch.where(torch.arange(count) % 10 == 0, (actual + 1) % len(names), actual)
    shares = torch.full((count, len(names)), 0.1 / (len(names) - 1))
    shares[range(count), said] = 0.9
    return _result(shares, actual, Category(names), samples)


def tags(names: tuple[str, ...] = ("sea", "sky")) -> Interpretation:
    """Tags that are there for every second item, and often said."""
    there = ((torch.arange(COUNT)[:, None] + torch.arange(len(names))) % 2).float()
    return _result((0.2 + 0.5 * there).float(), there, MultiCategory(names))


def numbers(names: tuple[str, ...] = ("age",)) -> Interpretation:
    """Numbers that are predicted a little too high."""
    actual = torch.linspace(-2, 2, COUNT)[:, None].repeat(1, len(names))
    return _result(actual + 0.1, actual, Number((40_000.0,) * len(names), (9_000.0,) * len(names), names))


def points(count: int = 2) -> Interpretation:
    """Points that are predicted a little to the right."""
    actual = torch.linspace(-0.5, 0.5, COUNT)[:, None].repeat(1, 2 * count)
    return _result(actual + 0.1, actual, Points(count))


def masks(samples: Samples | None = None, count: int = 6) -> Interpretation:
    """Three classes in fields, of which some places are taken for another, and some are void."""
    drawn = torch.Generator().manual_seed(0)
    actual = torch.arange(12)[:, None].div(4, rounding_mode="floor").expand(count, 12, 16).clone()
    wrong = torch.rand(actual.shape, generator=drawn) < torch.linspace(0.05, 0.5, count)[:, None, None]
    said = torch.where(wrong, (actual + 1) % 3, actual)
    actual[:, 0, :5] = 255
    target = Mask(("sky", "ball", "<ground>"), (0, 1, 2))
    return _result(said.to(torch.uint8), actual.to(torch.uint8), target, samples)


def _result(said: torch.Tensor, actual: torch.Tensor, target: Any, samples: Samples | None = None) -> Interpretation:
    losses = torch.linspace(0, 2, len(said))
    return Interpretation(Predictions(said, said, actual, losses), Codec(Image(), target), samples)
