"""A trained model as a function."""

from __future__ import annotations

import io
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image as PilImage
from torch import Tensor, nn

from fledge.core.errors import ModelFileError, TrainingError, UnreadableItem, UsageError
from fledge.core.precision import Precision
from fledge.predictor.calling import is_many
from fledge.predictor.predictor import Predictor
from fledge.tasks.answer import Label
from tests.counts import count
from tests.predictor.small import pictures, small_predictor


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return small_predictor()


class Broken(nn.Module):
    """Gives no number for every picture whose first value is above a bound."""

    def forward(self, pictures: Tensor) -> Tensor:
        outputs = torch.zeros(len(pictures), 3)
        outputs[pictures.flatten(1)[:, 0] > 0] = float("nan")
        return outputs


def test_one_in_gives_one_answer_and_a_list_a_list(predictor: Predictor) -> None:
    one, many = predictor(pictures(1)[0]), predictor(pictures(3))
    assert isinstance(one, Label)
    assert one.label in predictor.classes
    assert sum(one.probabilities.values()) == pytest.approx(1)
    assert len(many) == 3
    assert predictor([]) == []


def test_every_form_of_a_picture_gets_the_same_answer(predictor: Predictor, tmp_path: Path) -> None:
    pixels = pictures(1)[0]
    PilImage.fromarray(pixels).save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    forms: list[Any] = [tmp_path / "a.png", str(tmp_path / "a.png"), data, PilImage.open(io.BytesIO(data)), io.BytesIO(data)]
    assert [predictor(form) for form in forms] == [predictor(pixels)] * len(forms)


@pytest.mark.parametrize(
    ("given", "many"),
    [
        ([], True),
        ((1, 2), True),
        (iter("ab"), True),
        ("a.jpg", False),
        (b"a", False),
        (io.BytesIO(), False),
        (np.zeros(3), False),
    ],
)
def test_what_is_one_and_what_is_many(given: Any, many: bool) -> None:
    assert is_many(given) == many


@pytest.mark.promise("F3")
@pytest.mark.parametrize("bs", [1, 3, 32])
def test_a_batch_gives_what_one_by_one_gives(predictor: Predictor, bs: int) -> None:
    items = pictures(10)
    for batched, item in zip(predictor.stream(items, bs=bs), items, strict=True):
        assert list(batched.bars().values()) == pytest.approx(list(predictor(item).bars().values()), abs=1e-6)


@pytest.mark.promise("F3")
def test_many_threads_at_once_get_what_one_gets(predictor: Predictor) -> None:
    items = pictures(8)
    alone = [predictor(item) for item in items]
    with ThreadPoolExecutor(32) as pool:
        together = list(pool.map(lambda place: predictor(items[place % 8]), range(count(320, 32_000))))
    assert together == alone * (len(together) // 8)


def test_a_stream_reads_no_further_than_it_must(predictor: Predictor) -> None:
    taken: list[weakref.ref[Any]] = []

    def endless() -> Iterator[Any]:
        while True:
            picture = torch.zeros(3, 32, 32, dtype=torch.uint8)
            taken.append(weakref.ref(picture))
            yield picture

    answers = predictor.stream(endless(), bs=4)
    for _ in range(200):
        next(answers)
    assert len(taken) <= 200 + 8 * 4 * 2
    assert sum(each() is not None for each in taken) <= 8 * 4 * 2
    answers.close()  # type: ignore[attr-defined]


@pytest.mark.promise("D7")
def test_a_broken_model_gives_no_answer_but_names_the_inputs(predictor: Predictor) -> None:
    broken = replace(predictor, model=Broken(), examples=None)
    dark, light = np.zeros((40, 48, 3), np.uint8), np.full((40, 48, 3), 255, np.uint8)
    assert broken(dark).label == "bird"
    with pytest.raises(TrainingError, match="no answer for input 0:"):
        broken(light)
    with pytest.raises(TrainingError, match="no answer for input 3, 4:"):
        list(broken.stream([dark, dark, dark, light, light], bs=3))


def test_large_outputs_are_not_taken_for_broken_ones(predictor: Predictor) -> None:
    class Large(nn.Module):
        def forward(self, pictures: Tensor) -> Tensor:
            return torch.full((len(pictures), 3), 3e38)

    assert replace(predictor, model=Large(), examples=None)(pictures(1)[0]).probability == pytest.approx(1 / 3)


def test_an_unreadable_input_is_named(predictor: Predictor, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("<html>")
    with pytest.raises(UnreadableItem, match=r"a\.jpg"):
        predictor([*pictures(5), tmp_path / "a.jpg"])


def test_a_batch_of_nothing_is_refused(predictor: Predictor) -> None:
    with pytest.raises(UsageError, match="bs=0"):
        list(predictor.stream([1], bs=0))


def test_the_self_test_finds_a_changed_weight(predictor: Predictor) -> None:
    predictor.warm().check()
    changed = small_predictor()
    with torch.no_grad():
        next(changed.model.parameters()).mul_(1.5)
    with pytest.raises(ModelFileError, match="they differ by"):
        changed.check()
    with pytest.raises(ModelFileError, match="no stored examples"):
        replace(predictor, examples=None).check()


def test_another_device_gets_a_copy(predictor: Predictor) -> None:
    moved = predictor.to("cpu")
    assert moved.model is not predictor.model
    assert moved(pictures(1)[0]) == predictor(pictures(1)[0])


def test_half_precision_is_close_and_answers_in_full(predictor: Predictor) -> None:
    half = replace(predictor, precision=Precision("bfloat16", "asked for"))
    half.check()
    outputs = half.outputs(torch.stack([predictor.codec.input.encode(each) for each in pictures(2)]))
    assert outputs.dtype == torch.float32


def test_the_model_asks_for_no_gradients_and_does_not_train(predictor: Predictor) -> None:
    assert not any(weight.requires_grad for weight in predictor.model.parameters())
    assert not any(module.training for module in predictor.model.modules())
    assert "image classification" in repr(predictor)


def test_windows_are_refused_for_what_has_no_time() -> None:
    with pytest.raises(UsageError, match="windows=True is for recordings"):
        small_predictor()(pictures(1)[0], windows=True)
