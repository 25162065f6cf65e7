"""Simple things for masks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fledge.classic.candidates import candidates
from fledge.data.dataloaders import DataLoaders
from fledge.data.loader import Loader
from fledge.data.segmentation_dataloaders import SegmentationDataLoaders
from fledge.models.each_place import Cells, cell_features
from fledge.predictor.model_file import load
from fledge.predictor.predictor import Predictor
from fledge.scoring.overlap import mean_iou
from fledge.tasks.table import task_for
from fledge.transforms.resize import Resize
from tests.masks import NAMES, make_masks


@pytest.fixture(scope="module")
def dls(tmp_path_factory: pytest.TempPathFactory) -> DataLoaders:
    folder = make_masks(tmp_path_factory.mktemp("masks"), 16)
    resize = Resize((36, 48), "squish")
    return SegmentationDataLoaders.from_folder(folder, NAMES, valid_pct=0.25, seed=1, item_tfms=resize, bs=4, device="cpu")


def predictors(dls: DataLoaders) -> list[Predictor]:
    codec, train = dls.codec, dls.train
    assert codec is not None
    assert isinstance(train, Loader)
    task = task_for(codec)
    fitted = [each.fit(train, 3) for each in candidates(task, codec, train)]
    return [Predictor(task, codec, each.model, each.architecture) for each in fitted]


def test_what_is_common_somewhere_is_a_start_and_colours_tell_more(dls: DataLoaders) -> None:
    assert dls.codec is not None
    found = candidates(task_for(dls.codec), dls.codec)
    assert [(each.kind, each.name) for each in found] == [
        ("rule", "each place's most common class"),
        ("classic", "colours and place + random forest"),
    ]
    batch = next(iter(dls.valid))
    scores = [mean_iou(255)(each.model(batch.inputs), batch.targets) for each in predictors(dls)]
    assert 0.4 < scores[0] < scores[1]
    assert scores[1] > 0.8


def test_the_rule_counts_what_is_where(dls: DataLoaders) -> None:
    rule = predictors(dls)[0]
    assert isinstance(dls.train, Loader)
    truth = torch.cat([batch.targets for batch in dls.train.epoch(0, train=False)])
    most = torch.nn.functional.one_hot(truth, 3).sum(0).argmax(2)
    assert torch.equal(rule.model(torch.zeros(1, 3, 36, 48)).argmax(1)[0], most)


def test_the_same_seed_gives_the_same_bits_and_files_answer_alike(dls: DataLoaders, tmp_path: Path) -> None:
    first, second = predictors(dls), predictors(dls)
    item = np.random.default_rng(0).integers(0, 255, (50, 70, 3), np.uint8)
    for number, (one, other) in enumerate(zip(first, second, strict=True)):
        assert all(torch.equal(a, b) for a, b in zip(one.model.buffers(), other.model.buffers(), strict=True))
        one.with_examples([item]).save(tmp_path / f"{number}.safetensors")
        loaded = load(tmp_path / f"{number}.safetensors", check=True)
        assert np.array_equal(loaded(item).mask, one(item).mask)


def test_a_cell_sees_its_colours_their_surroundings_and_its_place() -> None:
    picture = torch.zeros(1, 3, 40, 80)
    picture[:, 0, :, 40:] = 1
    cells = Cells((0.0,), (1.0,))(picture)
    assert cells.shape == (1, cell_features(3), 10, 20)
    assert cells[0, 0, 5].tolist() == [0.0] * 10 + [1.0] * 10
    assert 0 < float(cells[0, 9, 5, 8]) < 1, "farther around, the other half shows"
    assert cells[0, -1, 0, [0, -1]].tolist() == pytest.approx([0.025, 0.975])
