"""Every task leaves the house: as an ONNX file and a program of torch's that give the same answers, or with a word why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from fledge.classic.candidates import candidates
from fledge.core.errors import UsageError
from fledge.data.loader import Loader
from fledge.predictor.export import export_onnx
from fledge.predictor.loading import load
from fledge.predictor.onnx_compare import Comparison
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.predictor.predictor import Predictor
from fledge.predictor.torch_export import export_torch
from fledge.tasks.table import TASKS
from tests.contract.kinds import KINDS
from tests.contract.many import many
from tests.contract.test_tasks import trained
from tests.counts import count


@pytest.mark.promise("F2")
@pytest.mark.parametrize("task", list(TASKS))
def test_an_exported_model_gives_the_same_answers(task: str, tmp_path: Path) -> None:
    learner, items = trained(task, tmp_path)
    predictor, file = learner.predictor(), tmp_path / "model.onnx"
    items = [*items, *many(task, count(few=10, full=995))]
    done = export_onnx(predictor, file, items=items)
    assert done.comparison.count == len(items) + len(predictor.example_answers())
    assert done.comparison.same == done.comparison.count
    assert done.comparison.off <= 1
    loaded = load(file)
    assert isinstance(loaded, OnnxPredictor)
    assert Comparison.of(predictor, loaded, items).same == len(items)
    assert [each.warnings for each in loaded(items)] == [each.warnings for each in predictor(items)]
    if task in ("ratings", "likes"):
        with pytest.raises(UsageError, match=r"^a model that recommends can't be exported as a program of torch's"):
            export_torch(predictor, tmp_path / "model.pt2")
        return
    assert export_torch(predictor, tmp_path / "model.pt2", items=items).comparison.same == done.comparison.count


@pytest.mark.slow
@pytest.mark.promise("F2")
def test_forests_boosted_trees_and_their_like_leave_the_house_too(tmp_path: Path) -> None:
    learner, items = KINDS["table-classification"](tmp_path)
    assert isinstance(learner.dls.train, Loader)
    assert learner.dls.codec is not None
    assert learner.task is not None
    wanted = ("random forest", "boosted trees", "nearest neighbours")
    found = [each for each in candidates(learner.task, learner.dls.codec, learner.dls.train) if each.name.endswith(wanted)]
    assert len(found) == len(wanted)
    for each in found:
        fitted = each.fit(learner.dls.train, 0)
        predictor = Predictor(learner.task, learner.dls.codec, fitted.model, fitted.architecture).with_examples(items)
        done = export_onnx(predictor, tmp_path / "model.onnx")
        assert done.comparison.same == done.comparison.count == len(items), each.name
        assert export_torch(predictor, tmp_path / "model.pt2").comparison.same == len(items), each.name
