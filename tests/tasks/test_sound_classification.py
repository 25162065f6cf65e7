"""Which of the known classes a sound is, and what is heard when."""

from __future__ import annotations

import pytest
import torch

from fledge.tasks.answer import Label
from fledge.tasks.sound_classification import SoundClassification
from fledge.tasks.table import task_for
from fledge.tasks.timeline import Timeline, stretches
from fledge.transforms.category import Category
from fledge.transforms.image import Image
from fledge.transforms.sound import Sound
from fledge.transforms.transform import Codec

CODEC = Codec(Sound(), Category(("dog", "rain")))


def test_sounds_with_a_class_each_are_this_task_and_nothing_else_is() -> None:
    assert task_for(CODEC) == SoundClassification()
    assert not SoundClassification.fits(Codec(Image(), CODEC.target))


def test_an_answer_names_the_most_probable_class() -> None:
    [answer] = SoundClassification().answers(torch.tensor([[0.0, 3.0]]), CODEC)
    assert isinstance(answer, Label)
    assert str(answer) == "rain (95.3 %)"


def test_views_are_averaged_by_their_probabilities() -> None:
    sure, unsure = torch.tensor([[20.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    task = SoundClassification()
    mean = task.probabilities(task.mean_outputs([sure, unsure]))
    assert float(mean[0, 0]) == pytest.approx((1 + 0.269) / 2, abs=1e-3)


def test_a_long_recording_is_told_as_a_whole_and_by_its_stretches() -> None:
    outputs = torch.tensor([[0.0, 4.0], [0.0, 4.0], [4.0, 0.0]])
    answer = SoundClassification().over_time(outputs, [(0.0, 2.0), (1.0, 3.0), (3.0, 5.0)], CODEC)
    assert isinstance(answer, Timeline)
    assert (answer.whole.label, [each.label for each in answer.stretches]) == ("rain", ["rain", "dog"])
    assert [(each.start, each.end) for each in answer.stretches] == [(0.0, 3.0), (3.0, 5.0)]
    assert answer.as_dict()["stretches"][1]["answer"] == "dog"
    assert answer.as_dict()["answer"] == "rain"


def test_every_moment_counts_all_windows_that_cover_it() -> None:
    found = stretches(torch.tensor([[0.6, 0.4], [0.1, 0.9]]), [(0, 4), (2, 6)], ["a", "b"])
    assert [(each.start, each.end, each.label) for each in found] == [(0, 2, "a"), (2, 6, "b")]
    assert found[1].probability == pytest.approx((0.65 * 2 + 0.9 * 2) / 4)


def test_windows_with_a_gap_leave_it_out() -> None:
    found = stretches(torch.tensor([[1.0, 0.0], [1.0, 0.0]]), [(0, 1), (2, 3)], ["a", "b"])
    assert [(each.start, each.end) for each in found] == [(0, 1), (2, 3)]
