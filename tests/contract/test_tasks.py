"""Every task goes the whole way: learn, train, save, load, answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from fledge.predictor.model_file import load
from fledge.predictor.predictor import Predictor
from fledge.serve.app import build_app
from fledge.serve.kinds import answer_kind
from fledge.tasks.answer import Answer
from fledge.tasks.table import TASKS
from fledge.training.learner import Learner
from tests.contract.kinds import KINDS
from tests.serve.calls import ask_now

each_task = pytest.mark.parametrize("task", list(TASKS))


def test_every_task_has_data_here() -> None:
    assert set(KINDS) == set(TASKS)


@each_task
def test_its_data_are_taken_for_it(task: str, tmp_path: Path) -> None:
    learner, _ = KINDS[task](tmp_path)
    assert TASKS.name_of(type(learner.task)) == task


@each_task
def test_the_loss_falls(task: str, tmp_path: Path) -> None:
    learner, _ = KINDS[task](tmp_path)
    learner.fit_one_cycle(8)
    first, last = (learner.history[place]["train_loss"] for place in (0, -1))
    assert first is not None
    assert last is not None
    assert last < first
    assert set(learner.history[0]) >= {"epoch", "train_loss", "valid_loss", *(metric.name for metric in learner.metrics)}


@each_task
def test_one_step_can_be_read_in_numbers(task: str, tmp_path: Path) -> None:
    learner, _ = KINDS[task](tmp_path)
    record = learner.step()
    assert record.loss > 0
    assert record.gradients
    assert record.table()


@pytest.mark.promise("A5")
@each_task
def test_what_is_saved_answers_bit_for_bit_as_before(task: str, tmp_path: Path) -> None:
    learner, items = trained(task, tmp_path)
    exported = learner.export(tmp_path / "model.safetensors")
    loaded = load(tmp_path / "model.safetensors", check=True)
    assert [a.to_json() for a in loaded(items)] == [a.to_json() for a in exported(items)]
    assert [str(answer) for answer in loaded(items)] == [str(answer) for answer in exported(items)]


@pytest.mark.promise("A5")
@each_task
def test_another_process_without_training_code_answers_the_same(task: str, tmp_path: Path) -> None:
    learner, items = trained(task, tmp_path)
    exported = learner.export(tmp_path / "model.safetensors")
    (tmp_path / "items.json").write_text(json.dumps([str(each) if isinstance(each, Path) else each for each in items]))
    code = """
import json, sys, torch
torch.set_num_threads(1)
import fledge
model = fledge.load(sys.argv[1])
for answer in model(json.load(open(sys.argv[2]))):
    print(answer.to_json())
assert not [name for name in sys.modules if name.startswith("fledge.training")], "training code was loaded"
"""
    command = [sys.executable, "-c", code, str(tmp_path / "model.safetensors"), str(tmp_path / "items.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [answer.to_json() for answer in exported(items)]


@pytest.mark.promise("F1")
@each_task
def test_its_examples_get_the_answers_of_calls_over_http(task: str, tmp_path: Path) -> None:
    predictor = trained(task, tmp_path)[0].predictor()
    app = build_app(predictor)
    examples = [ask_now(app, "GET", f"/{each['path']}") for each in ask_now(app, "GET", "/schema").json["examples"]]
    assert examples
    for each in examples:
        got = ask_now(app, "POST", "/predict", {"content-type": each.headers["content-type"]}, each.body)
        called = answer_kind(predictor).said(_called(predictor, each.body))
        assert got.json == {"answers": [json.loads(json.dumps(called))]}


def _called(predictor: Predictor, body: bytes) -> Answer:
    """A call's answer to what is sent over HTTP: a file's content, a row, a person and a thing, a person."""
    if not body.startswith((b'{"row"', b'{"user"')):
        return predictor(body)  # type: ignore[no-any-return]
    asked = json.loads(body)
    if "row" in asked:
        return predictor(asked["row"])  # type: ignore[no-any-return]
    return predictor(asked) if "item" in asked else predictor.recommend(asked["user"])


@pytest.mark.promise("F3")
@each_task
def test_a_batch_answers_as_one_by_one(task: str, tmp_path: Path) -> None:
    learner, items = trained(task, tmp_path)
    predictor = learner.predictor()
    encoded = [predictor.codec.input.encode(item) for item in items]
    together = predictor.outputs(torch.stack(encoded))
    alone = torch.cat([predictor.outputs(each[None]) for each in encoded])
    scale = max(1.0, float(alone.abs().max()))  # float32 is no finer than this
    assert torch.allclose(together, alone, atol=1e-6 * scale, rtol=1e-5)


@each_task
def test_predictions_and_averages_over_views_have_figures(task: str, tmp_path: Path) -> None:
    learner, _ = trained(task, tmp_path)
    for found in (learner.get_preds(), learner.tta(n=2)):
        assert len(found) == learner.dls.valid.count
        assert set(found.figures) == {metric.name for metric in learner.metrics}


@each_task
def test_results_and_worst_items_can_be_looked_at(task: str, tmp_path: Path) -> None:
    learner, _ = trained(task, tmp_path)
    assert len(learner.show_results(max_n=4).axes) == 4
    assert len(learner.interpret().top_losses(3)) == 3
    assert len(learner.dls.show_batch(max_n=4).axes) == 4


@each_task
def test_answers_print_as_text_json_and_html(task: str, tmp_path: Path) -> None:
    learner, items = KINDS[task](tmp_path)
    answer = learner.predict(items[0])
    assert str(answer)
    assert "answer" in json.loads(answer.to_json())
    assert answer._repr_html_().startswith("<div")


def trained(task: str, folder: Path) -> tuple[Learner, list[object]]:
    learner, items = KINDS[task](folder)
    learner.fit(1)
    return learner, items
