"""Models of masks as ONNX files: a picture in, a mask of its own size out."""

from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image as Pillow

from fledge.core.errors import TrainingError, UsageError
from fledge.jobs.export import export
from fledge.predictor.loading import load
from fledge.predictor.onnx_compare import Comparison
from fledge.predictor.onnx_predictor import OnnxPredictor
from fledge.tasks.regions import Regions, Scene
from fledge.tasks.spreading import SpreadGraph, spread_out
from fledge.transforms.resize import CenterCrop, PictureStep, RandomResizedCrop, Resize, seen_part
from tests.masks import NAMES, make_masks, small_masker
from tests.no_torch import without_torch

STEPS: list[tuple[PictureStep, ...]] = [
    (),
    (Resize((24, 32), "squish"),),
    (Resize(32, "crop"),),
    (Resize((40, 30), "pad"),),
    (CenterCrop(32),),
    (RandomResizedCrop(32),),
    (Resize(48, "pad"), CenterCrop((20, 32))),
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("masks")
    pictures = sorted(make_masks(folder / "balls", 4).glob("images/*"))
    small_masker().with_examples(pictures).save(folder / "balls.onnx")
    return folder / "balls.onnx"


def picture(high: int, wide: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.random.default_rng(high * wide).integers(0, 256, (high, wide, 3), dtype=np.uint8)


@pytest.mark.parametrize("steps", STEPS, ids=str)
@pytest.mark.parametrize("size", [(37, 61), (80, 20), (16, 16)])
def test_masks_are_spread_out_in_the_graph_as_the_predictor_does_it(
    steps: tuple[PictureStep, ...], size: tuple[int, int]
) -> None:
    scores = torch.randn(2, 5, 8, 12, generator=torch.Generator().manual_seed(0))
    masks, shares = SpreadGraph(steps)(scores, torch.zeros(size, dtype=torch.uint8))
    for mask, each in zip(masks, scores, strict=True):
        assert np.array_equal(mask.numpy(), spread_out(each, Scene(*size, seen_part(steps, *size))))
    assert torch.equal(shares, scores.softmax(1))


@pytest.mark.promise("F2")
def test_it_gives_the_masks_of_the_original_to_pictures_of_every_size(exported: Path) -> None:
    loaded = load(exported)
    assert isinstance(loaded, OnnxPredictor)
    found = Comparison.of(small_masker(), loaded, [picture(*size) for size in ((48, 36), (300, 200), (7, 90), (24, 32))])
    assert (found.count, found.same) == (4, 4)
    assert found.off <= 1


def test_a_photo_that_is_shrunk_while_it_is_read_has_a_mask_of_its_own_size(exported: Path) -> None:
    file = BytesIO()
    Pillow.fromarray(picture(500, 700)).save(file, "JPEG")
    mine, its = load(exported)(file.getvalue()), small_masker()(file.getvalue())
    assert isinstance(mine, Regions)
    assert mine.mask.shape == (500, 700)
    assert (mine.mask != its.mask).mean() <= 1e-4
    assert (mine.names, mine.palette.tolist()) == (its.names, its.palette.tolist())
    file.seek(0)
    assert load(exported)(file).to_json() == mine.to_json()


def test_photos_of_several_sizes_are_asked_about_together(exported: Path) -> None:
    loaded, given = load(exported), [picture(40, 30), picture(40, 30), picture(40, 31), picture(90, 30)]
    assert [each.mask.tolist() for each in loaded(given)] == [loaded(each).mask.tolist() for each in given]


def test_masks_are_answered_from_the_terminal_and_over_http_without_torch(exported: Path, tmp_path: Path) -> None:
    Pillow.fromarray(picture(40, 30)).save(tmp_path / "a.png")
    code = """
model, picture, folder = sys.argv[1:]
app = build_app(fledge.load(model))
got = ask_now(app, "POST", "/predict", {"content-type": "image/png"}, open(picture, "rb").read())
assert got.json["answers"][0]["mask"], got
assert ask_now(app, "GET", "/schema").json["answer"]["colours"]
assert run(["predict", model, picture, "--json", "--masks", folder]) == 0
"""
    said = without_torch(code, exported, tmp_path / "a.png", tmp_path / "found")
    assert set(json.loads(said)["answer"]) == set(NAMES)
    with Pillow.open(tmp_path / "found" / "a_mask.png") as found:
        assert np.array_equal(np.asarray(found), small_masker()(tmp_path / "a.png").mask)


def test_tiles_are_for_the_model_file(exported: Path) -> None:
    loaded = load(exported)
    with pytest.raises(UsageError, match="an exported model has no tiles=True"):
        loaded(picture(40, 30), tiles=True)


def test_a_broken_model_gives_no_mask(exported: Path) -> None:
    class Broken:
        def run(self, wanted: list[str], given: object) -> list[object]:
            return [np.zeros((1, 2, 2), np.uint8), np.full((1, 3, 2, 2), np.nan, np.float32)]

    loaded = load(exported)
    assert isinstance(loaded, OnnxPredictor)
    with pytest.raises(TrainingError, match="no answer for input 0: the model gives numbers that are not finite"):
        replace(loaded, session=Broken())(picture(2, 2))


def test_the_loss_in_fewer_bits_is_told_by_the_places_that_are_right(tmp_path: Path) -> None:
    pictures = make_masks(tmp_path / "balls", 4)
    made = small_masker().with_examples(sorted(pictures.glob("images/*")))
    done = export(made, tmp_path / "small.onnx", weights="int8", data=pictures)
    assert done.loss is not None
    assert done.loss.what == "places right"
    assert done.loss.copy.value == pytest.approx(done.loss.original.value, abs=0.05)
