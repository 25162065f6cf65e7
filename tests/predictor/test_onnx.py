"""A model as an ONNX file: there and back without torch, and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from PIL import Image as PilImage
from torch import Tensor

from fledge.cli.main import run
from fledge.core.errors import FledgeError, ModelFileError, TrainingError, UsageError
from fledge.core.onnx_form import DIGEST, NO_DIGEST, with_digest
from fledge.core.strict_json import JsonObject
from fledge.models.architecture import Custom
from fledge.predictor.export import export_onnx
from fledge.predictor.loading import load
from fledge.predictor.onnx_file import load_onnx
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.predictor.onnx_snippet import snippet
from fledge.serve.app import build_app
from tests.no_torch import without_torch
from tests.predictor.small import pictures, small_predictor
from tests.serve.calls import FORM, ask_now, form


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("onnx") / "small.onnx"
    small_predictor().save(path)
    return path


def changed(exported: Path, path: Path, change: Callable[[JsonObject, Any], None]) -> Path:
    """A file like `exported` with a right digest and changed content."""
    proto = onnx.load_model(exported)
    words = {each.key: each for each in proto.metadata_props}
    about = json.loads(words["fledge"].value)
    change(about, proto)
    words["fledge"].value, words[DIGEST].value = json.dumps(about), NO_DIGEST
    path.write_bytes(with_digest(proto.SerializeToString()))
    return path


@pytest.mark.promise("F2")
def test_it_gives_the_answers_of_the_original_to_pictures_of_every_size(exported: Path) -> None:
    original, copy = small_predictor(), load_onnx(exported)
    numbers = np.random.default_rng(0)
    given = [numbers.integers(0, 256, (*size, 3), dtype=np.uint8) for size in numbers.integers(1, 120, (12, 2))]
    for before, after in zip(original(given), copy(given), strict=True):
        assert after.label == before.label
        assert after.probabilities == pytest.approx(before.probabilities, abs=1e-4)


def test_every_form_of_a_picture_gets_the_same_answer(exported: Path, tmp_path: Path) -> None:
    copy = load_onnx(exported)
    PilImage.fromarray(pictures(1)[0]).save(tmp_path / "a.png")
    answers = {str(copy(each)) for each in (tmp_path / "a.png", (tmp_path / "a.png").read_bytes(), pictures(1)[0])}
    assert len(answers) == 1
    assert copy([]) == []


@pytest.mark.promise("F3")
def test_many_threads_get_the_answers_of_one(exported: Path) -> None:
    copy, given = load_onnx(exported), pictures(24)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda each: copy(each).to_json(), given)) == [copy(each).to_json() for each in given]


def test_it_answers_from_python_the_terminal_and_over_http_without_torch(exported: Path, tmp_path: Path) -> None:
    PilImage.fromarray(pictures(1)[0]).save(tmp_path / "a.png")
    code = """
model, picture = sys.argv[1:]
print(fledge.load(model)(picture).label)
build_app(fledge.load(model))
assert run(["predict", model, picture, "--json"]) == 0
"""
    label, line = without_torch(code, exported, tmp_path / "a.png").splitlines()
    assert json.loads(line)["answer"] == label == small_predictor()(tmp_path / "a.png").label


def test_it_is_served_like_any_other(exported: Path, tmp_path: Path) -> None:
    app = build_app(load_onnx(exported))
    PilImage.fromarray(pictures(1)[0]).save(tmp_path / "a.png")
    body = form((tmp_path / "a.png").read_bytes())
    [answer] = ask_now(app, "POST", "/predict", FORM, body).json["answers"]
    assert answer["answer"] == small_predictor()(pictures(1)[0]).label
    assert ask_now(app, "GET", "/schema").json["answer"]["names"] == ["bird", "forest", "night"]
    assert ask_now(app, "POST", "/seen", FORM, body).status == 404


def test_the_snippet_runs_where_there_is_no_fledge(exported: Path, tmp_path: Path) -> None:
    written = snippet(exported, load_onnx(exported))
    assert len(written.splitlines()) <= 10
    (tmp_path / "run.py").write_text(written)
    code = (
        f"import sys, runpy; sys.modules['fledge'] = sys.modules['torch'] = None; runpy.run_path({str(tmp_path / 'run.py')!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    said = dict(line.split() for line in done.stdout.splitlines())
    assert {name: float(share) for name, share in said.items()} == pytest.approx(
        dict(small_predictor()(np.full((300, 400, 3), 127, np.uint8)).probabilities), abs=1e-4
    )


@pytest.mark.parametrize(("weights", "size", "off"), [("float16", 0.6, 20), ("int8", 0.4, 300)])
def test_fewer_bits_make_a_smaller_file_whose_answers_are_near(weights: Any, size: float, off: float, tmp_path: Path) -> None:
    predictor = small_predictor()
    whole = export_onnx(predictor, tmp_path / "whole.onnx")
    small = export_onnx(predictor, tmp_path / "small.onnx", weights=weights, items=pictures(10))
    assert small.bytes < size * whole.bytes + 20_000  # the words and the graph itself take what they take
    assert 0 < small.comparison.off < off
    assert small.comparison.same >= 10
    assert load_onnx(small.path).described.weights == weights


def test_a_copy_that_answers_otherwise_is_never_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    predictor = small_predictor()
    monkeypatch.setattr(type(predictor.task), "readable", lambda self, outputs, codec: (1.01 * outputs).softmax(1))
    whole = type(predictor.task).readable

    def otherwise(self: Any, outputs: Tensor, codec: Any) -> Tensor:
        return whole(self, outputs if torch.compiler.is_exporting() else outputs * 1.5, codec)

    monkeypatch.setattr(type(predictor.task), "readable", otherwise)
    with pytest.raises(ModelFileError, match="does not give the answers of the original"):
        export_onnx(predictor, tmp_path / "a.onnx", items=pictures(3))
    assert not (tmp_path / "a.onnx").exists()


def test_a_network_of_one_s_own_is_not_exported(tmp_path: Path) -> None:
    own = replace(small_predictor(), architecture=Custom("Mine"))
    with pytest.raises(UsageError, match="its network, Mine, is code of your own"):
        own.save(tmp_path / "a.onnx")


def test_a_broken_model_never_answers(exported: Path, tmp_path: Path) -> None:
    def spoil(about: JsonObject, proto: Any) -> None:
        kept = next(each for each in proto.graph.initializer if each.name.endswith("score.bias"))
        kept.CopyFrom(onnx.numpy_helper.from_array(np.full(3, np.nan, np.float32), kept.name))

    copy = load_onnx(changed(exported, tmp_path / "a.onnx", spoil))
    with pytest.raises(TrainingError, match="no answer for input 0: the model gives numbers that are not finite"):
        copy(pictures(1)[0])


def set_at(*path: str, value: Any) -> Callable[[JsonObject, Any], None]:
    """A change of one place in the JSON."""

    def change(about: JsonObject, proto: Any) -> None:
        for name in path[:-1]:
            about = about[name]
        about[path[-1]] = value

    return change


@pytest.mark.promise("A7")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (set_at("form", value=2), r"\$.form: 2 is not the form 1"),
        (set_at("task", "name", value="image-classificaton"), r"\$.task.name: unknown task .* did you mean 'image-class"),
        (set_at("codec", "input", "name", value="os"), r"\$.codec.input.name: unknown transform 'os'"),
        (set_at("reading", "name", value="pictur"), r"\$.reading.name: unknown reading 'pictur': did you mean 'picture'"),
        (set_at("reading", "channels", value=0), r"\$.reading.channels: 0 should be at least 1"),
        (set_at("reading", "path", value="/etc/passwd"), r"\$.reading: unknown field 'path'"),
        (set_at("saying", "names", value=["a", "b"]), r"\$.saying: the graph gives .* not 2 probabilities"),
        (set_at("reading", value={"name": "sound", "rate": 8000}), r"\$.reading: the graph takes \['pixels'\]"),
        (set_at("weights", value="float8"), r"\$.weights: unknown choice 'float8'"),
        (set_at("more", value=1), r"unknown field 'more'"),
    ],
)
def test_what_the_words_may_not_say_is_refused(change: Any, why: str, exported: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=why):
        load_onnx(changed(exported, tmp_path / "a.onnx", change))


def test_a_graph_that_the_runtime_refuses_is_one_error(exported: Path, tmp_path: Path) -> None:
    def spoil(about: JsonObject, proto: Any) -> None:
        proto.graph.node[-1].op_type = "NoSuchThing"

    with pytest.raises(ModelFileError, match=r"\$.graph: ONNX Runtime refuses it"):
        load_onnx(changed(exported, tmp_path / "a.onnx", spoil))


def test_what_is_no_file_of_ours_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.onnx").write_bytes(b"<html>")
    for path, why in (
        (tmp_path / "a.onnx", "no ONNX file"),
        (tmp_path, "not a regular file"),
        (tmp_path / "b.onnx", "can't be opened"),
    ):
        with pytest.raises(FledgeError, match=why):
            load_onnx(path)


def test_what_only_a_model_file_has_is_refused(exported: Path) -> None:
    with pytest.raises(UsageError, match="has no precision, check or ops"):
        load(exported, check=True)
    with pytest.raises(UsageError, match="runs on the processor, not on 'cuda'"):
        load(exported, device="cuda")
    copy = load(exported)
    assert isinstance(copy, OnnxPredictor)
    with pytest.raises(UsageError, match="no windows=True"):
        copy("a.wav", windows=True)
    with pytest.raises(UsageError, match="is not saved again"):
        copy.save("b.onnx")


def test_without_the_extra_its_name_is_said(exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fledge.predictor.onnx_file.find_spec", lambda name: None)
    with pytest.raises(FledgeError, match=r"pip install 'fledge\[onnx\]'") as caught:
        load_onnx(exported)
    assert caught.value.exit_code == 7
    monkeypatch.setattr("fledge.predictor.onnx_export.find_spec", lambda name: None if name == "onnxscript" else object())
    with pytest.raises(FledgeError, match="exporting to ONNX needs onnxscript"):
        small_predictor().save("a.onnx")


def test_inspect_reads_it_without_torch(exported: Path) -> None:
    said = without_torch("assert run(['inspect', sys.argv[1], '--json']) == 0", exported)
    found, original = json.loads(said), small_predictor()
    assert found["classes"] == list(original.classes)
    assert found["card"]["trained_on"] == original.card.trained_on
    assert found["bytes"] == exported.stat().st_size
    assert found["numbers"] == sum(onnx.numpy_helper.to_array(each).size for each in onnx.load(exported).graph.initializer)
    assert "2 of 2 answers are the original's" in found["test"]
    assert "operators of version 18, kept in float32" in found["network"]


def test_inspect_refuses_a_damaged_one(exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.onnx").write_bytes(exported.read_bytes()[:-1] + b"\xff")
    assert run(["inspect", str(tmp_path / "a.onnx")]) == 4
    assert "a.onnx" in capsys.readouterr().err
