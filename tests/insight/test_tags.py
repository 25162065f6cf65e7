"""How well each tag is found."""

from __future__ import annotations

import pytest
import torch

from fledge.core.errors import UsageError
from fledge.insight.interpretation import Interpretation
from fledge.insight.predictions import Predictions
from fledge.insight.tags import per_tag
from fledge.scoring.figure import Figure
from fledge.transforms.image import Image
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.transform import Codec


def result() -> Interpretation:
    said = torch.tensor([[0.9, 0.3], [0.6, 0.4], [0.2, 0.1]])
    there = torch.tensor([[1.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    return Interpretation(Predictions(said, said, there), Codec(Image(), MultiCategory(("sea", "sky"))))


def test_each_tag_is_judged_at_its_threshold() -> None:
    sea, sky = per_tag(result(), (0.5, 0.35))
    assert (sea.figures.count, sea.figures.recall, sea.figures.precision) == (2, Figure.of_share(1, 2), Figure.of_share(1, 2))
    assert (sky.threshold, sky.figures.recall, sky.figures.precision) == (0.35, Figure.of_share(1, 2), Figure.of_share(1, 1))


def test_a_half_is_the_threshold_where_none_is_given() -> None:
    assert [each.threshold for each in per_tag(result())] == [0.5, 0.5]
    assert per_tag(result())[1].figures.precision is None


def test_thresholds_have_to_be_as_many_as_tags() -> None:
    with pytest.raises(UsageError, match="1 thresholds and 2 tags"):
        per_tag(result(), (0.5,))
