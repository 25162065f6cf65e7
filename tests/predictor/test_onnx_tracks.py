"""Models of movements as ONNX files: events in, strokes drawn or statistics made inside."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from fledge.models.by_piece import ByPiece
from fledge.models.drawn import DrawnNet
from fledge.models.linear import LinearNet
from fledge.models.on_features import OnFeatures
from fledge.models.small import SmallNet
from fledge.models.track_features import TrackFeatures
from fledge.predictor.export import export_onnx
from fledge.predictor.loading import load
from fledge.predictor.onnx_compare import Comparison
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.predictor.predictor import Predictor
from fledge.tasks.track_classification import TrackClassification
from fledge.tasks.track_verification import TrackVerification
from fledge.transforms.category import Category
from fledge.transforms.owner import Owner
from fledge.transforms.track import Track, TrackBlock
from fledge.transforms.track_drawing import Canvas
from fledge.transforms.transform import Codec
from tests.contract.many import many
from tests.no_torch import without_torch
from tests.serve.predictors import tracks


@cache
def drawn() -> Predictor:
    """A network that has learned nothing, and sees movements as pictures."""
    track = TrackBlock(events=32, pieces=2, canvas=Canvas(size=16)).learn(tracks(8))
    net = ByPiece(DrawnNet(track.canvas, SmallNet(outputs=2, channels=track.canvas.channels, width=4, blocks=2)))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = net.build()
    codec = Codec(track, Category(("curved", "jerky")))
    return Predictor(TrackClassification(), codec, model, net).with_examples(tracks(3))


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tracks") / "tracks.onnx"
    drawn().save(path)
    return path


@pytest.mark.promise("F2")
def test_movements_of_every_length_get_the_answers_of_the_original(exported: Path) -> None:
    loaded = load(exported)
    assert isinstance(loaded, OnnxPredictor)
    found = Comparison.of(drawn(), loaded, many("track", 12))
    assert (found.count, found.same) == (12, 12)
    assert found.off <= 1


def test_events_are_cut_to_the_same_bits(exported: Path) -> None:
    loaded, original = load(exported), drawn()
    assert isinstance(loaded, OnnxPredictor)
    for given in many("track", 20):
        assert np.array_equal(loaded.read(given)[0], original.input.encode(given).numpy())


def test_they_are_answered_from_the_terminal_and_over_http_without_torch(exported: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(tracks(1)[0])
    code = """
model, track = sys.argv[1:]
app = build_app(fledge.load(model))
got = ask_now(app, "POST", "/predict", {"content-type": "text/csv"}, open(track, "rb").read())
about = ask_now(app, "GET", "/schema").json["input"]
assert about["pressed"], about
assert run(["predict", model, track, "--json"]) == 0
print(got.json["answers"][0]["answer"])
"""
    line, label = without_torch(code, exported, tmp_path / "a.csv").splitlines()
    assert json.loads(line)["answer"] == label == drawn()(tracks(1)[0]).as_dict()["answer"]


@pytest.mark.promise("F2")
def test_statistics_are_made_inside_and_a_verdict_is_the_same(tmp_path: Path) -> None:
    net = ByPiece(OnFeatures(TrackFeatures(), LinearNet(inputs=TrackFeatures().width, outputs=2)))
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = net.build()
    codec = Codec(Track(events=24, pieces=3), Owner("ann"))
    original = Predictor(TrackVerification(threshold=0.4), codec, model, net).with_examples(many("track", 2))
    done = export_onnx(original, tmp_path / "a.onnx", items=many("track", 12))
    assert done.comparison.same == 14
    given = many("track", 1)[0]
    assert done.predictor(given).as_dict() == pytest.approx(original(given).as_dict(), abs=1e-4)
