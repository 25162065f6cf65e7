"""The model file: there and back, and what is refused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from fledge.core.errors import ModelFileError, TrainingError, UsageError
from fledge.core.strict_json import JsonObject
from fledge.core.tensorfile import TensorFile, write_tensors
from fledge.models.architecture import Custom
from fledge.predictor.description import FORM, bring_forward
from fledge.predictor.model_file import load
from fledge.transforms.image import Image
from fledge.transforms.resize import Resize
from fledge.transforms.transform import Codec
from tests.predictor.small import pictures, small_predictor


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "small.safetensors"
    small_predictor().save(path)
    return path


def changed(saved: Path, path: Path, change: Callable[[JsonObject, dict[str, Tensor]], None]) -> Path:
    """A file like `saved` with a right digest and changed content."""
    file = TensorFile.open(saved)
    header, tensors = dict(file.header), file.tensors()
    change(header, tensors)
    write_tensors(path, tensors, header)
    return path


class MyNet(nn.Module):
    """A network of the person's own, with tables that are not part of its state."""

    gain: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.score = nn.Linear(3, 3)
        self.register_buffer("gain", torch.full((3,), 2.0), persistent=False)
        self.shift = torch.ones(3)

    def forward(self, pictures: Tensor) -> Tensor:
        scores: Tensor = self.score(pictures.mean((2, 3)) * self.gain + self.shift)
        return scores


def halved(picture: Tensor) -> Tensor:
    return picture // 2


@pytest.mark.promise("A5")
def test_a_loaded_model_answers_bit_for_bit_as_the_saved_one(saved: Path) -> None:
    before, after = small_predictor(), load(saved, check=True)
    assert after(pictures(3)) == before(pictures(3))
    assert (replace(after.card, created=before.card.created), after.task, after.codec, after.architecture) == (
        before.card,
        before.task,
        before.codec,
        before.architecture,
    )


@pytest.mark.slow
@pytest.mark.promise("A5")
def test_a_fresh_process_answers_the_same_and_loads_no_training_code(saved: Path) -> None:
    code = f"""
import sys
from fledge.predictor.model_file import load
import numpy as np
print(load({str(saved)!r})(np.arange(40 * 48 * 3, dtype=np.uint8).reshape(40, 48, 3)).to_json())
print([name for name in sys.modules if name.startswith("fledge.training")])
"""
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2] / "src"), "OMP_NUM_THREADS": "1"}
    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True).stdout
    here = load(saved)(np.arange(40 * 48 * 3, dtype=np.uint8).reshape(40, 48, 3))
    assert printed.splitlines() == [here.to_json(), "[]"]


def test_any_reader_of_safetensors_reads_the_weights(saved: Path) -> None:
    weights = safetensors.torch.load_file(saved)
    model = small_predictor().model.state_dict()
    assert all(torch.equal(weights[f"model.{name}"], tensor) for name, tensor in model.items())


def test_saving_twice_gives_the_same_file(saved: Path, tmp_path: Path) -> None:
    load(saved).save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == saved.read_bytes()


def test_loading_changes_no_random_numbers(saved: Path) -> None:
    torch.manual_seed(1)
    state = torch.get_rng_state()
    load(saved)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.promise("A7")
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda head, tensors: head.update(form=FORM + 1), r"form 2, and this fledge reads forms up to 1(.|\n)*upgrade"),
        (lambda head, tensors: head.update(form="1"), r"\$\.form: '1' is no version"),
        (lambda head, tensors: head.update(form=True), "True is no version"),
        (lambda head, tensors: head.pop("form"), "None is no version"),
        (lambda head, tensors: head.update(taks={}), "unknown field 'taks': did you mean 'task'"),
        (lambda head, tensors: head.pop("task"), r"\$\.task: missing"),
        (lambda head, tensors: head["task"].update(name="image-clasification"), "did you mean 'image-classification'"),
        (lambda head, tensors: head["task"].update(name="image-regression"), "Image and Category are not the transforms"),
        (lambda head, tensors: head["architecture"].update(body="../../evil"), r"\$\.architecture\.body"),
        (lambda head, tensors: head["architecture"].update(body="resnet1"), r"\$\.architecture"),
        (lambda head, tensors: head["architecture"].update(body="resnet18"), "the tensors are not those of its network"),
        (lambda head, tensors: head["architecture"].update(outputs=4), r"outputs: 4, and image classification .* takes 3"),
        (lambda head, tensors: head["architecture"].update(outputs=2**40), "at most 1000000"),
        (lambda head, tensors: head["codec"]["input"].update(name="eval"), "unknown transform 'eval'"),
        (lambda head, tensors: head["codec"]["input"].update(mean=[0.5] * 7), r"\$\.codec\.input: mean has 7"),
        (lambda head, tensors: head["codec"]["input"]["steps"][0].update(size=10**6), "at most 16384"),
        (lambda head, tensors: head["card"].update(note="x" * 2000), "unknown field 'note'"),
        (lambda head, tensors: head["card"].update(name="x" * 2000), "at most this long: 1000"),
        (lambda head, tensors: head.update(examples=["a"]), "not as many"),
        (lambda head, tensors: tensors.pop("examples.inputs"), "not as many"),
        (lambda head, tensors: tensors.update({"model.more": torch.ones(1)}), "model.more is one too many"),
        (lambda head, tensors: tensors.update({"other": torch.ones(1)}), "other is one too many"),
        (lambda head, tensors: tensors.pop(last(tensors)), "is missing"),
        (lambda head, tensors: tensors.update({last(tensors): torch.ones(1)}), r"is \(\(1,\), torch.float32\), not"),
        (lambda head, tensors: tensors.update({last(tensors): tensors[last(tensors)].double()}), "float64"),
        (lambda head, tensors: tensors[last(tensors)].fill_(float("nan")), "not finite"),
    ],
)
def test_a_file_that_breaks_a_rule_is_refused_with_the_reason(saved: Path, tmp_path: Path, change: Any, message: str) -> None:
    with pytest.raises(ModelFileError, match=rf"^{tmp_path}/bad: .*{message}"):
        load(changed(saved, tmp_path / "bad", change))


def last(tensors: dict[str, Tensor]) -> str:
    return next(name for name in reversed(list(tensors)) if name.startswith("model.") and tensors[name].is_floating_point())


def test_a_file_of_an_older_form_is_brought_forward(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fledge.predictor.description as description

    def from_first(header: JsonObject) -> JsonObject:
        return {name.replace("kind_of_task", "task"): each for name, each in header.items()}

    old = changed(saved, tmp_path / "old", lambda head, tensors: head.update(kind_of_task=head.pop("task")))
    monkeypatch.setattr(description, "FORM", 2)
    monkeypatch.setattr(description, "bring_forward", {1: from_first})
    assert load(old)(pictures(1)[0]) == load(old, verify=False)(pictures(1)[0])


def test_every_older_form_can_be_brought_forward() -> None:
    assert set(bring_forward) == set(range(1, FORM))


@pytest.mark.promise("A8")
@pytest.mark.parametrize("own", [MyNet, MyNet()], ids=["class", "instance"])
def test_a_network_of_ones_own_comes_from_ones_own_code(tmp_path: Path, own: Any) -> None:
    small_predictor(model=MyNet(), architecture=Custom("MyNet")).save(tmp_path / "own")
    with pytest.raises(ModelFileError, match=r"ops=\[MyNet\]"):
        load(tmp_path / "own")
    assert load(tmp_path / "own", ops=[own], check=True).model is not own


@pytest.mark.promise("A8")
def test_a_step_of_ones_own_comes_from_ones_own_code(tmp_path: Path) -> None:
    predictor = small_predictor()
    codec = Codec(replace(predictor.codec.input, steps=(Resize(32), halved)), predictor.codec.target)
    replace(predictor, codec=codec).with_examples(pictures(2)).save(tmp_path / "own")
    with pytest.raises(ModelFileError, match=r"\$\.codec\.input\.steps\[1\]: it needs 'halved'"):
        load(tmp_path / "own")
    load(tmp_path / "own", ops=[halved], check=True)


def test_a_step_without_a_name_cannot_be_saved(tmp_path: Path) -> None:
    predictor = small_predictor()
    steps: Any = (Resize(32), lambda picture: picture)
    with pytest.raises(UsageError, match="can't be kept in a file"):
        replace(predictor, codec=Codec(Image(steps), predictor.codec.target)).save(tmp_path / "own")
    assert not list(tmp_path.iterdir())


def test_broken_weights_are_not_saved(tmp_path: Path) -> None:
    predictor = small_predictor()
    next(iter(predictor.model.parameters())).fill_(float("nan"))
    with pytest.raises(TrainingError, match="not finite"):
        predictor.save(tmp_path / "broken")
    assert not list(tmp_path.iterdir())
