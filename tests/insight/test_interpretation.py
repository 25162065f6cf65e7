"""Where a model is right and where it is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from fledge.core.errors import UsageError
from fledge.data.samples import Samples
from fledge.data.sources import get_image_files
from fledge.insight.interpretation import Interpretation
from fledge.insight.mistakes import confident_mistakes
from fledge.insight.predictions import Predictions
from fledge.scoring.figure import Figure
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.multi_category import MultiCategory
from fledge.transforms.number import Number
from fledge.transforms.resize import Resize
from fledge.transforms.transform import Codec

NAMES = ("bird", "cat", "dog")
ACTUAL = (0, 0, 1, 1, 1, 1)
SAID = (0, 0, 1, 2, 2, 0)
PLACES = (10, 11, 12, 13, 14, 15)


def classes() -> Interpretation:
    """Two birds found; of four cats one found, two taken for dogs, one for a bird; no dog."""
    shares = torch.full((6, 3), 0.1)
    shares[range(6), SAID] = torch.tensor([0.8, 0.7, 0.6, 0.9, 0.95, 0.5])
    actual = torch.tensor(ACTUAL)
    losses = -shares.gather(1, actual[:, None])[:, 0].log() + shares.max(1).values
    predictions = Predictions(shares.log(), shares, actual, losses, np.array(PLACES))
    return Interpretation(predictions, Codec(Image(), Category(NAMES)))


def numbers(losses: Tensor) -> Interpretation:
    """Predicted 30 where 20, 30 and 40 are true."""
    age = Number.learn([20.0, 30.0, 40.0])
    said = torch.zeros(3, 1)
    return Interpretation(Predictions(said, said, age.encode_all([20.0, 30.0, 40.0]), losses), Codec(Image(), age))


def test_confusion_counts_actual_classes_downwards() -> None:
    assert classes().confusion().tolist() == [[2, 0, 0], [1, 1, 2], [0, 0, 0]]


def test_a_threshold_decides_between_two_classes() -> None:
    shares = torch.tensor([[0.7, 0.3], [0.9, 0.1], [0.4, 0.6]])
    predictions = Predictions(shares.log(), shares, torch.tensor([1, 0, 0]), torch.tensor([3.0, 1.0, 2.0]))
    codec = Codec(Image(), Category(("stranger", "ann")))
    assert Interpretation(predictions, codec).confusion().tolist() == [[1, 1], [1, 0]]
    result = Interpretation(predictions, codec, threshold=0.3)
    assert result.confusion().tolist() == [[1, 1], [0, 1]]
    assert [(each.predicted, each.actual) for each in confident_mistakes(result)] == [("ann", "stranger")]
    [worst, second, _] = result.top_losses()
    assert [worst.predicted, second.predicted] == ["ann", "ann"]
    assert [worst.probability, second.probability] == pytest.approx([0.3, 0.6])


def test_the_table_names_every_row_and_column() -> None:
    lines = [line.split() for line in classes().confusion_table().splitlines()]
    assert lines[0][-3:] == list(NAMES)
    assert lines[2] == ["cat", "1", "1", "2"]


def test_the_most_frequent_mistake_stands_first() -> None:
    assert classes().most_confused() == [("cat", "dog", 2), ("cat", "bird", 1)]
    assert classes().most_confused(min_count=2) == [("cat", "dog", 2)]
    with pytest.raises(UsageError, match="min_count=0"):
        classes().most_confused(min_count=0)


def test_recall_and_precision_stand_on_their_own_counts() -> None:
    bird, cat, dog = classes().per_class()
    assert bird.recall == Figure.of_share(2, 2)
    assert bird.precision == Figure.of_share(2, 3)
    assert cat.recall == Figure.of_share(1, 4)
    assert (dog.count, dog.recall, dog.precision) == (0, None, Figure.of_share(0, 2))
    assert str(dog).startswith("dog: recall unknown, precision 0.0 % of 2")


def test_the_worst_item_comes_first_with_all_that_is_known_of_it() -> None:
    worst, second = classes().top_losses(2)
    assert (worst.name, worst.place, worst.actual, worst.predicted) == ("item 14", 14, "cat", "dog")
    assert worst.probability == pytest.approx(0.95)
    assert worst.loss > second.loss
    assert str(worst) == "item 14: predicted dog, actual cat, loss 3.25, probability 0.95"


def test_a_loss_that_is_not_a_number_is_the_worst() -> None:
    assert [each.place for each in numbers(torch.tensor([1.0, float("nan"), 2.0])).top_losses()] == [1, 2, 0]


def test_numbers_are_shown_in_their_own_units() -> None:
    worst = numbers(torch.tensor([1.0, 0.0, 2.0])).top_losses(1)[0]
    assert (worst.actual, worst.predicted, worst.probability) == (pytest.approx(40), pytest.approx(30), None)


def test_several_labels_are_shown_as_those_that_apply() -> None:
    tags = MultiCategory(("sea", "sky"))
    said, true = torch.tensor([[0.9, 0.8]]), torch.tensor([[0.0, 1.0]])
    result = Interpretation(Predictions(said.logit(), said, true, torch.ones(1)), Codec(Image(), tags))
    assert (result.top_losses()[0].predicted, result.top_losses()[0].actual) == (("sea", "sky"), ("sky",))


def test_confusion_of_what_is_no_class_says_what_to_use() -> None:
    result = numbers(torch.zeros(3))
    for ask in (result.confusion, result.confusion_table, result.most_confused, result.per_class, result.plot_confusion_matrix):
        with pytest.raises(UsageError, match=r"targets are Number\n.*use top_losses\(\)"):
            ask()


def test_items_nobody_labelled_can_not_be_interpreted() -> None:
    result = Interpretation(Predictions(torch.zeros(2, 3), torch.zeros(2, 3)), Codec(Image(), Category(NAMES)))
    with pytest.raises(UsageError, match="nobody knows"):
        result.confusion()
    with pytest.raises(UsageError, match="no losses"):
        result.top_losses()


def test_a_confusion_matrix_shows_counts_or_shares() -> None:
    counts, shares = (classes().plot_confusion_matrix(normalise).axes[0] for normalise in (False, True))
    assert [text.get_text() for text in counts.texts] == ["2", "1", "1", "2"]
    assert [text.get_text() for text in shares.texts] == ["1.00", "0.25", "0.25", "0.50"]
    assert [tick.get_text() for tick in counts.get_yticklabels()] == list(NAMES)
    assert (counts.get_xlabel(), counts.get_ylabel()) == ("predicted", "actual")


def test_names_that_look_like_formulas_are_drawn_as_they_are() -> None:
    shares = torch.eye(2)
    dollars = Category((r"$\frac$", "$5_"))
    result = Interpretation(Predictions(shares, shares, torch.tensor([0, 1])), Codec(Image(), dollars))
    assert result.plot_confusion_matrix()._repr_png_().startswith(b"\x89PNG")


def test_the_worst_pictures_are_drawn_as_the_model_got_them(photos: Path) -> None:
    files = get_image_files(photos)
    image = Image(steps=(Resize(32),))
    shares = torch.tensor([[0.9, 0.1], [0.3, 0.7]])
    predictions = Predictions(shares.log(), shares, torch.tensor([1, 1]), torch.tensor([2.3, 0.36]), np.array([4, 30]))
    result = Interpretation(predictions, Codec(image, Category(("bird", "forest"))), Samples.of(files))
    first, second = result.plot_top_losses().axes
    assert (first.get_title(), second.get_title()) == ("bird / forest\n2.30 / 0.90", "forest / forest\n0.36 / 0.70")
    assert np.array_equal(np.asarray(first.images[0].get_array()), image.decode(image.encode(files[4])))
    assert result.top_losses(1)[0].name == str(files[4])


def test_pictures_without_samples_are_refused() -> None:
    with pytest.raises(UsageError, match="no samples to show"):
        classes().plot_top_losses()
