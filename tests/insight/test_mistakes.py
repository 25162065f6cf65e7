"""The mistakes a model was surest of."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fledge.core.errors import UsageError
from fledge.data.samples import Samples
from fledge.insight.interpretation import Interpretation
from fledge.insight.mistakes import confident_mistakes
from fledge.insight.predictions import Predictions
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.number import Number
from fledge.transforms.transform import Codec


def result() -> Interpretation:
    """Of four items the second and the fourth are wrong, the fourth more surely."""
    shares = torch.tensor([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.99, 0.01]])
    actual = torch.tensor([0, 0, 1, 1])
    losses = -shares[range(4), actual].log()
    predictions = Predictions(shares.log(), shares, actual, losses, np.array([3, 2, 1, 0]))
    return Interpretation(
        predictions, Codec(Image(), Category(("cat", "dog"))), Samples.of(["d.jpg", "c.jpg", "b.jpg", "a.jpg"])
    )


def test_only_wrong_items_are_listed_the_surest_first() -> None:
    first, second = confident_mistakes(result())
    assert (first.name, first.actual, first.predicted, first.place) == ("d.jpg", "dog", "cat", 0)
    assert second.name == "b.jpg"
    assert second.probability == pytest.approx(0.6)
    assert len(confident_mistakes(result(), k=1)) == 1


def test_what_has_no_classes_has_no_confident_mistakes() -> None:
    said = torch.zeros(2, 1)
    with pytest.raises(UsageError, match="no classes"):
        confident_mistakes(Interpretation(Predictions(said, said, said, said[:, 0]), Codec(Image(), Number.learn([1.0, 2.0]))))
